#pragma once
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "ecron/http/server.hpp"
#include "http/connections.hpp"

namespace ecron::http {

/// What the sessions of one server share; it lives as long as the last of them.
struct ServerState {
    ServerState(boost::asio::io_context& io, ServerOptions options_given, Server::Handler handler_given,
                Server::ErrorBody error_body_given);

    ServerOptions options;
    Server::Handler handler;
    Server::ErrorBody error_body;
    Connections connections;
    bool stopping{false};
    std::size_t buffered{0};          // bytes of request bodies, from their arrival to their answer
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

/// A request's body and its share of `ServerState::buffered`.
class BufferedBody {
public:
    BufferedBody(ServerState& state, std::string& body) : state_(state), body_(body) {}
    ~BufferedBody() { state_.buffered -= counted_; }
    BufferedBody(const BufferedBody&) = delete;
    BufferedBody& operator=(const BufferedBody&) = delete;
    void count() { state_.buffered += body_.size() - std::exchange(counted_, body_.size()); }
    void drop() {
        std::string{}.swap(body_);
        count();
    }

private:
    ServerState& state_;
    std::string& body_;
    std::size_t counted_{0};
};

}  // namespace ecron::http
