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

/// A watch that is updated by a round of the campaign every 100 ms.
class Rounds {
public:
    explicit Rounds(bool alive = true) : watch(5s, false) {
        store::Cluster cluster;
        cluster.nodes.push_back({.node = kOther, .alive = alive});
        watch.answered(cluster, now);
    }
    /// Returns true if the node is gone afterwards.
    bool see(bool present, Millis time = 100ms) {
        for (const SteadyInstant end = now + time; now < end; now += 100ms) {
            std::vector<NodeId> seen;
            if (present) seen.push_back(kOther);
            watch.looked(watch.watched(NodeId{"self"}), seen, now, now + 1ms);
        }
        return watch.is_gone(kOther);
    }
    NodeWatch watch;
    SteadyInstant now{};
};

}  // namespace

TEST_CASE("a node is gone when it had a session and has none for longer than it may start claims",
          "[watch]") {
    Rounds rounds;
    CHECK(rounds.watch.watched(NodeId{"self"}) == std::vector{kOther});
    CHECK_FALSE(rounds.see(true, 1s));
    CHECK_FALSE(rounds.see(false, 600ms));
    CHECK_FALSE(rounds.watch.any_loses_claims());
    CHECK(rounds.see(false, 200ms));
    CHECK(rounds.watch.any_loses_claims());
    CHECK(rounds.watch.watched(NodeId{"self"}) == std::vector{kOther});
    CHECK_FALSE(rounds.see(true));
}

TEST_CASE("a node whose lease ends before its session is gone after the session", "[watch]") {
    Rounds rounds;
    rounds.see(true, 1s);
    rounds.watch.answered(store::Cluster{}, rounds.now);
    CHECK_FALSE(rounds.see(true, 1s));
    CHECK(rounds.watch.leaving() == 0);
    CHECK_FALSE(rounds.see(false, 200ms));
    CHECK(rounds.watch.leaving() == 1);
    CHECK(rounds.see(false, 1s));
    rounds.see(false, 1s);
    CHECK(rounds.watch.leaving() == 0);
}

TEST_CASE("a node is not gone if it never had a session", "[watch]") {
    Rounds rounds;  // a process of an older version
    CHECK_FALSE(rounds.see(false, 10s));
}

TEST_CASE("a node that opens another session in time is not gone", "[watch]") {
    Rounds rounds;
    CHECK_FALSE(rounds.see(true));
    CHECK_FALSE(rounds.see(false, 500ms));
    CHECK_FALSE(rounds.watch.loses_claims(kOther));
    CHECK_FALSE(rounds.see(true));
    CHECK(rounds.watch.loses_claims(kOther));  // it may be another process
    CHECK_FALSE(rounds.see(false, 600ms));
    CHECK_FALSE(rounds.see(true, 5s));
    CHECK_FALSE(rounds.watch.any_loses_claims());
}

TEST_CASE("a round that fails concludes nothing about sessions", "[watch]") {
    Rounds rounds;
    CHECK_FALSE(rounds.see(true));
    CHECK_FALSE(rounds.see(false, 500ms));
    SECTION("with an error") { rounds.watch.not_looked(); }
    SECTION("without a response, but for the last") {
        rounds.now += 2s;
        CHECK_FALSE(rounds.see(false, 600ms));
        return;
    }
    CHECK_FALSE(rounds.see(false, 10s));
    CHECK_FALSE(rounds.see(true));
    CHECK(rounds.see(false, 1s));
}

TEST_CASE("a node that is gone is forgotten after it is dead", "[watch]") {
    Rounds rounds;
    rounds.see(true);
    CHECK(rounds.see(false, 1s));
    rounds.watch.answered(store::Cluster{}, rounds.now);
    CHECK(rounds.see(false, 40s));
    CHECK_FALSE(rounds.see(false, 20s));
    CHECK(rounds.watch.watched(NodeId{"self"}).empty());
}

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
