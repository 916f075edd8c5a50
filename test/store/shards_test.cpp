#include <catch2/catch.hpp>

#include "store/node.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

Result<void> divide(World& world, std::size_t shards) {
    return set_shards(world.options(), shards, world.clock());
}

std::vector<ShardState> shards_of(World& world) {
    world.open();
    auto cluster = world.must(world.store().cluster());
    world.close();
    return cluster.shards;
}

}  // namespace

TEST_CASE("the number of shards is set while nobody is there", "[store]") {
    World world;
    CHECK(divide(world, 4));  // of a database that is made with it
    CHECK(shards_of(world).size() == 4);
    CHECK(divide(world, 0).error().code == Errc::invalid);
    CHECK(divide(world, kMostShards + 1).error().code == Errc::invalid);
    CHECK(divide(world, kMostShards));
    CHECK(shards_of(world).size() == kMostShards);
    CHECK(divide(world, 1));
    CHECK(shards_of(world).size() == 1);
}

TEST_CASE("planning goes on where the slowest shard was, in terms that are new", "[store]") {
    World world;
    REQUIRE(divide(world, 2));
    world.sql("update t_cron_shard set f_epoch = 5, f_watermark = 3000, f_planned = 30 where f_shard = 0");
    world.sql("update t_cron_shard set f_epoch = 9, f_watermark = 2000, f_planned = 40 where f_shard = 1");
    const std::size_t count = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3});
    REQUIRE(divide(world, count));
    const auto shards = shards_of(world);
    REQUIRE(shards.size() == count);
    for (const ShardState& shard : shards) {
        CHECK(shard.epoch == Epoch(10));
        CHECK(shard.watermark == from_unix_millis(2'000));
        CHECK(shard.planned == ChangeNumber(30));
    }
}

TEST_CASE("the number of shards stays while a node lives", "[store]") {
    World world(Options{.lease = Seconds{2}});
    world.open();
    world.lead();
    const Result<void> refused = divide(world, 4);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
    if (tested_driver() == Driver::mysql) {
        CHECK(refused.error().what.find("node-1") != std::string::npos);
        world.must(world.store().leave(NodeId("node-1")));
        const Result<void> led = divide(world, 4);  // its locks are there still
        REQUIRE_FALSE(led);
        CHECK(led.error().what.find("shard 0") != std::string::npos);
    }
    world.must(world.store().end_term(Shard(0)));
    world.close();
    CHECK(divide(world, 4));
}

TEST_CASE("a node that slept through a new division begins no term by the old one", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Options{.nodes = Nodes::many});
    world.open();
    Node node(world, "sleeper");
    REQUIRE(node.held() == std::vector<Shard>{Shard(0)});
    world.sql(
        "insert into t_cron_shard (f_shard, f_epoch, f_watermark, f_planned, f_node, f_beats) values (1, "
        "0, null, 0, '', 0)");
    CHECK(node.begin_term(Shard(0)).error().code == Errc::denied);
}
