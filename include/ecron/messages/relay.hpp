#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "ecron/base/time.hpp"
#include "ecron/mq/broker.hpp"
#include "ecron/store/messages.hpp"

/// Publishes the messages of the store's queue at least once; messages about one job or one execution stay in
/// order. Works while `may_work` returns true: on one node. While the broker is unavailable, messages stay in
/// the store for `keep`. Threads: the io_context's.
namespace ecron::messages {

class Relay {
public:
    Relay(boost::asio::io_context& io, store::MessageQueue& queue, mq::Broker& broker,
          std::function<bool()> may_work, Millis keep);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    boost::asio::awaitable<void> run();
    void stop();
    /// After stop: publishes the remaining messages, regardless of `may_work`, for at most that time.
    boost::asio::awaitable<void> flush(Millis at_most);
    /// Returns the number of discarded messages: too old, or rejected by the broker for their content.
    [[nodiscard]] std::uint64_t dropped() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::messages
