#include "bare/beast_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace ecron::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

/// Until the client closes its connection.
asio::awaitable<void> hang(tcp::socket& socket) {
    boost::system::error_code ec;
    char ignored = 0;
    co_await socket.async_read_some(asio::buffer(&ignored, 1), asio::redirect_error(asio::use_awaitable, ec));
}

asio::awaitable<void> serve(tcp::socket socket, const BeastServer::Respond& respond) {
    boost::beast::flat_buffer buffer;
    boost::system::error_code ec;
    for (;;) {
        http::request<http::string_body> request;
        co_await http::async_read(socket, buffer, request, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return;
        std::optional<BeastServer::Answer> answer =
            respond({request.target().data(), request.target().size()});
        if (!answer) {
            co_await hang(socket);
            co_return;
        }
        http::response<http::string_body> response{http::int_to_status(answer->status), request.version()};
        response.set(http::field::content_type, "application/json");
        response.keep_alive(request.keep_alive());
        response.body() = std::move(answer->body);
        response.prepare_payload();
        co_await http::async_write(socket, response, asio::redirect_error(asio::use_awaitable, ec));
        if (ec || !response.keep_alive()) co_return;
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, const BeastServer::Respond& respond) {
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay{true});
        co_spawn(acceptor.get_executor(), serve(std::move(socket), respond), asio::detached);
    }
}

}  // namespace

class BeastServer::Impl {
public:
    explicit Impl(Respond respond) : respond_(std::move(respond)) {
        co_spawn(io_, accept(acceptor_, respond_), asio::detached);
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Impl() {
        io_.stop();
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    Respond respond_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

BeastServer::BeastServer(Respond respond) : impl_(std::make_unique<Impl>(std::move(respond))) {}
BeastServer::BeastServer(std::string body)
    : BeastServer([body = std::move(body)](std::string_view) { return Answer{.body = body}; }) {}
BeastServer::~BeastServer() = default;
std::uint16_t BeastServer::port() const { return impl_->port(); }

}  // namespace ecron::bench
