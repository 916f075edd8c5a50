#include <catch2/catch.hpp>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

constexpr Shard kFirst{0};

/// One more process on the database of a world.
class Node {
public:
    Node(World& world, std::string name) : world_(world), name_(std::move(name)) {
        auto opened = Store::open(io_, world.options(), world.clock());
        if (!opened) FAIL(opened.error().what);
        store_ = std::move(*opened);
    }
    ~Node() {
        store_->close();
        io_.restart();
        io_.run();
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    Store& store() { return *store_; }
    Result<Standing> campaign(std::size_t most = kMostShards, std::vector<Shard> release = {}) {
        return world_.await(
            store_->campaign({.node = NodeId(name_), .most = most, .release = std::move(release)}), io_);
    }
    Result<Term> begin_term(Shard shard) {
        return world_.await(store_->begin_term(shard, NodeId(name_)), io_);
    }
    template <class T> Result<T> await(boost::asio::awaitable<Result<T>> work) {
        return world_.await(std::move(work), io_);
    }

private:
    World& world_;
    std::string name_;
    boost::asio::io_context io_;
    std::unique_ptr<Store> store_;
};

std::vector<Shard> held(const Result<Standing>& standing) {
    REQUIRE(standing);
    return standing->held;
}

/// Ends the session that holds the lock of a shard, as the end of its process would.
void kill_holder(World& world, Shard shard) {
    Session session = world.session();
    Statement& find =
        session.prepare("select coalesce(is_used_lock(concat('ecron/', left(md5(database()), 16), '/" +
                            std::to_string(shard.value()) + "')), 0)",
                        "", "i");
    REQUIRE(find.first());
    REQUIRE(find.integer(0) != 0);
    session.run("kill connection " + std::to_string(find.integer(0)));
}

}  // namespace

TEST_CASE("one process owns an SQLite store and leads as soon as it asks", "[store]") {
    if (tested_driver() == Driver::mysql) return;
    World world;
    world.open();
    Store& store = world.store();
    CHECK_FALSE(store.leads(kFirst));
    CHECK_FALSE(store.last_beat());
    CHECK(world.await(store.begin_term(kFirst, NodeId("node-1"))).error().code == Errc::denied);

    const Standing standing = world.must(store.campaign({.node = NodeId("node-1"), .most = 1}));
    CHECK(standing.held == std::vector{kFirst});
    CHECK(standing.clock_ahead == Millis{0});
    CHECK(store.leads(kFirst));
    CHECK(store.last_beat());
    CHECK(world.must(store.begin_term(kFirst, NodeId("node-1"))).epoch == Epoch(1));

    world.must(store.end_term(kFirst));
    CHECK_FALSE(store.leads(kFirst));
}

TEST_CASE("one node leads at a time, and a lost session is a lost lead", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    world.open();
    Node leader(world, "leader");
    Node standby(world, "standby");
    CHECK(held(leader.campaign()) == std::vector{kFirst});
    CHECK(leader.store().leads(kFirst));
    const Result<Term> first = leader.begin_term(kFirst);
    REQUIRE(first);
    CHECK(held(standby.campaign()).empty());
    CHECK(standby.begin_term(kFirst).error().code == Errc::denied);

    kill_holder(world, kFirst);
    CHECK(leader.campaign().error().code == Errc::unavailable);
    CHECK_FALSE(leader.store().leads(kFirst));
    CHECK(held(standby.campaign()) == std::vector{kFirst});
    CHECK(held(leader.campaign()).empty());
    const Result<Term> second = standby.begin_term(kFirst);
    REQUIRE(second);
    CHECK(second->epoch > first->epoch);

    const auto late =
        leader.await(leader.store().claim({.epoch = first->epoch, .watermark = first->watermark}));
    CHECK(late.error().code == Errc::denied);

    REQUIRE(standby.await(standby.store().end_term(kFirst)));
    CHECK(held(leader.campaign()) == std::vector{kFirst});
}
