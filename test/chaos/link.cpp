#include "chaos/link.hpp"

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
#include <vector>

namespace ecron::chaos {

namespace asio = boost::asio;
using asio::ip::tcp;
using error_code = boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kLookAgain{10};

/// One connection through the link.
struct Pair {
    explicit Pair(asio::io_context& io) : client(io), server(io) {}
    void close() {
        error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }
    tcp::socket client;
    tcp::socket server;
};

auto with(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

asio::awaitable<void> wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    error_code ignored;
    co_await timer.async_wait(with(ignored));
}

}  // namespace

struct Link::State {
    State(asio::io_context& io, std::string to_host, std::uint16_t to_port)
        : context(io),
          acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          server(asio::ip::make_address(to_host), to_port) {}

    asio::io_context& context;
    tcp::acceptor acceptor;
    tcp::endpoint server;
    std::vector<std::weak_ptr<Pair>> pairs;
    bool is_cut{false};
    bool hangs{false};
    std::chrono::milliseconds delay{0};

    static asio::awaitable<void> accept(std::shared_ptr<State> state) {
        for (;;) {
            auto pair = std::make_shared<Pair>(state->context);
            error_code failed;
            co_await state->acceptor.async_accept(pair->client, with(failed));
            if (failed) co_return;
            if (state->is_cut) continue;
            asio::co_spawn(state->context, connect(state, std::move(pair)), asio::detached);
        }
    }

    static asio::awaitable<void> connect(std::shared_ptr<State> state, std::shared_ptr<Pair> pair) {
        state->pairs.push_back(pair);
        co_await weather(*state);
        error_code failed;
        co_await pair->server.async_connect(state->server, with(failed));
        if (failed) co_return;
        asio::co_spawn(state->context, carry(state, pair, pair->client, pair->server), asio::detached);
        asio::co_spawn(state->context, carry(state, pair, pair->server, pair->client), asio::detached);
    }

    static asio::awaitable<void> carry(std::shared_ptr<State> state, std::shared_ptr<Pair> pair,
                                       tcp::socket& from, tcp::socket& to) {
        std::array<char, 16'384> bytes{};
        error_code failed;
        while (!failed) {
            const std::size_t size = co_await from.async_read_some(asio::buffer(bytes), with(failed));
            if (failed) break;
            co_await weather(*state);
            co_await asio::async_write(to, asio::buffer(bytes.data(), size), with(failed));
        }
        co_await weather(*state);  // an end is not heard of either
        pair->close();
    }

    static asio::awaitable<void> weather(const State& state) {
        if (state.delay.count() > 0) co_await wait(state.delay);
        while (state.hangs) co_await wait(kLookAgain);
    }

    void set(bool now_cut, bool now_hangs, std::chrono::milliseconds now_delay) {
        is_cut = now_cut;
        hangs = now_hangs;
        delay = now_delay;
        if (!is_cut) return;
        for (const auto& weak : std::exchange(pairs, {}))
            if (const auto pair = weak.lock()) pair->close();
    }

    /// Runs on the link's thread and waits for it.
    template <class Function> void there(Function function) {
        asio::post(context, asio::use_future(std::move(function))).get();
    }
};

Link::Link(std::string host, std::uint16_t port)
    : state_(std::make_shared<State>(io_, std::move(host), port)),
      port_(state_->acceptor.local_endpoint().port()) {
    asio::co_spawn(io_, State::accept(state_), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

Link::~Link() {
    state_->there([this] {
        error_code ignored;
        state_->acceptor.close(ignored);
        state_->set(true, false, {});
    });
    thread_.join();
}

void Link::cut() {
    state_->there([this] { state_->set(true, false, {}); });
}
void Link::hang() {
    state_->there([this] { state_->set(false, true, {}); });
}
void Link::slow_down(std::chrono::milliseconds delay) {
    state_->there([this, delay] { state_->set(false, false, delay); });
}
void Link::heal() {
    state_->there([this] { state_->set(false, false, {}); });
}

}  // namespace ecron::chaos
