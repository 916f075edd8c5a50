#pragma once
#include <boost/asio/io_context.hpp>
#include <random>
#include <string>

#include "ecron/http/server.hpp"

namespace ecron::demo {

/// The HTTP target of the demo's jobs, on a free port of 127.0.0.1. The first segment of a path determines
/// the response: /steady succeeds, /flaky fails at times with 500, /broken always with 503; `ms` in the query
/// is the usual duration in milliseconds. Durations and failures come from a seeded generator. Threads: the
/// io_context's.
class Target {
public:
    explicit Target(boost::asio::io_context& io);

    Result<void> start() { return server_.start(); }
    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;

private:
    boost::asio::awaitable<http::Response> respond(const http::Request& request);
    /// Uniform in [0, 1).
    double random() { return static_cast<double>(generator_() >> 11U) / 9007199254740992.0; }

    boost::asio::io_context& io_;
    std::mt19937_64 generator_{1};
    http::Server server_;
};

}  // namespace ecron::demo
