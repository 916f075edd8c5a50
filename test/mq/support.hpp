#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/mq/broker.hpp"

namespace ecron::mq {

/// Runs the io_context until the condition holds.
inline void run_until(boost::asio::io_context& io, const std::function<bool()>& is_so) {
    const auto deadline = std::chrono::steady_clock::now() + Seconds{20};
    while (!is_so()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        io.restart();
        io.run_for(Millis{5});
    }
}

/// Runs a coroutine to its end and returns its result.
template <class T> T await(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& thrown, T value) {
        REQUIRE_FALSE(thrown);
        result = std::move(value);
    });
    run_until(io, [&] { return result.has_value(); });
    return std::move(*result);
}

inline void await(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
    bool ended = false;
    boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& thrown) {
        REQUIRE_FALSE(thrown);
        ended = true;
    });
    run_until(io, [&] { return ended; });
}

/// Builds messages with these bodies.
inline std::vector<Outgoing> bodies(std::initializer_list<std::string> texts) {
    std::vector<Outgoing> messages;
    for (const std::string& text : texts) messages.push_back({.body = text});
    return messages;
}

}  // namespace ecron::mq
