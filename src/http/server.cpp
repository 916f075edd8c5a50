#include "ecron/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ecron/http/certificate.hpp"
#include "http/listener.hpp"
#include "http/session.hpp"
#include "http/tls_context.hpp"

namespace ecron::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Pause after a failure to accept: retrying at once while descriptors or memory are short would only burn
/// CPU time.
constexpr Millis kAcceptPause{100};

auto on(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

void report(std::string_view who, const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        log::error("{} failed error={}", who, error.what());
    }
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, ServerOptions options, Handler handler, ErrorBody error_body,
         BodyCheck body_check)
        : io_(io),
          state_(std::make_shared<ServerState>(io, std::move(options), std::move(handler),
                                               std::move(error_body), std::move(body_check))),
          acceptor_(io),
          sweep_timer_(io),
          accept_pause_(io) {}

    Result<void> start();
    Result<void> reload_tls();
    asio::awaitable<void> stop(std::shared_ptr<Impl> self, Millis grace);
    void shut();

    [[nodiscard]] std::optional<Instant> certificate_end() const { return certificate_end_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t connections() const { return state_->connections.size(); }

private:
    Result<void> listen();
    asio::awaitable<void> accept_loop(std::shared_ptr<Impl> self);
    asio::awaitable<void> sweep_loop(std::shared_ptr<Impl> self);
    void admit(tcp::socket socket);
    template <class Stream> void begin(Stream stream, std::string peer);
    void stop_listening();

    asio::io_context& io_;
    std::shared_ptr<ServerState> state_;
    std::shared_ptr<asio::ssl::context> tls_;
    std::optional<Instant> certificate_end_;
    tcp::acceptor acceptor_;
    asio::steady_timer sweep_timer_;
    asio::steady_timer accept_pause_;
    std::uint16_t port_{0};
};

Result<void> Server::Impl::start() {
    if (const auto loaded = reload_tls(); !loaded) return loaded;
    if (const auto listening = listen(); !listening) return listening;
    const auto self = shared_from_this();
    co_spawn(io_, accept_loop(self), [](const std::exception_ptr& failure) { report("accepting", failure); });
    co_spawn(io_, sweep_loop(self), [](const std::exception_ptr& failure) { report("sweeping", failure); });
    return {};
}

Result<void> Server::Impl::reload_tls() {
    if (!state_->options.tls) return {};
    auto loaded = make_tls_context(*state_->options.tls);
    if (!loaded) return std::unexpected(loaded.error());
    tls_ = std::move(*loaded);  // sessions hold what they need of the old context
    const Result<CertificateEnds> ends = certificate_ends_in(state_->options.tls->certificate_file);
    certificate_end_ = ends ? std::optional{ends->first} : std::nullopt;
    return {};
}

Result<void> Server::Impl::listen() {
    const ServerOptions& options = state_->options;
    if (const Result<void> bound = bind(acceptor_, options.address, options.port); !bound) return bound;
    error_code ec;
    acceptor_.listen(tcp::acceptor::max_listen_connections, ec);
    if (ec) {
        error_code ignored;
        acceptor_.close(ignored);
        return std::unexpected(listen_error(options.address, options.port, ec));
    }
    port_ = acceptor_.local_endpoint(ec).port();
    return {};
}

asio::awaitable<void> Server::Impl::accept_loop(std::shared_ptr<Impl> self) {
    bool complained = false;
    while (!self->state_->stopping) {
        tcp::socket socket{io_};
        error_code ec;
        co_await acceptor_.async_accept(socket, on(ec));
        if (state_->stopping) co_return;
        if (!ec) {
            complained = false;
            admit(std::move(socket));
            continue;
        }
        if (ec == asio::error::connection_aborted) continue;
        if (!std::exchange(complained, true))
            log::warn("failed to accept connections: error={}", ec.message());
        accept_pause_.expires_after(kAcceptPause);
        co_await accept_pause_.async_wait(on(ec));
    }
}

void Server::Impl::admit(tcp::socket socket) {
    // Connections that wait for a request give way to new ones, so that idle connections cannot lock out
    // other clients.
    Connections& connections = state_->connections;
    if (connections.size() >= state_->options.connection_limit &&
        !connections.cut_longest_waiting(ServerState::now()))
        return;  // closes the new connection
    error_code ec;
    const tcp::endpoint peer = socket.remote_endpoint(ec);
    if (!ec) socket.set_option(tcp::no_delay{true}, ec);
    if (!ec) socket.non_blocking(true, ec);
    if (ec) return;  // the connection is already gone
    if (tls_)
        begin(TlsStream{std::move(socket), *tls_}, peer.address().to_string());
    else
        begin(std::move(socket), peer.address().to_string());
}

template <class Stream> void Server::Impl::begin(Stream stream, std::string peer) {
    auto session = std::make_shared<Session<Stream>>(state_, std::move(stream), std::move(peer));
    Session<Stream>& starting = *session;
    co_spawn(io_, starting.run(std::move(session)),
             [](const std::exception_ptr& failure) { report("connection", failure); });
}

asio::awaitable<void> Server::Impl::sweep_loop(std::shared_ptr<Impl> self) {
    const Millis interval = self->state_->connections.sweep_interval();
    while (!state_->stopping || state_->connections.size() > 0) {
        sweep_timer_.expires_after(interval);
        error_code ec;
        co_await sweep_timer_.async_wait(on(ec));
        state_->connections.sweep(ServerState::now());
    }
}

void Server::Impl::stop_listening() {
    state_->stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    state_->connections.cut(Phase::idle);
    if (state_->connections.size() == 0) sweep_timer_.cancel();
}

asio::awaitable<void> Server::Impl::stop(std::shared_ptr<Impl> self, Millis grace) {
    stop_listening();
    error_code ec;
    if (connections() > 0) {
        state_->empty.expires_after(grace);
        co_await state_->empty.async_wait(on(ec));
    }
    if (connections() > 0)
        log::warn("closed connections at the end of the grace period: count={}", connections());
    self->shut();
    while (connections() > 0) {
        state_->empty.expires_at(std::chrono::steady_clock::time_point::max());
        co_await state_->empty.async_wait(on(ec));
    }
}

void Server::Impl::shut() {
    stop_listening();
    state_->connections.cut_all();
    sweep_timer_.cancel();
}

Server::Server(asio::io_context& io, ServerOptions options, Handler handler, ErrorBody error_body,
               BodyCheck body_check)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handler), std::move(error_body),
                                   std::move(body_check))) {}

Server::~Server() { impl_->shut(); }

Result<void> Server::start() { return impl_->start(); }
std::uint16_t Server::port() const { return impl_->port(); }
Result<void> Server::reload_tls() { return impl_->reload_tls(); }
std::optional<Instant> Server::certificate_end() const { return impl_->certificate_end(); }
asio::awaitable<void> Server::stop(Millis grace) { return impl_->stop(impl_, grace); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace ecron::http
