#include "ecron/base/async.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/execution_context.hpp>
#include <catch2/catch.hpp>
#include <vector>

using namespace ecron;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Timers that complete immediately and record the requested wait.
class Impatient final : public Timers {
public:
    Impatient(asio::execution_context& owner, std::vector<std::chrono::microseconds>& asked)
        : Timers(owner),
          asked_(asked) {}
    std::unique_ptr<Timer> make() override { return std::make_unique<Over>(asked_); }

private:
    class Over final : public Timer {
    public:
        explicit Over(std::vector<std::chrono::microseconds>& asked) : asked_(asked) {}
        asio::awaitable<void> wait(std::chrono::microseconds at_most) override {
            asked_.push_back(at_most);
            co_return;
        }
        void cancel() override {}

    private:
        std::vector<std::chrono::microseconds>& asked_;
    };

    std::vector<std::chrono::microseconds>& asked_;
};

asio::awaitable<void> sleep_and_wait(asio::io_context& io, Wakeup& wakeup) {
    co_await sleep(io, 1h);
    co_await wakeup.wait(24h);
}

asio::awaitable<void> wait_and_count(Wakeup& wakeup, int& woken) {
    co_await wakeup.wait(1h);
    ++woken;
}

}  // namespace

TEST_CASE("waits use the io_context's timers", "[async]") {
    asio::io_context io;
    std::vector<std::chrono::microseconds> asked;
    asio::make_service<Impatient>(io, asked);
    Wakeup wakeup{io};
    Gate gate{io};
    gate.spawn("sleep and wait", sleep_and_wait(io, wakeup));
    io.run();
    CHECK(gate.count() == 0);
    CHECK(asked == std::vector<std::chrono::microseconds>{1h, 24h});
}

TEST_CASE("notify ends the current or the next wait", "[async]") {
    asio::io_context io;
    Wakeup wakeup{io};
    Gate gate{io};
    int woken = 0;
    SECTION("with a waiter") {
        gate.spawn("wait", wait_and_count(wakeup, woken));
        io.poll();
        CHECK(woken == 0);
        wakeup.notify();
    }
    SECTION("without a waiter") {
        wakeup.notify();
        gate.spawn("wait", wait_and_count(wakeup, woken));
    }
    io.run();
    CHECK(woken == 1);
}

TEST_CASE("a gate closes after its coroutines, and refuses others", "[async]") {
    asio::io_context io;
    Wakeup wakeup{io};
    Gate gate{io};
    int woken = 0;
    bool closed = false;
    const auto wait_and_spawn = [&]() -> asio::awaitable<void> {
        co_await wakeup.wait(1h);
        gate.spawn("spawned while closing", wait_and_count(wakeup, woken));
    };
    const auto close = [&]() -> asio::awaitable<void> {
        co_await gate.close();
        closed = true;
    };
    gate.spawn("wait and spawn", wait_and_spawn());
    asio::co_spawn(io, close(), asio::detached);
    io.poll();
    wakeup.notify();
    io.poll();
    CHECK_FALSE(closed);
    wakeup.notify();
    io.run();
    CHECK(closed);
    CHECK(woken == 1);
    wakeup.notify();
    gate.spawn("refused", wait_and_count(wakeup, woken));
    io.restart();
    io.run();
    CHECK(woken == 1);
    CHECK(gate.count() == 0);
}

TEST_CASE("several waiters of one wake-up are independent", "[async]") {
    asio::io_context io;
    Wakeup wakeup{io};
    Gate gate{io};
    int woken = 0;
    for (int i = 0; i < 3; ++i) gate.spawn("wait", wait_and_count(wakeup, woken));
    io.poll();
    CHECK(woken == 0);
    wakeup.notify();
    io.run();
    CHECK(woken == 3);
}
