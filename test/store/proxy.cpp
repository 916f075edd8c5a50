#include "store/proxy.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <string_view>
#include <vector>

namespace ecron::store::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// One connection through the proxy.
struct Pair {
    explicit Pair(asio::io_context& io) : client(io), server(io) {}
    void close() {
        boost::system::error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }
    tcp::socket client;
    tcp::socket server;
    bool lose{false};  // what the server says next does not arrive
};

}  // namespace

struct Proxy::State {
    explicit State(asio::io_context& io, std::string to_host, std::uint16_t to_port)
        : context(io),
          acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          host(std::move(to_host)),
          port(to_port) {}
    asio::io_context& context;
    tcp::acceptor acceptor;
    std::string host;
    std::uint16_t port;
    std::vector<std::weak_ptr<Pair>> pairs;
    std::string armed;
    int lost{0};
    bool is_down{false};
    bool has_vanished{false};

    static asio::awaitable<void> accept(std::shared_ptr<State> state) {
        for (;;) {
            auto pair = std::make_shared<Pair>(state->context);
            boost::system::error_code failed;
            co_await state->acceptor.async_accept(pair->client,
                                                  asio::redirect_error(asio::use_awaitable, failed));
            if (failed) co_return;
            if (state->is_down) {
                pair->close();
                continue;
            }
            const tcp::endpoint target(asio::ip::make_address(state->host), state->port);
            co_await pair->server.async_connect(target, asio::redirect_error(asio::use_awaitable, failed));
            if (failed) continue;
            state->pairs.push_back(pair);
            asio::co_spawn(state->context, to_server(state, pair), [](std::exception_ptr) {});
            asio::co_spawn(state->context, to_client(state, pair), [](std::exception_ptr) {});
        }
    }
    static asio::awaitable<void> to_server(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
        std::array<char, 65'536> bytes{};
        for (;;) {
            boost::system::error_code failed;
            const std::size_t size = co_await pair->client.async_read_some(
                asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failed));
            if (failed) break;
            if (state->has_vanished) continue;
            if (!state->armed.empty() &&
                std::string_view(bytes.data(), size).find(state->armed) != std::string_view::npos) {
                state->armed.clear();
                pair->lose = true;
            }
            co_await asio::async_write(pair->server, asio::buffer(bytes.data(), size),
                                       asio::redirect_error(asio::use_awaitable, failed));
            if (failed) break;
        }
        pair->close();
    }
    static asio::awaitable<void> to_client(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
        std::array<char, 65'536> bytes{};
        for (;;) {
            boost::system::error_code failed;
            const std::size_t size = co_await pair->server.async_read_some(
                asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failed));
            if (failed) break;
            if (state->has_vanished) continue;
            if (pair->lose) {
                ++state->lost;
                break;
            }
            co_await asio::async_write(pair->client, asio::buffer(bytes.data(), size),
                                       asio::redirect_error(asio::use_awaitable, failed));
            if (failed) break;
        }
        pair->close();
    }
    void cut() {
        for (const auto& weak : pairs) {
            if (const auto pair = weak.lock()) pair->close();
        }
        pairs.clear();
    }
    /// Runs on the proxy's thread and waits for it.
    template <class Function> auto there(Function function) {
        return asio::post(context, asio::use_future(std::move(function))).get();
    }
};

Proxy::Proxy(std::string host, std::uint16_t port)
    : state_(std::make_shared<State>(io_, std::move(host), port)) {
    port_ = state_->acceptor.local_endpoint().port();
    asio::co_spawn(io_, State::accept(state_), [](std::exception_ptr) {});
    thread_ = std::thread([this] { io_.run(); });
}

Proxy::~Proxy() {
    state_->there([this] {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
        state_->cut();
    });
    thread_.join();
}

void Proxy::lose_answer_to(std::string text) {
    state_->there([this, &text] { state_->armed = text; });
}

int Proxy::lost() const {
    return state_->there([this] { return state_->lost; });
}

void Proxy::down() {
    state_->there([this] { state_->is_down = true, state_->cut(); });
}

void Proxy::vanish() {
    state_->there([this] { state_->has_vanished = true; });
}

void Proxy::up() {
    state_->there([this] { state_->is_down = state_->has_vanished = false; });
}

}  // namespace ecron::store::test
