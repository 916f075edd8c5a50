#include "analysis/planner_fixture.hpp"

/// Capacity per tenant: runs of one tenant do not delay another tenant.
using namespace ecron;
using namespace ecron::analysis;
using namespace ecron::analysis::test;
using namespace std::chrono_literals;

namespace {

constexpr Group kFull = 1;
constexpr Group kOther = 2;

Lines claims_in(const Lines& lines) {
    Lines claims;
    std::ranges::copy_if(lines, std::back_inserter(claims),
                         [](const std::string& line) { return line.starts_with("claim"); });
    return claims;
}

/// Job 1 of a tenant without capacity, job 2 of another one, each due at full minutes.
World crowded_world(JobPolicy policy = {}) {
    World world{"01-05 10:00"};
    world.room_of[kFull] = 0;
    world.job_of(kFull, 1, "0 * * * * *", policy);
    world.job_of(kOther, 2, "0 * * * * *");
    return world;
}

}  // namespace

TEST_CASE("a tenant without capacity waits alone and holds back the watermark", "[planner][room]") {
    World world = crowded_world();
    CHECK(claims_in(world.until("01-05 10:02")) == Lines{"claim 2@01-05 10:01:00", "claim 2@01-05 10:02:00"});
    CHECK(world.planner.progress().held_since);
    CHECK(world.planner.progress().watermark == at("01-05 10:01") - 1ms);
    CHECK_FALSE(world.planner.progress().is_caught_up);
    CHECK(world.planner.progress().held_since == at("01-05 10:01"));
    CHECK(world.planner.progress().decided_but_held >= at("01-05 10:02"));  // nobody else lags
    CHECK(world.planner.progress().next_wake > world.now);                  // for the other tenant's next

    world.room_of[kFull] = 1;
    CHECK(claims_in(world.jump("01-05 10:02:00")) == Lines{"claim 1@01-05 10:01:00"});
    CHECK(world.planner.progress().watermark == at("01-05 10:02") - 1ms);
    CHECK(claims_in(world.jump("01-05 10:02:00")) == Lines{"claim 1@01-05 10:02:00"});
    CHECK_FALSE(world.planner.progress().held_since);
    CHECK_FALSE(world.planner.progress().held_since);
    CHECK(world.planner.progress().watermark >= at("01-05 10:02"));
    CHECK(world.planner.progress().is_caught_up);
}

TEST_CASE("capacity is counted within one advance", "[planner][room]") {
    World world{"01-05 10:00"};
    world.room_of[kFull] = 2;
    for (std::int64_t key = 1; key <= 4; ++key) world.job_of(kFull, key, "0 1 10 * * *");
    world.job_of(kOther, 5, "0 1 10 * * *");
    const Lines first = claims_in(world.jump("01-05 10:01"));
    CHECK(first.size() == 3);
    CHECK(std::ranges::count(first, "claim 5@01-05 10:01:00") == 1);
    CHECK(world.planner.progress().held_since);
    CHECK(claims_in(world.jump("01-05 10:01")).size() == 2);
    CHECK_FALSE(world.planner.progress().held_since);
}

TEST_CASE("occurrences that wait for capacity longer than the grace period follow the misfire policy",
          "[planner][room]") {
    const auto [misfire, decided] = GENERATE(table<model::Misfire, Lines>({
        {model::Misfire::once,
         {"missed 1@01-05 10:01:00 to 01-05 10:08:00 8", "claim 1@01-05 10:09:00", "claim 1@01-05 10:10:00"}},
        {model::Misfire::skip, {"missed 1@01-05 10:01:00 to 01-05 10:09:00 9", "claim 1@01-05 10:10:00"}},
    }));
    World world = crowded_world({.misfire = misfire, .misfire_grace = 10s});
    (void)world.until("01-05 10:10:00");
    world.room_of.clear();
    world.planner.remove(JobKey{2});
    Lines lines = world.jump("01-05 10:10:05");
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("start"); });
    CHECK(lines == decided);
}

TEST_CASE("a job that waits for capacity can be changed, removed and followed", "[planner][room]") {
    World world = crowded_world();
    (void)world.until("01-05 10:01");
    REQUIRE(world.planner.progress().held_since);
    SECTION("removed") { world.planner.remove(JobKey{1}); }
    SECTION("rescheduled before it was due") {
        PlannedJob job = World::described(1, "0 0 12 * * *");
        job.tenant = kFull;
        world.planner.upsert(job, at("01-05 10:00:30"));
    }
    SECTION("skipped") { world.planner.skip_until(JobKey{1}, at("01-05 10:30")); }
    SECTION("followed") {
        while (!world.planner.advance_to(world.now, at("01-05 10:01"))) {}
        CHECK(world.next_of(1) == at("01-05 10:02"));
    }
    SECTION("cleared") { world.planner.clear(world.now, world.now); }
    CHECK_FALSE(world.planner.progress().held_since);
    CHECK(world.planner.progress().watermark >= at("01-05 10:01"));
    world.room_of.clear();
    for (const std::string& line : claims_in(world.until("01-05 10:01:30")))
        CHECK(line.starts_with("claim 2"));
}
