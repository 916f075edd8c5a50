#include "analysis/node_watch.hpp"

#include <catch2/catch.hpp>

namespace ecron::analysis::test {
namespace {

using namespace std::chrono_literals;

const NodeId kOther{"other"};

/// A watch that is told each second.
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

TEST_CASE("a node whose lease has ended is dead after one more lease", "[watch]") {
    World world;
    world.answers(true);
    CHECK_FALSE(world.dead);
    world.answers(false, 5);
    CHECK_FALSE(world.dead);
    world.answers(false);
    CHECK(world.dead);
}

TEST_CASE("a node that comes back within that time was never dead", "[watch]") {
    World world;
    world.answers(false, 5);
    world.answers(true);
    world.answers(false, 5);
    CHECK_FALSE(world.dead);
}

TEST_CASE("a node that is not listed is dead after a lease, too", "[watch]") {
    World world;
    world.answers(true);
    const NodeId unknown{"unknown"};
    CHECK_FALSE(world.watch.is_dead(unknown));
    world.answers(true, 5);
    CHECK(world.watch.is_dead(unknown));
}

TEST_CASE("a store that was away says nothing about others", "[watch]") {
    World world;
    world.answers(true);
    world.answers(false, 5);
    SECTION("it said so") { world.watch.not_answered(); }
    SECTION("it was silent") { world.now += 10s; }
    world.answers(false, 5);
    CHECK_FALSE(world.dead);
    world.answers(false);
    CHECK(world.dead);
}

TEST_CASE("before the store has answered nobody is dead", "[watch]") {
    World world;
    CHECK_FALSE(world.watch.is_dead(kOther));
}

TEST_CASE("nobody else lives where one process owns the store", "[watch]") {
    World world{true};
    CHECK(world.watch.is_dead(kOther));
}

}  // namespace ecron::analysis::test
