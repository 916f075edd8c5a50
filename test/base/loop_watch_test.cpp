#include "ecron/base/loop_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

using namespace ecron;
using namespace std::chrono_literals;

namespace {

/// A watch with a manual clock; its timer is a real one of a millisecond.
struct Watched {
    boost::asio::io_context io;
    ManualClock clock{Instant{}};
    ThreadTimes times{};
    LoopWatch watch{io, clock, [this] { return times; }, 1ms};

    Watched() { boost::asio::co_spawn(io, watch.run(), boost::asio::detached); }
    ~Watched() {
        watch.stop();
        io.run();
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    /// Simulates a handler that takes that long, of which it works a part, then runs the watch.
    void keep_busy(Millis time, Millis working) {
        boost::asio::post(io, [this, time, working] {
            clock.advance(time);
            times.worked += working;
            times.waited += time - working;
        });
        for (int turns = 0; turns < 4; ++turns) io.run_one();
    }
    void keep_busy(Millis time) { keep_busy(time, time); }
};

}  // namespace

TEST_CASE("a handler that blocks the loop increases the measured delay", "[loop]") {
    Watched watched;
    watched.io.poll();  // the watch waits
    watched.keep_busy(80ms);
    CHECK(watched.watch.longest().delay == 79ms);  // of which the watch intended to wait one
    CHECK(watched.watch.longest().work == 79ms);
    watched.keep_busy(30ms);
    CHECK(watched.watch.longest().delay == 79ms);
}

TEST_CASE("waiting for a processor is delay, not work of handlers", "[loop]") {
    Watched watched;
    watched.io.poll();
    watched.keep_busy(80ms, 3ms);
    CHECK(watched.watch.longest().delay == 79ms);
    CHECK(watched.watch.longest().work == 2ms);  // 79 ms without the 77 that it waited
    watched.keep_busy(20ms, 10ms);
    CHECK(watched.watch.longest().delay == 79ms);
    CHECK(watched.watch.longest().work == 9ms);
}

TEST_CASE("a long delay expires", "[loop]") {
    Watched watched;
    watched.io.poll();
    watched.keep_busy(120s);
    CHECK(watched.watch.longest().delay == 120s - 1ms);
    watched.keep_busy(40s);
    CHECK(watched.watch.longest().delay == 120s - 1ms);
    for (int times = 0; times < 3; ++times) watched.keep_busy(40s);
    CHECK(watched.watch.longest().delay == 40s - 1ms);
}

TEST_CASE("the processor time of a thread grows with its work", "[loop]") {
    const ThreadTimes begin = thread_times();
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    volatile unsigned sum = 0;
    while (thread_times().worked - begin.worked < 2ms) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        sum = sum + 1;
    }
    CHECK(thread_times().waited >= begin.waited);
}
