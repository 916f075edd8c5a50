#include "analysis/election/node_watch.hpp"

#include <catch2/catch.hpp>

namespace ecron::analysis::test {
namespace {

using namespace std::chrono_literals;

const NodeId kOther{"other"};

/// A watch that is updated every second.
class World {
public:
    explicit World(bool alone = false) : watch(5s, alone) {}
    void answers(bool alive, int seconds = 1) {
        for (int i = 0; i < seconds; ++i) {
            now += 1s;
            store::Cluster cluster;
            cluster.nodes.push_back({.node = kOther, .alive = alive});
            watch.answered(cluster, now);
            dead = watch.is_dead(kOther);
        }
    }
    NodeWatch watch;
    SteadyInstant now{};
    bool dead{false};
};

}  // namespace

TEST_CASE("a node is dead one lease period after its lease has ended", "[watch]") {
    World world;
    world.answers(true);
    CHECK_FALSE(world.dead);
    world.answers(false, 5);
    CHECK_FALSE(world.dead);
    world.answers(false);
    CHECK(world.dead);
}

TEST_CASE("a node that renews within that time is not dead", "[watch]") {
    World world;
    world.answers(false, 5);
    world.answers(true);
    world.answers(false, 5);
    CHECK_FALSE(world.dead);
}

TEST_CASE("an unlisted node is dead after one lease period", "[watch]") {
    World world;
    world.answers(true);
    const NodeId unknown{"unknown"};
    CHECK_FALSE(world.watch.is_dead(unknown));
    world.answers(true, 5);
    CHECK(world.watch.is_dead(unknown));
}

TEST_CASE("an outage of the store does not make nodes dead", "[watch]") {
    World world;
    world.answers(true);
    world.answers(false, 5);
    SECTION("with an error") { world.watch.not_answered(); }
    SECTION("without a response") { world.now += 10s; }
    world.answers(false, 5);
    CHECK_FALSE(world.dead);
    world.answers(false);
    CHECK(world.dead);
}

TEST_CASE("no node is dead before the store has responded", "[watch]") {
    World world;
    CHECK_FALSE(world.watch.is_dead(kOther));
}

TEST_CASE("all other nodes are dead if one process owns the store", "[watch]") {
    World world{true};
    CHECK(world.watch.is_dead(kOther));
}

}  // namespace ecron::analysis::test
