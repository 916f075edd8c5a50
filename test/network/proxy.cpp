#include "network/proxy.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace ecron::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using error_code = boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kLookAgain{10};

/// One connection through the proxy.
struct Pair {
    explicit Pair(asio::io_context& io) : client(io), server(io) {}
    void close() {
        error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }
    tcp::socket client;
    tcp::socket server;
    bool loses_answer{false};
};

auto with(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

asio::awaitable<void> wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    error_code ignored;
    co_await timer.async_wait(with(ignored));
}

/// The faults of the network.
struct Weather {
    bool is_cut{false};
    bool hangs{false};
    std::chrono::milliseconds delay{0};
};

}  // namespace

struct Proxy::State {
    State(asio::io_context& io, std::string to_host, std::uint16_t to_port)
        : context(io),
          acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          server(asio::ip::make_address(to_host), to_port) {}

    asio::io_context& context;
    tcp::acceptor acceptor;
    tcp::endpoint server;
    std::vector<std::weak_ptr<Pair>> pairs;
    Weather weather;
    std::string awaited;  // the response to it is lost
    int lost{0};

    static asio::awaitable<void> accept(std::shared_ptr<State> state) {
        for (;;) {
            auto pair = std::make_shared<Pair>(state->context);
            error_code failed;
            co_await state->acceptor.async_accept(pair->client, with(failed));
            if (failed) co_return;
            if (state->weather.is_cut) continue;
            asio::co_spawn(state->context, connect(state, std::move(pair)), asio::detached);
        }
    }

    static asio::awaitable<void> connect(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
        state->pairs.push_back(pair);
        co_await pass(*state);
        error_code failed;
        co_await pair->server.async_connect(state->server, with(failed));
        if (failed) co_return;
        asio::co_spawn(state->context, ask(state, pair), asio::detached);
        asio::co_spawn(state->context, answer(state, pair), asio::detached);
    }

    static asio::awaitable<void> ask(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
        co_await carry(*state, pair->client, pair->server, [&](std::string_view said) {
            if (!state->awaited.empty() && said.find(state->awaited) != std::string_view::npos) {
                state->awaited.clear();
                pair->loses_answer = true;
            }
            return true;
        });
        pair->close();
    }

    static asio::awaitable<void> answer(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
        co_await carry(*state, pair->server, pair->client, [&](std::string_view) {
            if (pair->loses_answer) ++state->lost;
            return !pair->loses_answer;
        });
        pair->close();
    }

    /// Until the connection ends or its data is to be dropped.
    template <class Heard>
    static asio::awaitable<void> carry(const State& state, tcp::socket& from, tcp::socket& to, Heard heard) {
        std::array<char, 65'536> bytes{};
        error_code failed;
        while (!failed) {
            const std::size_t size = co_await from.async_read_some(asio::buffer(bytes), with(failed));
            co_await pass(state);
            if (failed || !heard({bytes.data(), size})) break;
            co_await asio::async_write(to, asio::buffer(bytes.data(), size), with(failed));
        }
    }

    static asio::awaitable<void> pass(const State& state) {
        if (state.weather.delay.count() > 0) co_await wait(state.weather.delay);
        while (state.weather.hangs) co_await wait(kLookAgain);
    }

    void set(Weather now) {
        weather = now;
        if (!weather.is_cut) return;
        for (const auto& weak : std::exchange(pairs, {}))
            if (const auto pair = weak.lock()) pair->close();
    }

    /// Runs on the proxy's thread and waits for completion.
    template <class Function> auto there(Function function) {
        return asio::post(context, asio::use_future(std::move(function))).get();
    }
};

Proxy::Proxy(std::string host, std::uint16_t port)
    : state_(std::make_shared<State>(io_, std::move(host), port)),
      port_(state_->acceptor.local_endpoint().port()) {
    asio::co_spawn(io_, State::accept(state_), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

Proxy::~Proxy() {
    state_->there([this] {
        error_code ignored;
        state_->acceptor.close(ignored);
        state_->set({.is_cut = true});
    });
    thread_.join();
}

void Proxy::cut() {
    state_->there([this] { state_->set({.is_cut = true}); });
}
void Proxy::hang() {
    state_->there([this] { state_->set({.hangs = true}); });
}
void Proxy::send_new_connections_to(std::uint16_t port) {
    state_->there([this, port] { state_->server.port(port); });
}
void Proxy::slow_down(std::chrono::milliseconds delay) {
    state_->there([this, delay] { state_->set({.delay = delay}); });
}
void Proxy::heal() {
    state_->there([this] { state_->set({}); });
}
void Proxy::move_to(std::uint16_t port) {
    state_->there([this, port] { state_->server.port(port); });
}
void Proxy::lose_answer_to(std::string text) {
    state_->there([this, &text] { state_->awaited = std::move(text); });
}
int Proxy::lost() const {
    return state_->there([this] { return state_->lost; });
}

}  // namespace ecron::test
