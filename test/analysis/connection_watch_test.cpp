#include "analysis/election/connection_watch.hpp"

#include <catch2/catch.hpp>

namespace ecron::analysis::test {
namespace {

using namespace std::chrono_literals;

const NodeId kOther{"other"};

/// A watch with a round every 100 ms, that is asked for the node after each.
class World {
public:
    World() { watch.watch(kOther, now); }
    void rounds(int count, bool connected) {
        for (int i = 0; i < count; ++i) {
            now += 100ms;
            watch.answered(connected ? std::vector<NodeId>{} : std::vector{kOther}, now, now + took);
            now += took;
            gone = watch.is_gone(kOther, now);
        }
    }
    ConnectionWatch watch;
    SteadyInstant now{};
    Millis took{0};
    bool gone{false};
};

}  // namespace

TEST_CASE("a node that stays disconnected for a moment is gone", "[watch]") {
    World world;
    world.rounds(5, false);
    CHECK_FALSE(world.gone);
    world.rounds(1, false);
    CHECK(world.gone);
}

TEST_CASE("a node that has lost its session and reconnects is not gone", "[watch]") {
    World world;
    world.rounds(4, false);
    world.rounds(1, true);
    world.rounds(5, false);
    CHECK_FALSE(world.gone);
}

TEST_CASE("a slow answer proves absence only for the moment between two rounds", "[watch]") {
    World world;
    world.took = 400ms;
    world.rounds(2, false);
    CHECK_FALSE(world.gone);
    world.rounds(1, false);
    CHECK(world.gone);
}

TEST_CASE("a round without an answer proves no absence", "[watch]") {
    World world;
    world.rounds(6, false);
    REQUIRE(world.gone);
    world.watch.not_answered();
    world.rounds(5, false);
    CHECK_FALSE(world.gone);
}

TEST_CASE("rounds ask for a node that was watched or asked for within the last ten seconds", "[watch]") {
    ConnectionWatch watch;
    CHECK(watch.watched().empty());
    SECTION("watched") { watch.watch(kOther, SteadyInstant{}); }
    SECTION("asked for") { CHECK_FALSE(watch.is_gone(kOther, SteadyInstant{})); }
    CHECK(watch.watched() == std::vector{kOther});
    watch.answered({}, SteadyInstant{9s}, SteadyInstant{10s});
    CHECK(watch.watched() == std::vector{kOther});
    watch.answered({}, SteadyInstant{9s}, SteadyInstant{10s + 1ms});
    CHECK(watch.watched().empty());
}

}  // namespace ecron::analysis::test
