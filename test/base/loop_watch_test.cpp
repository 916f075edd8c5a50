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
    LoopWatch watch{io, clock, 1ms};

    Watched() { boost::asio::co_spawn(io, watch.run(), boost::asio::detached); }
    ~Watched() {
        watch.stop();
        io.run();
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    /// Simulates a handler that takes that long, then runs the watch.
    void keep_busy(Millis time) {
        boost::asio::post(io, [this, time] { clock.advance(time); });
        for (int turns = 0; turns < 4; ++turns) io.run_one();
    }
};

}  // namespace

TEST_CASE("a handler that blocks the loop increases the measured delay", "[loop]") {
    Watched watched;
    watched.io.poll();  // the watch waits
    watched.keep_busy(80ms);
    CHECK(watched.watch.longest() == 79ms);  // of which the watch intended to wait one
    watched.keep_busy(30ms);
    CHECK(watched.watch.longest() == 79ms);
}

TEST_CASE("a long delay expires", "[loop]") {
    Watched watched;
    watched.io.poll();
    watched.keep_busy(120s);
    CHECK(watched.watch.longest() == 120s - 1ms);
    watched.keep_busy(40s);
    CHECK(watched.watch.longest() == 120s - 1ms);
    for (int times = 0; times < 3; ++times) watched.keep_busy(40s);
    CHECK(watched.watch.longest() == 40s - 1ms);
}
