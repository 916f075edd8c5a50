#include <algorithm>

#include "analysis/planner_fixture.hpp"

/// Runs from claim to end: overlap, deadlines, concurrency, retries, callbacks, stops.
using namespace ecron;
using namespace ecron::analysis;
using namespace ecron::analysis::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kMinutely = "0 * * * * *";

JobPolicy with(model::Overlap overlap) { return {.overlap = overlap}; }

/// The order of jobs with the same instant is unspecified.
Lines sorted(Lines lines) {
    std::ranges::sort(lines);
    return lines;
}

TEST_CASE("an immediate run also starts after the clock was set back", "[planner]") {
    World world{"01-05 10:00"};
    CHECK(world.jump("01-05 11:00").empty());
    CHECK(world.jump("01-05 10:00").empty());
    const RunId run = world.run_now(1);
    const std::vector<std::string> lines = world.jump("01-05 10:00:01");
    REQUIRE(lines.size() == 1);
    CHECK(lines.front().starts_with("start "));
    world.planner.report(run, RetryAt{at("01-05 10:00:02")});
    CHECK(world.jump("01-05 10:00:02").size() == 1);
}

}  // namespace

TEST_CASE("skip: a run is skipped while another is active", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely);
    CHECK(world.until("01-05 10:02") == Lines{"claim 1@01-05 10:01:00", "start 1@01-05 10:01:00",
                                              "claim 1@01-05 10:02:00", "refuse 1@01-05 10:02:00 overlap"});
    world.ended("1@01-05 10:01:00");
    CHECK(world.until("01-05 10:03") == Lines{"claim 1@01-05 10:03:00", "start 1@01-05 10:03:00"});
}

TEST_CASE("skip: waiting for a retry or a callback counts as active", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely);
    world.until("01-05 10:01");
    const RunId run = world.run("1@01-05 10:01:00");
    const bool retries = GENERATE(true, false);
    if (retries)
        world.planner.report(run, RetryAt{at("01-05 10:30")});
    else
        world.planner.report(run, AcceptedUntil{at("01-05 10:30")});
    CHECK(world.until("01-05 10:02") == Lines{"claim 1@01-05 10:02:00", "refuse 1@01-05 10:02:00 overlap"});
    world.planner.remove(JobKey{1});
    CHECK(world.until("01-05 10:30").back() ==
          (retries ? "start " : "expire ") + std::string{"1@01-05 10:01:00"});
}

TEST_CASE("allow: runs overlap", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely, with(model::Overlap::allow));
    CHECK(world.until("01-05 10:02").back() == "start 1@01-05 10:02:00");
}

TEST_CASE("queue: one run waits, the next is skipped", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely, with(model::Overlap::queue));
    CHECK(world.until("01-05 10:03") == Lines{"claim 1@01-05 10:01:00", "start 1@01-05 10:01:00",
                                              "claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
                                              "refuse 1@01-05 10:03:00 overlap"});
    world.ended("1@01-05 10:01:00");
    CHECK(world.planner.progress().next_wake == world.now);
    CHECK(world.until("01-05 10:03:10") == Lines{"start 1@01-05 10:02:00"});
}

TEST_CASE("queue: a waiting run is not overtaken", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely, with(model::Overlap::queue));
    world.until("01-05 10:02:59.900");
    world.ended("1@01-05 10:01:00");
    CHECK(world.jump("01-05 10:03:00") == Lines{"start 1@01-05 10:02:00"});
    CHECK(world.until("01-05 10:03:10").empty());  // 10:03 waits
    world.ended("1@01-05 10:02:00");
    CHECK(world.until("01-05 10:03:20") == Lines{"start 1@01-05 10:03:00"});
}

TEST_CASE("replace: the newest run replaces the others", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely, with(model::Overlap::replace));
    CHECK(world.until("01-05 10:02") == Lines{"claim 1@01-05 10:01:00", "start 1@01-05 10:01:00",
                                              "claim 1@01-05 10:02:00", "stop 1@01-05 10:01:00 replaced"});
    CHECK(world.until("01-05 10:03") == Lines{"claim 1@01-05 10:03:00", "refuse 1@01-05 10:02:00 overlap"});
    world.ended("1@01-05 10:01:00");
    CHECK(world.until("01-05 10:03:10") == Lines{"start 1@01-05 10:03:00"});
}

TEST_CASE("a run being stopped does not start again", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 0 11 * * *");
    world.until("01-05 11:00");
    const RunId run = world.run("1@01-05 11:00:00");
    world.planner.report(run, StopRequested{"cancelled"});
    CHECK(world.until("01-05 11:01") == Lines{"stop 1@01-05 11:00:00 cancelled"});
    if (GENERATE(true, false))
        world.planner.report(run, RetryAt{at("01-05 11:10")});  // its attempt failed in the meantime
    else
        world.planner.report(run, AcceptedUntil{at("01-05 11:10")});
    CHECK(world.until("01-05 11:02") == Lines{"stop 1@01-05 11:00:00 cancelled"});
    CHECK(world.until("01-05 12:00").empty());
    world.planner.report(run, Ended{});
    CHECK(world.planner.size().runs == 0);
}

TEST_CASE("stopping a waiting run ends it without an attempt", "[planner]") {
    World world{"01-05 10:00"};
    SECTION("for its due time") {
        world.job(1, "0 0 11 * * *");
        world.until("01-05 10:59:59.900");
        world.planner.report(world.run("1@01-05 11:00:00"), StopRequested{"cancelled"});
        CHECK(world.until("01-05 11:00") == Lines{"refuse 1@01-05 11:00:00 cancelled"});
    }
    SECTION("for its commit") {
        world.commits = false;
        world.job(1, "0 0 11 * * *");
        world.until("01-05 10:59:59.900");
        world.planner.report(world.run("1@01-05 11:00:00"), StopRequested{"cancelled"});
        CHECK(world.until("01-05 11:00").empty());
        world.planner.report(world.run("1@01-05 11:00:00"), Committed{});
        CHECK(world.until("01-05 11:01") == Lines{"refuse 1@01-05 11:00:00 cancelled"});
    }
    CHECK(world.planner.size().runs == 0);
}

TEST_CASE("a run does not start after its deadline", "[planner]") {
    World world{"01-05 10:00"};
    JobPolicy policy{.overlap = model::Overlap::queue, .start_deadline = 90s};
    const auto ended = GENERATE(as<std::string>{}, "01-05 10:03:30", "01-05 10:03:30.001");
    world.job(1, kMinutely, policy);
    world.until("01-05 10:02:30");
    world.planner.remove(JobKey{2});
    world.until(ended);
    world.ended("1@01-05 10:01:00");
    const auto lines = world.jump(ended);
    if (ended == "01-05 10:03:30")
        CHECK(lines == Lines{"start 1@01-05 10:02:00"});
    else
        CHECK(lines == Lines{"refuse 1@01-05 10:02:00 deadline"});
}

TEST_CASE("a late claim counts against the deadline", "[planner]") {
    World world{"01-05 10:00"};
    world.job_from(1, "0 50 9 * * *", at("01-05 09:00"), {.start_deadline = 5min});
    CHECK(world.until("01-05 10:00") == Lines{"claim 1@01-05 09:50:00", "refuse 1@01-05 09:50:00 deadline"});
}

TEST_CASE("a requested run overlaps others and counts as active", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely);
    world.until("01-05 10:01");
    world.run_now(1);
    CHECK(world.planner.progress().next_wake == world.now);
    CHECK(world.until("01-05 10:01:01") == Lines{"start now1"});
    world.ended("1@01-05 10:01:00");
    CHECK(world.until("01-05 10:02") == Lines{"claim 1@01-05 10:02:00", "refuse 1@01-05 10:02:00 overlap"});
    world.ended("now1");
    CHECK(world.until("01-05 10:03").back() == "start 1@01-05 10:03:00");
}

TEST_CASE("an unknown job can be run immediately", "[planner]") {
    World world{"01-05 10:00"};
    world.run_now(5);
    CHECK_FALSE(world.planner.find(JobKey{5}));
    CHECK(world.until("01-05 10:00:01") == Lines{"start now1"});
    world.job(5, "0 1 10 * * *");  // enabled in the meantime
    CHECK(world.until("01-05 10:01").back() == "refuse 5@01-05 10:01:00 overlap");
    world.planner.remove(JobKey{5});
    world.ended("now1");
    CHECK(world.planner.size().runs == 0);
    CHECK(world.planner.size().jobs == 0);
}

TEST_CASE("removing a job withdraws only unstarted runs", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely, with(model::Overlap::queue));
    world.until("01-05 10:02");
    world.run_now(1);
    world.planner.remove(JobKey{1});
    CHECK(world.until("01-05 10:05") == Lines{"withdraw 1@01-05 10:02:00", "start now1"});
    CHECK(world.planner.size().runs == 2);
    CHECK_FALSE(world.planner.find(JobKey{1}));
    world.job(1, kMinutely);  // enabled again: it has its active run
    CHECK(world.until("01-05 10:06").back() == "refuse 1@01-05 10:06:00 overlap");
}

TEST_CASE("a concurrency group admits its maximum in order of arrival", "[planner]") {
    World world{"01-05 10:00"};
    JobPolicy policy{.overlap = model::Overlap::allow, .concurrency = 3, .max_concurrency = 2};
    for (std::int64_t key = 1; key <= 4; ++key) world.job(key, std::to_string(key) + " 0 11 * * *", policy);
    world.until("01-05 11:00:10");
    CHECK(world.planner.size().runs == 4);
    CHECK(world.until("01-05 11:00:11").empty());
    world.ended("1@01-05 11:00:01");
    CHECK(world.until("01-05 11:00:12") == Lines{"start 3@01-05 11:00:03"});
    world.ended("4@01-05 11:00:04");  // stops waiting
    world.ended("2@01-05 11:00:02");
    world.run_now(9, policy);
    CHECK(world.until("01-05 11:00:13") == Lines{"start now1"});
    world.ended("now1");
    world.ended("3@01-05 11:00:03");
    CHECK(world.until("01-05 11:00:14").empty());
    CHECK(world.planner.size().runs == 0);
}

TEST_CASE("two ends admit two runs", "[planner]") {
    World world{"01-05 10:00"};
    JobPolicy policy{.concurrency = 3, .max_concurrency = 2};
    for (std::int64_t key = 1; key <= 4; ++key) world.job(key, "0 0 11 * * *", policy);
    std::size_t ended = 0;
    for (const std::string& line : world.until("01-05 11:00"))
        if (line.starts_with("start ")) world.ended(line.substr(6)), ++ended;
    CHECK(ended == 2);
    CHECK(world.until("01-05 11:00:01").size() == 2);
}

TEST_CASE("a run that waits for its group counts as active for its own job", "[planner]") {
    World world{"01-05 10:00"};
    JobPolicy policy{.concurrency = 3};
    world.job(1, "30 0 10 * * *", policy);
    world.job(2, kMinutely, policy);
    world.until("01-05 10:01");
    CHECK(world.until("01-05 10:02") == Lines{"claim 2@01-05 10:02:00", "refuse 2@01-05 10:02:00 overlap"});
    world.ended("1@01-05 10:00:30");
    CHECK(world.until("01-05 10:02:01") == Lines{"start 2@01-05 10:01:00"});
}

TEST_CASE("runs of an earlier term continue in their state", "[planner]") {
    World world{"01-05 10:00"};
    JobPolicy policy{.overlap = model::Overlap::skip, .concurrency = 3, .max_concurrency = 10};
    for (std::int64_t key = 1; key <= 3; ++key) world.job_from(key, kMinutely, at("01-05 10:00"), policy);
    world.adopt(1, "01-05 10:01", ExternalRun::State::waiting, policy);
    world.adopt(2, "01-05 10:02", ExternalRun::State::retrying, policy);
    world.adopt(3, "01-05 10:02", ExternalRun::State::accepted, policy);
    // Job 1's first occurrence is not claimed again; jobs 2 and 3 have active runs.
    CHECK(sorted(world.until("01-05 10:01")) ==
          Lines{"claim 2@01-05 10:01:00", "claim 3@01-05 10:01:00", "refuse 2@01-05 10:01:00 overlap",
                "refuse 3@01-05 10:01:00 overlap", "start 1@01-05 10:01"});
    const auto lines = world.until("01-05 10:02");
    CHECK(std::ranges::count(lines, "start 2@01-05 10:02") == 1);
    CHECK(std::ranges::count(lines, "expire 3@01-05 10:02") == 1);
}

TEST_CASE("withdraws a run of an earlier term that is no longer an occurrence of its job", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely);
    world.adopt(1, "01-05 10:00:30", ExternalRun::State::waiting);
    CHECK(world.until("01-05 10:00:01") == Lines{"withdraw 1@01-05 10:00:30"});
    world.run_now(1);
    CHECK(world.planner.size().runs == 1);
}

TEST_CASE("a run of an earlier term obeys its tenant's pause although its one-shot is completed",
          "[planner]") {
    World world{"01-05 10:00"};
    const Group tenant = 7;
    world.adopt(1, "01-05 10:01", ExternalRun::State::waiting, {.once = true}, tenant);
    world.planner.pause(tenant, at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:02") == Lines{"withdraw 1@01-05 10:01"});
}

TEST_CASE("a run that a deleted job left obeys its tenant's pause", "[planner]") {
    World world{"01-05 10:00"};
    const Group tenant = 7;
    world.job(1, kMinutely, with(model::Overlap::allow));
    world.planner.remove(JobKey{1}, at("01-05 10:01"));
    CHECK(world.until("01-05 10:00:59.800") == Lines{"claim 1@01-05 10:01:00"});
    world.planner.pause(tenant, at("01-05 10:00:59.900"));
    CHECK(world.until("01-05 10:02") == Lines{"withdraw 1@01-05 10:01:00"});
}

TEST_CASE("a changed overlap policy applies to unstarted runs", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, kMinutely, with(model::Overlap::skip));
    world.until("01-05 10:01:59.900");
    world.planner.upsert(World::described(1, kMinutely, with(model::Overlap::allow)), world.now);
    CHECK(world.until("01-05 10:02") == Lines{"start 1@01-05 10:02:00"});
}

TEST_CASE("finished runs leave no memory behind", "[planner]") {
    World world{"01-05 10:00"};
    for (std::int64_t key = 1; key <= 50; ++key)
        world.job(key, kMinutely, {.concurrency = static_cast<Group>(key % 5), .max_concurrency = 3});
    const auto go = [&](Instant until) {
        world.until(until);
        for (const auto& [name, run] : world.runs) world.planner.report(run, Ended{});
        world.runs.clear();
    };
    go(at("01-05 10:01"));
    const std::size_t memory = world.planner.size().memory;
    for (int minute = 2; minute < 60; ++minute) go(at("01-05 10:00") + std::chrono::minutes{minute});
    CHECK(world.planner.size().runs == 0);
    CHECK(world.planner.size().memory == memory);
}

TEST_CASE("a job costs at most 150 bytes", "[planner]") {
    constexpr std::size_t kCount = 200'000;
    World world{"01-05 10:00"};
    const std::size_t empty = world.planner.size().memory;
    PlannedJob job = World::described(0, "0 0 12 * * *");
    for (std::size_t i = 1; i <= kCount; ++i) {
        job.key = JobKey{static_cast<std::int64_t>(i * 7)};
        world.planner.upsert(job, world.now);
    }
    CHECK(world.planner.size().memory - empty <= kCount * 150);
    CHECK(world.planner.size().jobs == kCount);
    for (std::size_t i = 1; i <= kCount; i += 2)
        world.planner.remove(JobKey{static_cast<std::int64_t>(i * 7)});
    CHECK(world.planner.size().jobs == kCount / 2);
    for (std::size_t i = 1; i <= kCount; ++i)
        REQUIRE(world.planner.find(JobKey{static_cast<std::int64_t>(i * 7)}).has_value() == (i % 2 == 0));
}
