#pragma once
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <string_view>

#include "ecron/http/server.hpp"
#include "http/connections.hpp"
#include "http/memory_shares.hpp"

namespace ecron::http {

/// State shared by the sessions of one server; it lives as long as the last of them.
struct ServerState {
    ServerState(boost::asio::io_context& io, ServerOptions options_given, Server::Handler handler_given,
                Server::ErrorBody error_body_given, Server::BodyCheck body_check_given);

    ServerOptions options;
    Server::Handler handler;
    Server::ErrorBody error_body;
    Server::BodyCheck body_check;
    Connections connections;
    bool stopping{false};
    MemoryShares bodies;              // of requests, from arrival to response
    MemoryShares answers;             // the part of responses that the kernel has not taken yet
    boost::asio::steady_timer empty;  // cancelled when the last connection has closed: stop() waits on it
    std::string scratch;              // buffer for building responses; valid until the next suspension

    /// Monotonic time, precise to a few milliseconds at a cost of a few nanoseconds.
    [[nodiscard]] static SteadyInstant now();
    /// Value of the Date header; updated once a second.
    [[nodiscard]] std::string_view date();

private:
    std::int64_t date_second_{-1};
    std::string date_;
};

}  // namespace ecron::http
