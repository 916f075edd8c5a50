#include <catch2/catch.hpp>

#include "ecron/store/upkeep.hpp"
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
    auto cluster = world.must(world.store().election->cluster());
    world.close();
    return cluster.shards;
}

}  // namespace

TEST_CASE("the number of shards can be changed while no node is alive", "[store]") {
    World world(Schema::none);
    CHECK(divide(world, 4));  // a database that is created for this purpose
    CHECK(shards_of(world).size() == 4);
    CHECK(divide(world, 0).error().code == Errc::invalid);
    CHECK(divide(world, kMaxShards + 1).error().code == Errc::invalid);
    CHECK(divide(world, kMaxShards));
    CHECK(shards_of(world).size() == kMaxShards);
    CHECK(divide(world, 1));
    CHECK(shards_of(world).size() == 1);
}

TEST_CASE("planning continues from the slowest shard, in new terms", "[store]") {
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

TEST_CASE("a new database has the configured number of shards, an existing one keeps its number", "[store]") {
    World world(Options{.new_shards = 16}, Schema::none);
    CHECK(shards_of(world).size() == 16);
    world.options().new_shards = 4;
    CHECK(shards_of(world).size() == 16);
    CHECK(divide(world, 2));
    CHECK(shards_of(world).size() == 2);

    World older;
    CHECK(shards_of(older).size() == 1);
    older.options().new_shards = 16;
    CHECK(shards_of(older).size() == 1);
}

TEST_CASE("a database in which a term has begun is not divided by a later migration", "[store]") {
    World world;
    world.open();
    world.lead();
    world.sql("delete from t_cron_schema where f_version = 14");
    world.close();
    world.options().new_shards = 16;
    CHECK(shards_of(world).size() == 1);
}

TEST_CASE("claims of several shards share a transaction, and only a deposed leader's are refused",
          "[store]") {
    constexpr std::uint32_t kShards = 16;
    World world(Options{.lease = Seconds{60}, .new_shards = kShards}, Schema::none);
    world.open();
    world.must(world.store().election->campaign({.node = NodeId("node-1"), .max_shards = kShards}));
    const model::Job job = world.given_job("job");
    std::vector<Term> terms;
    for (std::uint32_t shard = 0; shard < kShards; ++shard)
        terms.push_back(world.must(world.store().election->begin_term(Shard(shard), NodeId("node-1"))));
    const Instant now = std::chrono::ceil<Seconds>(terms.back().watermark);
    const auto claim = [&](std::uint32_t shard, std::uint32_t round) {
        const Epoch epoch = terms[shard].epoch;
        const Instant scheduled_at = now - Seconds{round * kShards + shard};
        return world.store().executions->claim({.shard = Shard(shard),
                                                .epoch = epoch,
                                                .watermark = now,
                                                .executions = {a_run(job, epoch, scheduled_at)}});
    };
    constexpr std::uint32_t kRounds = 5;
    const auto claim_in_all = [&](std::uint32_t rounds) {
        std::vector<boost::asio::awaitable<Result<Claimed>>> claims;
        for (std::uint32_t round = 0; round < rounds; ++round)
            for (std::uint32_t shard = 0; shard < kShards; ++shard) claims.push_back(claim(shard, round));
        return world.all(std::move(claims));
    };

    SECTION("all claims are valid") {
        const Statistics before = world.store().statistics();
        for (const auto& claimed : claim_in_all(kRounds)) {
            REQUIRE(claimed);
            CHECK(claimed->mine == std::vector<bool>{true});
        }
        const Statistics after = world.store().statistics();
        CHECK(after.transactions - before.transactions < kShards);
        CHECK(after.retries == before.retries);
        CHECK(world.number("select count(*) from t_cron_job_status") == kRounds * kShards);
        CHECK(world.number("select count(*) from t_cron_shard where f_watermark = " +
                           std::to_string(to_unix_millis(now))) == kShards);
    }
    SECTION("one term has ended") {
        world.sql("update t_cron_shard set f_epoch = f_epoch + 1 where f_shard = 7");
        const auto claimed = claim_in_all(1);
        for (std::uint32_t shard = 0; shard < kShards; ++shard) {
            CAPTURE(shard);
            if (shard == 7)
                CHECK(claimed[shard].error().code == Errc::denied);
            else
                CHECK(claimed[shard]);
        }
        CHECK(world.number("select count(*) from t_cron_job_status") == kShards - 1);
    }
}

TEST_CASE("the number of shards cannot be changed while a node is alive", "[store]") {
    World world(Options{.lease = Seconds{2}});
    world.open();
    world.lead();
    const Result<void> refused = divide(world, 4);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
    if (tested_driver() == Driver::mysql) {
        CHECK(refused.error().what.find("node-1") != std::string::npos);
        world.must(world.store().election->leave(NodeId("node-1")));
        const Result<void> led = divide(world, 4);  // its locks still exist
        REQUIRE_FALSE(led);
        CHECK(led.error().what.find("shard 0") != std::string::npos);
    }
    world.must(world.store().election->end_term(Shard(0)));
    world.close();
    CHECK(divide(world, 4));
}

TEST_CASE("a node that was suspended during a change of the number of shards cannot begin a term",
          "[store]") {
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
