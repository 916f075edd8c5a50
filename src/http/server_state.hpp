#pragma once
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <string_view>

#include "ecron/http/server.hpp"
#include "http/connections.hpp"
#include "http/memory_shares.hpp"

namespace ecron::http {

/// What the sessions of one server share; it lives as long as the last of them.
struct ServerState {
    ServerState(boost::asio::io_context& io, ServerOptions options_given, Server::Handler handler_given,
                Server::ErrorBody error_body_given, Server::BodyCheck body_check_given);

    ServerOptions options;
    Server::Handler handler;
    Server::ErrorBody error_body;
    Server::BodyCheck body_check;
    Connections connections;
    bool stopping{false};
    MemoryShares bodies;              // of requests, from their arrival to their answer
    MemoryShares answers;             // what the kernel has not taken of them yet
    boost::asio::steady_timer empty;  // cancelled when the last connection has gone: stop() waits on it
    std::string scratch;              // where answers are put together; good until the next suspension

    /// Good to a few milliseconds, and costs as many nanoseconds.
    [[nodiscard]] static SteadyInstant now();
    /// For the Date header; made once a second.
    [[nodiscard]] std::string_view date();

private:
    std::int64_t date_second_{-1};
    std::string date_;
};

}  // namespace ecron::http
