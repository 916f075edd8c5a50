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
    Rounds() : watch(5s, false) {
        store::Cluster cluster;
        cluster.nodes.push_back({.node = kOther, .alive = true});
        watch.answered(cluster, now);
    }
    /// `instance`: the process that has a session; empty: none.
    void see(const std::string& instance, Millis time = 100ms) {
        for (const SteadyInstant end = now + time; now < end; now += 100ms) {
            std::vector<store::Presence> seen;
            if (!instance.empty()) seen.push_back({kOther, instance});
            watch.looked(watch.watched(NodeId{"self"}), seen, now, now + 1ms);
        }
    }
    [[nodiscard]] bool is_gone(SteadyInstant led_since = {}) const {
        return watch.is_gone(kOther, led_since);
    }
    NodeWatch watch;
    SteadyInstant now{};
};

}  // namespace

TEST_CASE("a node is gone when it had a session and has none for longer than it may start claims",
          "[watch]") {
    Rounds rounds;
    CHECK(rounds.watch.watched(NodeId{"self"}) == std::vector{kOther});
    rounds.see("first", 1s);
    CHECK_FALSE(rounds.is_gone());
    rounds.see("", 600ms);
    CHECK_FALSE(rounds.is_gone());
    CHECK_FALSE(rounds.watch.any_gone());
    rounds.see("", 200ms);
    CHECK(rounds.is_gone());
    CHECK(rounds.watch.any_gone());
    CHECK(rounds.watch.watched(NodeId{"self"}) == std::vector{kOther});
    rounds.see("first");
    CHECK_FALSE(rounds.is_gone());
}

TEST_CASE("a node is not gone if it never had a session", "[watch]") {
    Rounds rounds;  // a process of an older version
    rounds.see("", 10s);
    CHECK_FALSE(rounds.is_gone());
}

TEST_CASE("a process that opens another session in time is not gone", "[watch]") {
    Rounds rounds;
    rounds.see("first");
    rounds.see("", 500ms);
    rounds.see("first");
    CHECK_FALSE(rounds.is_gone());
    rounds.see("", 600ms);
    CHECK_FALSE(rounds.is_gone());
}

TEST_CASE("a process whose name another one has taken is gone for shards that were led before", "[watch]") {
    Rounds rounds;
    rounds.see("first");
    rounds.see("", 300ms);
    const SteadyInstant last_missed = rounds.now - 100ms;
    rounds.see("second", 300ms);
    CHECK_FALSE(rounds.is_gone(last_missed));  // not long enough
    rounds.see("second", 300ms);
    CHECK(rounds.is_gone(last_missed));
    CHECK_FALSE(rounds.is_gone(last_missed + 1ms));  // the second one may have claimed meanwhile
    CHECK(rounds.watch.leaving() == 0);
    rounds.see("", 500ms);
    CHECK_FALSE(rounds.is_gone(last_missed));
    rounds.see("", 300ms);
    CHECK(rounds.is_gone(rounds.now));
    rounds.see("third", 60s);
    CHECK_FALSE(rounds.is_gone());
}

TEST_CASE("a round that fails concludes nothing about sessions", "[watch]") {
    Rounds rounds;
    rounds.see("first");
    rounds.see("", 500ms);
    SECTION("with an error") { rounds.watch.not_looked(); }
    SECTION("without a response") { rounds.now += 2s; }
    rounds.see("", 10s);
    CHECK_FALSE(rounds.is_gone());
    rounds.see("first");
    rounds.see("", 1s);
    CHECK(rounds.is_gone());
}

TEST_CASE("a node that is gone is forgotten after it is dead", "[watch]") {
    Rounds rounds;
    rounds.see("first");
    rounds.see("", 1s);
    CHECK(rounds.is_gone());
    rounds.watch.answered(store::Cluster{}, rounds.now);
    rounds.see("", 40s);
    CHECK(rounds.is_gone());
    rounds.see("", 20s);
    CHECK_FALSE(rounds.is_gone());
    CHECK(rounds.watch.watched(NodeId{"self"}).empty());
}

TEST_CASE("a node whose lease ends before its session is gone after the session", "[watch]") {
    Rounds rounds;
    rounds.see("first", 1s);
    rounds.watch.answered(store::Cluster{}, rounds.now);
    rounds.see("first", 1s);
    CHECK_FALSE(rounds.is_gone());
    CHECK(rounds.watch.leaving() == 0);
    rounds.see("", 200ms);
    CHECK(rounds.watch.leaving() == 1);
    rounds.see("", 1s);
    CHECK(rounds.is_gone());
    rounds.see("", 1s);
    CHECK(rounds.watch.leaving() == 0);
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
