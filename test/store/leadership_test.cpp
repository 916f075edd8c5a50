#include <catch2/catch.hpp>
#include <thread>

#include "ecron/base/this_process.hpp"
#include "ecron/store/upkeep.hpp"
#include "network/proxy.hpp"
#include "store/election/leadership.hpp"
#include "store/election/node_lease.hpp"
#include "store/node.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

using Shards = std::vector<Shard>;

constexpr Shard kFirst{0};
constexpr Seconds kPatience{60};  // far longer than any wait here; a test that reaches it has failed

/// A test node does not renew its lease while another node is called. The long lease exceeds any such delay
/// on a busy machine; the short one is for cases in which a lease must end.
constexpr Seconds kLongLease{60};
constexpr Seconds kShortLease{2};

/// Four shards and several nodes.
struct Divided : World {
    explicit Divided(std::size_t shards = 4, Nodes nodes = Nodes::many, Seconds lease = kLongLease)
        : World(Options{.nodes = nodes, .lease = lease}) {
        open();
        close();
        const Result<void> divided = set_shards(options(), shards, clock());
        if (!divided) FAIL(divided.error().what);
    }
};

template <class Condition> void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) FAIL("timed out");
        std::this_thread::sleep_for(Millis{20});
    }
}

/// Ends the session that holds the lock of a shard or of a node's name, as the end of its process would.
template <class Name> void kill_holder(World& world, const Name& name) {
    Session session = world.session();
    const std::string query = "select coalesce(is_used_lock(" + lock_name(session, name) + "), 0)";
    const auto holder = [&] {
        Statement& find = session.prepare(query, "", "i");
        REQUIRE(find.first());
        return find.integer(0);
    };
    const std::int64_t killed = holder();
    REQUIRE(killed != 0);
    session.run("kill connection " + std::to_string(killed));
    wait_until([&] { return holder() != killed; });  // MySQL answers before the session has ended
}

/// The expression that version 0.1.0 sends.
std::string released_lock_name(const std::string& shard) {
    return "concat('ecron/', left(md5(database()), 16), '/" + shard + "')";
}

bool has_md5(World& world) {
    const std::string version = world.text("select version()");
    return version.find("MariaDB") != std::string::npos || std::stoi(version) < 9;
}

}  // namespace

TEST_CASE("one process owns a SQLite store and leads as soon as it campaigns", "[store]") {
    if (tested_driver() == Driver::mysql) return;
    World world;
    world.open();
    Store& store = world.store();
    CHECK_FALSE(store.election->leads(kFirst));
    CHECK_FALSE(store.election->last_heartbeat());
    CHECK(world.await(store.election->begin_term(kFirst, NodeId("node-1"))).error().code == Errc::denied);
    CHECK(world.must(store.election->cluster()).nodes.empty());

    const ElectionState standing =
        world.must(store.election->campaign({.node = NodeId("node-1"), .max_shards = 1}));
    CHECK(standing.held == Shards{kFirst});
    CHECK(standing.clock_ahead == Millis{0});
    CHECK(store.election->leads(kFirst));
    CHECK(store.election->last_heartbeat());
    const Term term = world.must(store.election->begin_term(kFirst, NodeId("node-1")));
    CHECK(term.epoch == Epoch(1));

    const Cluster cluster = world.must(store.election->cluster());
    REQUIRE(cluster.nodes.size() == 1);
    CHECK(cluster.nodes.front().node == NodeId("node-1"));
    CHECK(cluster.nodes.front().alive);
    REQUIRE(cluster.shards.size() == 1);
    CHECK(cluster.shards.front().node == NodeId("node-1"));
    CHECK(cluster.shards.front().epoch == term.epoch);
    CHECK(cluster.shards.front().watermark == term.watermark);

    world.must(store.election->end_term(kFirst));
    CHECK_FALSE(store.election->leads(kFirst));
}

TEST_CASE("a term reads the missed summaries of earlier terms beyond the watermark", "[store]") {
    World world;
    world.open();
    const Term first = world.lead("node-1");
    CHECK(first.missed.empty());
    const Instant from = first.watermark - Seconds{60};
    world.must(world.store().executions->claim(
        {.epoch = first.epoch,
         .watermark = first.watermark,
         .missed = {{JobKey(1), from, first.watermark, 60, "misfire"},
                    {JobKey(2), from, first.watermark + Seconds{1}, 61, "misfire"}}}));
    const Term second = world.lead("node-2");
    REQUIRE(second.missed.size() == 1);
    CHECK(second.missed.front().job == JobKey(2));
    CHECK(second.missed.front().to == first.watermark + Seconds{1});
}

TEST_CASE("one node leads at a time, and a lost session loses leadership", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(1);
    Node leader(world, "leader");
    Node standby(world, "standby");
    CHECK(leader.held() == Shards{kFirst});
    CHECK(leader.store().election->leads(kFirst));
    const Result<Term> first = leader.begin_term(kFirst);
    REQUIRE(first);
    CHECK(standby.held().empty());
    CHECK(standby.begin_term(kFirst).error().code == Errc::denied);

    kill_holder(world, kFirst);
    CHECK(leader.campaign().error().code == Errc::unavailable);
    CHECK_FALSE(leader.store().election->leads(kFirst));
    CHECK(standby.held() == Shards{kFirst});
    CHECK(leader.held().empty());
    const Result<Term> second = standby.begin_term(kFirst);
    REQUIRE(second);
    CHECK(second->epoch > first->epoch);

    const auto late = leader.await(
        leader.store().executions->claim({.epoch = first->epoch, .watermark = first->watermark}));
    CHECK(late.error().code == Errc::denied);

    REQUIRE(standby.await(standby.store().election->end_term(kFirst)));
    CHECK(leader.held() == Shards{kFirst});
}

TEST_CASE("locks have the names of version 0.1.0 for any database name", "[store][takeover]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    if (!has_md5(world)) return;  // MySQL 9: version 0.1.0 cannot run there
    const Options own = world.options();
    for (const std::string& name : {own.database, own.database + "_Größe", own.database + "-データ"}) {
        world.options().database = own.database;
        world.sql("create database if not exists `" + name + "`");
        world.options().database = name;
        for (const SessionUse use : {SessionUse::lead, SessionUse::migrate}) {
            Session session = world.session(use);
            Statement& compare = session.prepare(
                "select " + released_lock_name("2") + " = " + lock_name(session, Shard(2)), "", "i");
            REQUIRE(compare.first());
            CHECK(compare.integer(0) == 1);
        }
        if (name != own.database) world.sql("drop database `" + name + "`");
    }
    world.options().database = own.database;
}

TEST_CASE("a node of version 0.1.0 keeps the shard that it leads and gets none from a newer node",
          "[store][takeover]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    if (!has_md5(world)) return;
    Session old = world.session();
    old.run("do get_lock(" + released_lock_name("1") + ", 0)");
    Node node(world, "newer");
    CHECK(node.held() == Shards{Shard(0), Shard(2), Shard(3)});
    CHECK(node.begin_term(Shard(1)).error().code == Errc::denied);
    Statement& other = old.prepare("select get_lock(" + released_lock_name("2") + ", 0)", "", "i");
    REQUIRE(other.first());
    CHECK(other.integer(0) == 0);
    old.run("do release_lock(" + released_lock_name("1") + ")");
    CHECK(node.held().size() == 4);
}

TEST_CASE("shards are divided among nodes and released one by one", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    Node one(world, "one");
    Node two(world, "two");
    CHECK(one.held(2) == Shards{Shard(0), Shard(1)});
    CHECK(two.held(4) == Shards{Shard(2), Shard(3)});
    CHECK(one.held(4) == Shards{Shard(0), Shard(1)});
    CHECK(one.held(4, {Shard(1)}) == Shards{Shard(0)});
    CHECK(two.held(3) == Shards{Shard(1), Shard(2), Shard(3)});
    CHECK_FALSE(one.store().election->leads(Shard(1)));
    CHECK(two.store().election->leads(Shard(1)));

    kill_holder(world, Shard(2));
    CHECK_FALSE(two.campaign(3));
    for (std::uint32_t shard = 0; shard < 4; ++shard) CHECK_FALSE(two.store().election->leads(Shard(shard)));
    CHECK(one.held(4).size() == 4);
}

TEST_CASE("a fence affects only its own shard", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    Node node(world, "node");
    REQUIRE(node.held().size() == 4);
    const Result<Term> second = node.begin_term(Shard(2));
    REQUIRE(second);
    const Result<Term> third = node.begin_term(Shard(3));
    REQUIRE(third);
    REQUIRE(node.begin_term(Shard(3)));
    const auto claim = [&](Shard shard, Epoch epoch) {
        return node.await(
            node.store().executions->claim({.shard = shard, .epoch = epoch, .watermark = second->watermark}));
    };
    CHECK(claim(Shard(2), second->epoch));
    CHECK(claim(Shard(3), third->epoch).error().code == Errc::denied);
    CHECK(claim(Shard(9), second->epoch).error().code == Errc::denied);
    CHECK(node.await(node.store().executions->withdraw(Shard(2), second->epoch, {})));
    CHECK(node.await(node.store().executions->withdraw(Shard(3), third->epoch, {})).error().code ==
          Errc::denied);
}

TEST_CASE("in single-leader mode a second process gets no shard", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(4, Nodes::one);
    Node leader(world, "leader");
    Node standby(world, "standby");
    CHECK(leader.held(2) == Shards{Shard(0), Shard(1)});
    CHECK(standby.held().empty());
    const Result<ElectionState> standing = leader.campaign();
    REQUIRE(standing);
    CHECK(standing->held.size() == 4);
    CHECK(standing->live_nodes == 1);
    CHECK(standing->led_by_others == 0);
    CHECK(standby.campaign(0)->led_by_others == 4);
}

TEST_CASE("a round that requests no shard distinguishes free shards from those that others hold", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(4, Nodes::one);
    Node starting(world, "starting");
    const Result<ElectionState> fresh = starting.campaign(0);
    REQUIRE(fresh);
    CHECK(fresh->held.empty());
    CHECK(fresh->led_by_others == 0);
    Node leader(world, "leader");
    REQUIRE(leader.held(3).size() == 3);
    CHECK(starting.campaign(0)->led_by_others == 3);
}

TEST_CASE("a round permits the starts of the newest term, for half a second", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(1);
    ManualClock clock{world.clock().now()};
    Node leader(world, "leader", world.options(), clock);
    REQUIRE(leader.held() == Shards{kFirst});
    const Result<Term> first = leader.begin_term(kFirst);
    REQUIRE(first);
    const Election& election = *leader.store().election;
    CHECK(election.permits_starts(kFirst, first->epoch));  // it knows of no later term
    CHECK_FALSE(election.permits_starts(kFirst, Epoch(first->epoch.value() - 1)));
    CHECK_FALSE(election.permits_starts(Shard(1), first->epoch));
    clock.advance(kStartPermit - Millis{1});
    CHECK(election.permits_starts(kFirst, first->epoch));
    clock.advance(Millis{1});
    CHECK_FALSE(election.permits_starts(kFirst, first->epoch));

    REQUIRE(leader.campaign());
    CHECK(election.permits_starts(kFirst, first->epoch));
    world.sql("update t_cron_shard set f_epoch = f_epoch + 1");
    REQUIRE(leader.campaign());
    CHECK_FALSE(election.permits_starts(kFirst, first->epoch));
}

TEST_CASE("a node whose lease session ends locks its name again before its lease is due", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(1);
    const ManualClock still{world.clock().now()};  // no renewal becomes due
    Node node(world, "node", world.options(), still);
    REQUIRE(node.held() == Shards{kFirst});
    kill_holder(world, NodeId("node"));
    Session session = world.session();
    Statement& find =
        session.prepare("select is_free_lock(" + lock_name(session, NodeId("node")) + ")", "", "i");
    REQUIRE((find.first() && find.integer(0) == 1));
    wait_until([&] {
        REQUIRE(node.campaign());
        REQUIRE(find.first());
        return find.integer(0) == 0;
    });
    CHECK(node.store().election->leads(kFirst));
}

TEST_CASE("a round states which watched nodes are disconnected", "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(1, Nodes::many, kShortLease);
    Node observer(world, "observer");
    auto leader = std::make_unique<Node>(world, "leader");
    REQUIRE(leader->campaign());
    const std::vector watched{NodeId("leader"), NodeId("unknown")};
    const auto disconnected = [&] {
        return observer
            .await(observer.store().election->campaign({.node = NodeId("observer"), .watched = watched}))
            ->disconnected;
    };
    CHECK(disconnected().empty());  // this session may be too young to know
    wait_until([&] {
        REQUIRE(leader->campaign());
        const std::vector<NodeId> found = disconnected();
        CHECK(std::ranges::find(found, watched.front()) == found.end());
        return found == std::vector{watched.back()};
    });
    leader.reset();  // its sessions end, its lease does not
    wait_until([&] { return disconnected() == watched; });
    CHECK(world.number("select count(*) from t_cron_node where f_node = 'leader'") == 1);
}

TEST_CASE("a leader that is cut off stops, and its locks are free within the lease", "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(4, Nodes::many, kShortLease);
    ecron::test::Proxy proxy(world.options().host, world.options().port);
    Options through = world.options();
    through.port = proxy.port();
    Node leader(world, "leader", through);
    Node standby(world, "standby");
    REQUIRE(leader.held().size() == 4);
    proxy.hang();
    wait_until([&] {
        const Result<ElectionState> standing = standby.campaign();
        return standing && standing->held.size() == 4;
    });
    CHECK(leader.campaign().error().code == Errc::unavailable);
    CHECK_FALSE(leader.store().election->leads(kFirst));
    CHECK_FALSE(leader.store().election->last_heartbeat());
    proxy.heal();
    // The standby did not campaign while the leader waited for its answer, so its own locks may be free by
    // now: this queries what the leader still holds, without acquiring any.
    wait_until([&] { return leader.campaign(0).has_value(); });
    CHECK(leader.held(0).empty());
}

TEST_CASE("a leader that does not campaign for three seconds no longer leads", "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Options{.nodes = Nodes::many, .lease = Seconds{30}});
    world.open();
    world.lead();
    CHECK(world.store().election->leads(kFirst));
    wait_until([&] { return !world.store().election->leads(kFirst); });
    CHECK(world.await(world.store().election->begin_term(kFirst, NodeId("node-1"))).error().code ==
          Errc::denied);
    CHECK(world.must(world.store().election->campaign({.node = NodeId("node-1"), .max_shards = 1})).held ==
          Shards{kFirst});
    CHECK(world.store().election->leads(kFirst));
}

TEST_CASE("a session frozen inside a transaction blocks a shard at most for the lease", "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    // Longer than the lock wait time-out, so the statement is retried.
    Divided world(4, Nodes::many, Seconds{5});
    Node node(world, "node");
    REQUIRE(node.held().size() == 4);
    Session frozen = world.session(SessionUse::write);
    frozen.begin();
    frozen.run("update t_cron_shard set f_beats = f_beats + 1 where f_shard = 0");
    // No node campaigns while this test waits for a term, so a try may end for that reason.
    wait_until([&] { return !node.held().empty() && node.begin_term(kFirst); });
    CHECK(node.store().statistics().retries > 0);
    CHECK_THROWS_AS(frozen.run("commit"), SqlError);
}

TEST_CASE("nodes are alive while they renew their lease", "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(4, Nodes::many, Seconds{5});
    Node one(world, "one");
    Node two(world, "two");
    REQUIRE(one.campaign(1));
    const Result<ElectionState> both = two.campaign(1);
    REQUIRE(both);
    CHECK(both->live_nodes == 2);
    CHECK(both->shards == 4);
    CHECK(both->lease_renewed);
    CHECK(std::chrono::abs(both->clock_ahead) < Seconds{1});
    const auto cluster = [&] {
        const auto read = two.await(two.store().election->cluster());
        REQUIRE(read);
        return *read;
    };
    REQUIRE(cluster().nodes.size() == 2);
    CHECK(cluster().nodes[0].node == NodeId("one"));
    CHECK(cluster().nodes[0].alive);
    CHECK(cluster().shards.size() == 4);

    SECTION("a node that stops renewing is dead when its lease ends") {
        wait_until([&] { return !cluster().nodes[0].alive; });
        wait_until([&] { return two.campaign(1)->live_nodes == 1; });
        CHECK(cluster().nodes[1].alive);
    }
    SECTION("a node that leaves is gone immediately") {
        REQUIRE(one.await(one.store().election->leave(NodeId("one"))));
        REQUIRE(cluster().nodes.size() == 1);
        CHECK(cluster().nodes[0].node == NodeId("two"));
    }
}

TEST_CASE("a node that cannot lead does not count among the nodes that share the shards", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    Node one(world, "one");
    Node two(world, "two");
    REQUIRE(one.campaign(1));
    REQUIRE(two.campaign(1)->live_nodes == 2);
    wait_until([&] {
        REQUIRE(two.campaign(0));  // it drains, or its clock offset is too large: reported immediately
        return one.campaign(1)->live_nodes == 1;
    });
    CHECK(two.campaign(0)->live_nodes == 2);  // it always counts itself
    wait_until([&] {
        REQUIRE(two.campaign(1));
        return one.campaign(1)->live_nodes == 2;
    });
}

TEST_CASE("a round returns the number of free shards", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    Node one(world, "one");
    Node two(world, "two");
    CHECK(one.campaign(1)->free == 3);
    CHECK(two.campaign(2)->free == 1);
    CHECK(two.campaign(2, {Shard(1)})->free == 0);  // released for another node, and one acquired in exchange
    CHECK(one.campaign(2)->held == Shards{Shard(0), Shard(1)});
    kill_holder(world, Shard(2));
    CHECK(one.campaign(2)->free == 2);
}

TEST_CASE("a node that sees a free shard immediately re-reads the number of live nodes", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    Node one(world, "one");
    Node two(world, "two");
    REQUIRE(one.campaign(2));
    wait_until([&] {
        REQUIRE(two.campaign(2));
        return one.campaign(2)->live_nodes == 2;
    });
    const auto leading_nodes = [&world] {
        Session session = world.session();
        Statement& count = session.prepare("select count(*) from t_cron_node where f_can_lead = 1", "", "i");
        REQUIRE(count.first());
        return count.integer(0);
    };
    const Result<ElectionState> held = two.campaign(2);
    REQUIRE(held->held.size() == 2);
    wait_until([&] {
        REQUIRE(two.campaign(0, held->held));
        return leading_nodes() == 1;
    });
    const Result<ElectionState> left = one.campaign(2);
    CHECK(left->free == 2);
    CHECK(left->live_nodes == 1);
}

TEST_CASE("a process of an older version, which does not report whether it can lead, counts as able to lead",
          "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world;
    Node node(world, "newer");
    REQUIRE(node.campaign(1)->live_nodes == 1);
    world.sql(
        "insert into t_cron_node (f_node, f_instance, f_lease_until, f_clock_ahead) values ('older', 'x', "
        "unix_timestamp(now(3)) * 1000 + 3600000, 0)");
    wait_until([&] { return node.campaign(1)->live_nodes == 2; });
}

TEST_CASE("a process whose name is in use waits for that lease and then fails with the holder's name",
          "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    Divided world(4, Nodes::many, Seconds{5});
    Node holder(world, "same");
    REQUIRE(holder.held().size() == 4);
    const std::int64_t since = world.number("select f_since from t_cron_node");
    Node later(world, "same");
    const Result<ElectionState> waiting = later.campaign();
    REQUIRE_FALSE(waiting);
    CHECK(waiting.error().code == Errc::unavailable);
    Error error = waiting.error();
    wait_until([&] {
        REQUIRE(holder.campaign());
        error = later.campaign().error();
        return error.code == Errc::conflict;
    });
    CHECK_THAT(error.what, Catch::Contains(this_process()));
    CHECK_THAT(error.what, Catch::Contains(", since 2"));
    CHECK(holder.held().size() == 4);
    CHECK(world.number("select f_since from t_cron_node") == since);
    CHECK_FALSE(later.store().election->leads(kFirst));
}

TEST_CASE("a process takes over the name of one that has ended", "[store][lease]") {
    if (tested_driver() == Driver::sqlite) return;
    SECTION("immediately if its sessions have ended, as after a kill") {
        Divided world(4, Nodes::many, Seconds{600});  // far longer than the test waits
        {
            Node killed(world, "same");
            REQUIRE(killed.held().size() == 4);
        }
        REQUIRE(world.number("select count(*) from t_cron_node") == 1);
        Node restarted(world, "same");
        wait_until([&] {
            const Result<ElectionState> standing = restarted.campaign();
            return standing && standing->held.size() == 4;
        });
    }
    SECTION("within the lease if it is silent; the silent process then fails") {
        Divided world(4, Nodes::many, Seconds{5});
        Node silent(world, "same");
        REQUIRE(silent.held().size() == 4);
        Node restarted(world, "same");
        wait_until([&] {
            const Result<ElectionState> standing = restarted.campaign();
            return standing && standing->held.size() == 4;
        });
        wait_until([&] {
            (void)restarted.campaign();
            const Result<ElectionState> standing = silent.campaign();
            return !standing && standing.error().code == Errc::conflict;
        });
        CHECK_FALSE(silent.store().election->leads(kFirst));
    }
}

TEST_CASE("a slow lease renewal does not affect locks", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Options{.nodes = Nodes::many, .lease = Seconds{30}});
    world.open();
    Node node(world, "node");
    REQUIRE(node.held() == Shards{kFirst});
    Session slow = world.session(SessionUse::write);
    slow.begin();
    slow.run("update t_cron_node set f_clock_ahead = f_clock_ahead + 1");
    std::optional<ElectionState> last;
    wait_until([&] {
        const Result<ElectionState> standing = node.campaign();
        REQUIRE(standing);
        CHECK(standing->held == Shards{kFirst});
        CHECK(node.store().election->leads(kFirst));
        last = *standing;
        return *node.store().election->last_heartbeat() - *standing->lease_renewed > Millis{1'500};
    });
    slow.rollback();
    wait_until([&] { return *node.campaign()->lease_renewed > *last->lease_renewed; });
}
