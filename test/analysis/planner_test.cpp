#include <algorithm>
#include <set>

#include "analysis/planner_fixture.hpp"

/// Planned occurrences: which are claimed, when, and how missed ones are handled.
using namespace ecron;
using namespace ecron::analysis;
using namespace ecron::analysis::test;
using namespace std::chrono_literals;

TEST_CASE("a run is claimed ahead of its due time and started at it", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "*/5 * * * *");
    CHECK(world.planner.progress().next_wake <= at("01-05 10:05") - 250ms);
    CHECK(world.until(at("01-05 10:05") - 251ms).empty());
    CHECK(world.until(at("01-05 10:05") - 250ms) == Lines{"claim 1@01-05 10:05:00"});
    CHECK(world.until(at("01-05 10:05") - 1ms).empty());
    CHECK(world.until("01-05 10:05") == Lines{"start 1@01-05 10:05:00"});
    CHECK(world.next_of(1) == at("01-05 10:10"));
}

TEST_CASE("claims are made in steps, so that consecutive runs are claimed together", "[planner]") {
    Planner planner{at("01-05 10:00"), {.claim_ahead = 250ms, .claim_step = 25ms}};
    std::vector<Decision> decided;
    const auto claimed_at = [&](Instant now) {
        decided.clear();
        planner.advance(now, {100}, decided);
        return decided.size();
    };
    for (std::int64_t key = 1; key <= 3; ++key) {
        PlannedJob job{.key = JobKey{key}, .schedule = cron::parse("0 1 10 * * *", {}).value().schedule};
        planner.upsert(job, at("01-05 10:00"));
    }
    const Instant due = at("01-05 10:01");
    CHECK(planner.progress().next_wake <= due - 250ms);
    CHECK(claimed_at(due - 251ms) == 0);
    CHECK(claimed_at(due - 250ms) == 3);  // exactly at a step
    CHECK(planner.progress().watermark == due);
    CHECK(planner.progress().is_caught_up);
    CHECK(claimed_at(due - 226ms) == 0);
    CHECK(planner.progress().watermark == due);  // until the next step
    CHECK(planner.progress().is_caught_up);
    CHECK(claimed_at(due - 225ms) == 0);
    CHECK(planner.progress().watermark == due + 25ms);
}

TEST_CASE("an occurrence within a step is claimed at the previous step, at most a step late", "[planner]") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        Planner planner{at("01-05 10:00"), {.claim_ahead = 250ms, .claim_step = 25ms}};
        PlannedJob job{.key = JobKey{1},
                       .schedule = cron::parse("0 1 10 * * *", {}).value().schedule,
                       .policy = {.jitter = 1s},
                       .jitter_seed = seed};
        planner.upsert(job, at("01-05 10:00"));
        std::vector<Decision> decided;
        for (Instant now = at("01-05 10:00:59"); decided.empty(); now += 1ms) {
            REQUIRE(now < at("01-05 10:01:01"));
            const bool wakes = planner.progress().next_wake.value() <= now;
            planner.advance(now, {100}, decided);
            if (decided.empty()) continue;
            const Millis ahead = std::get<Claim>(decided.front()).due - now;
            CHECK(wakes);
            CHECK(ahead <= 250ms);
            CHECK(ahead > 225ms);
            CHECK(now.time_since_epoch() % 25ms == 0ms);
        }
    }
}

TEST_CASE("a claim committed late starts immediately; a claim of another term never", "[planner]") {
    World world{"01-05 10:00"};
    world.commits = false;
    world.job(1, "0 0 10-11 * * *");
    world.job(2, "0 0 11 * * *");
    CHECK(world.until("01-05 11:00:01") == Lines{"claim 1@01-05 11:00:00", "claim 2@01-05 11:00:00"});
    world.planner.report(world.run("1@01-05 11:00:00"), Committed{});
    world.planner.report(world.run("2@01-05 11:00:00"), Ended{});
    CHECK(world.planner.progress().next_wake == world.now);
    CHECK(world.until("01-05 11:00:02") == Lines{"start 1@01-05 11:00:00"});
    CHECK(world.planner.size().runs == 1);
}

TEST_CASE("claims are ordered by due time and limited by capacity", "[planner]") {
    World world{"01-05 10:00"};
    for (std::int64_t key = 1; key <= 3; ++key) world.job(key, std::to_string(key) + "/10 * * * * *");
    world.room = 2;
    CHECK(world.jump("01-05 10:00:13") == Lines{"claim 1@01-05 10:00:01", "claim 2@01-05 10:00:02"});
    CHECK(world.planner.progress().watermark >= at("01-05 10:00:02"));
    CHECK(world.planner.progress().watermark < at("01-05 10:00:03"));
    CHECK_FALSE(world.planner.progress().is_caught_up);
    CHECK(world.planner.progress().next_wake == world.now);
    world.room = 0;
    CHECK(world.jump("01-05 10:00:13").size() == 2);  // their starts
    CHECK(world.planner.progress().watermark >= at("01-05 10:00:02"));
    CHECK(world.planner.progress().watermark < at("01-05 10:00:03"));
    world.room = 10;
    CHECK(world.jump("01-05 10:00:13") == Lines{"claim 3@01-05 10:00:03", "claim 1@01-05 10:00:11",
                                                "claim 2@01-05 10:00:12", "claim 3@01-05 10:00:13"});
    CHECK(world.planner.progress().watermark == at("01-05 10:00:13") + 250ms);
    CHECK(world.planner.progress().is_caught_up);
}

TEST_CASE("occurrences missed by more than the grace period follow the job's policy", "[planner]") {
    struct Case {
        model::Misfire misfire;
        std::string_view from;
        Lines decided;
    };
    const auto [misfire, from, decided] = GENERATE(values<Case>({
        // Every minute, grace 60 s, now 10:05:30: 10:01 to 10:04 are missed, 10:05 is only late.
        {model::Misfire::once,
         "01-05 10:00:30",
         {"missed 1@01-05 10:01:00 to 01-05 10:03:00 3", "claim 1@01-05 10:04:00", "claim 1@01-05 10:05:00"}},
        {model::Misfire::once,
         "01-05 10:02:30",
         {"missed 1@01-05 10:03:00 to 01-05 10:03:00 1", "claim 1@01-05 10:04:00", "claim 1@01-05 10:05:00"}},
        {model::Misfire::once, "01-05 10:03:30", {"claim 1@01-05 10:04:00", "claim 1@01-05 10:05:00"}},
        {model::Misfire::once, "01-05 10:04:30", {"claim 1@01-05 10:05:00"}},
        {model::Misfire::once, "01-05 10:05:00", {}},
        {model::Misfire::skip,
         "01-05 10:00:30",
         {"missed 1@01-05 10:01:00 to 01-05 10:04:00 4", "claim 1@01-05 10:05:00"}},
        {model::Misfire::skip,
         "01-05 10:03:30",
         {"missed 1@01-05 10:04:00 to 01-05 10:04:00 1", "claim 1@01-05 10:05:00"}},
        {model::Misfire::skip, "01-05 10:04:30", {"claim 1@01-05 10:05:00"}},
        {model::Misfire::all,
         "01-05 10:00:30",  // the limit is 3
         {"missed 1@01-05 10:01:00 to 01-05 10:01:00 1", "claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
          "claim 1@01-05 10:04:00", "claim 1@01-05 10:05:00"}},
        {model::Misfire::all,
         "01-05 10:01:30",
         {"claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00", "claim 1@01-05 10:04:00",
          "claim 1@01-05 10:05:00"}},
    }));
    CAPTURE(from);
    const JobPolicy policy{.misfire = misfire};

    SECTION("at the planner's start") {
        World world{"01-05 10:05:30", {.misfire_limit = 3}};
        world.job_from(1, "* * * * *", at(from), policy);
        CHECK(world.jump("01-05 10:05:30") == decided);
    }
    SECTION("after a planning gap") {
        World world{from, {.misfire_limit = 3}};
        world.job(1, "* * * * *", policy);
        CHECK(world.jump("01-05 10:05:30") == decided);
    }
    SECTION("after a lack of capacity") {
        World world{from, {.misfire_limit = 3}};
        world.job(1, "* * * * *", policy);
        world.room = 0;
        CHECK(world.until("01-05 10:05:29").empty());
        world.room = 100;
        CHECK(world.jump("01-05 10:05:30") == decided);
    }
}

TEST_CASE("an occurrence without capacity in time is late, not missed", "[planner]") {
    World world{"01-05 10:00"};
    const JobPolicy policy{.misfire = model::Misfire::skip, .misfire_grace = 10s};
    for (std::int64_t key = 1; key <= 100; ++key) world.job(key, "0 0 11 * * *", policy);
    world.until("01-05 10:59:59");
    world.room = 1;
    for (int second = 0; second < 100; ++second) {
        world.now = at("01-05 11:00:00") + std::chrono::seconds{second};
        std::vector<Decision> decisions;
        world.planner.advance(world.now, {1}, decisions);
        REQUIRE(std::ranges::count_if(
                    decisions, [](const Decision& one) { return std::holds_alternative<Claim>(one); }) == 1);
    }
    CHECK(world.planner.progress().is_caught_up);
}

TEST_CASE("a job that runs every second catches up a year in bounded steps", "[planner]") {
    World world{"01-05 10:00"};
    world.job_from(1, "* * * * * *", at("01-05 10:00") - std::chrono::years{1});
    world.job(2, "0 * * * * *");
    const auto lines = world.jump("01-05 10:00:30");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with(" to 01-05 09:58:58 4096"));  // that many or more
    CHECK(world.planner.progress().next_wake == world.now);
    world.jump("01-05 10:00:30");
    CHECK(world.claims.front().scheduled_at == at("01-05 09:58:59"));
    CHECK(world.claims.size() == 92);  // from the newest missed one; those of 10:00:01 to :30 are late
    CHECK(world.planner.progress().is_caught_up);
}

TEST_CASE("a simulated year loses and duplicates no occurrence", "[planner]") {
    World world{"01-01 00:00"};
    world.room = 100;
    const JobPolicy allow{.overlap = model::Overlap::allow};
    world.job(1, "0 */2 * * *", allow);
    world.job(2, "30 2 * * *", allow);
    world.job(3, "0 0 1 * *", allow);
    world.job(4, "CRON_TZ=Europe/Berlin 30 2 * * *", allow);
    world.until(at("01-01 00:00") + std::chrono::days{365});
    std::map<std::int64_t, std::set<Instant>> scheduled_at;
    for (const Claim& claim : world.claims)
        CHECK(scheduled_at[claim.job.value()].insert(claim.scheduled_at).second);
    CHECK(scheduled_at[1].size() == 365 * 12);
    CHECK(scheduled_at[2].size() == 365);
    CHECK(scheduled_at[3].size() == 12);
    CHECK(scheduled_at[4].size() == 365);  // also once on each day with a DST transition
    CHECK(scheduled_at[4].contains(at("03-29 01:00")));
    CHECK(scheduled_at[4].contains(at("10-25 00:30")));
}

TEST_CASE("a job on February 29 waits for years", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 12 29 2 *");
    CHECK(world.until(Instant{std::chrono::sys_days{std::chrono::year{2028} / 2 / 28}}).empty());
    CHECK(world.until(Instant{std::chrono::sys_days{std::chrono::year{2028} / 3 / 1}}).size() == 2);
}

TEST_CASE("jitter is stable for each scheduled time and within its limit", "[planner]") {
    const JobPolicy policy{.overlap = model::Overlap::allow, .jitter = 20s};
    World world{"01-05 10:00"}, again{"01-05 10:30"};
    world.job(1, "* * * * *", policy);
    again.job(1, "* * * * *", policy);
    world.until("01-05 11:00");
    again.until("01-05 11:00");
    std::map<Instant, Instant> due;
    std::set<Millis> delays;
    for (const Claim& claim : world.claims) {
        CHECK(claim.due >= claim.scheduled_at);
        CHECK(claim.due < claim.scheduled_at + 20s);
        CHECK(claim.claim_by == claim.due);
        due[claim.scheduled_at] = claim.due;
        delays.insert(claim.due - claim.scheduled_at);
    }
    CHECK(delays.size() > 30);
    REQUIRE(again.claims.size() >= 29);
    for (const Claim& claim : again.claims) CHECK(due.at(claim.scheduled_at) == claim.due);
}

TEST_CASE("a planner that continues from another one's watermark claims every occurrence once", "[planner]") {
    const Millis jitter = GENERATE(1ms, 900ms, 5s, 90s);
    const int minute = GENERATE(range(1, 20));
    const JobPolicy policy{.overlap = model::Overlap::allow, .jitter = jitter};
    const std::string cron = GENERATE("* * * * * *", "*/7 * * * * *", "* * * * *");
    CAPTURE(jitter, minute, cron);
    World first{"01-05 10:00"};
    first.job(1, cron, policy);
    first.until(at("01-05 10:00") + minute * 61s);
    const Instant watermark = first.planner.progress().watermark;

    World second{"01-05 10:00"};
    second.now = first.now;
    second.planner.upsert(World::described(1, cron, policy), watermark - jitter, watermark);
    second.until(first.now + 100s);
    std::vector<Instant> claimed;
    for (const World* world : {&first, &second})
        for (const Claim& claim : world->claims) claimed.push_back(claim.scheduled_at);

    World whole{"01-05 10:00"};
    whole.job(1, cron, policy);
    whole.until(first.now + 100s);
    std::vector<Instant> expected;
    for (const Claim& claim : whole.claims) expected.push_back(claim.scheduled_at);
    CHECK(claimed == expected);
}

TEST_CASE("with jitter longer than the interval, every run starts at its own due time", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow, .jitter = 10min});
    std::map<std::string, Instant> started;
    Instant watermark = world.planner.progress().watermark;
    while (world.now < at("01-05 12:00")) {
        world.now = std::max(world.now + 1ms, *world.planner.progress().next_wake);
        const std::size_t claimed = world.claims.size();
        for (const std::string& line : world.until(world.now))
            if (line.starts_with("start ")) started[line.substr(6)] = world.now;
        for (std::size_t i = claimed; i < world.claims.size(); ++i) CHECK(world.claims[i].due > watermark);
        CHECK(world.planner.progress().watermark >= watermark);
        watermark = world.planner.progress().watermark;
    }
    CHECK(started.size() > 100);
    for (const Claim& claim : world.claims) {
        CHECK(claim.claim_by <= claim.due);
        const auto found = started.find("1@" + shown(claim.scheduled_at));
        if (found != started.end()) CHECK(found->second - claim.due <= 1ms);
    }
    CHECK(std::ranges::is_sorted(world.claims, {}, &Claim::claim_by));
    CHECK_FALSE(std::ranges::is_sorted(world.claims, {}, &Claim::due));
}

TEST_CASE("a window is inclusive in whole seconds", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *",
              {.overlap = model::Overlap::allow,
               .begin_at = at("01-05 10:00:10") + 700ms,
               .end_at = at("01-05 10:00:12") + 1ms});
    CHECK(world.next_of(1) == at("01-05 10:00:10"));
    world.until("01-05 10:01");
    REQUIRE(world.claims.size() == 3);
    CHECK(world.claims.back().scheduled_at == at("01-05 10:00:12"));
    CHECK_FALSE(world.next_of(1));
    CHECK_FALSE(world.planner.progress().next_wake);
    CHECK(world.planner.find(JobKey{1}));
}

TEST_CASE("an occurrence missed in its window does not run outside it", "[planner]") {
    const auto misfire = GENERATE(model::Misfire::once, model::Misfire::all, model::Misfire::skip);
    World world{"01-05 10:00", {.misfire_limit = 1}};
    world.job(1, "* * * * *", {.misfire = misfire, .end_at = at("01-05 10:10")});
    const auto lines = world.jump("01-05 12:00");
    CHECK(lines == (misfire == model::Misfire::skip
                        ? Lines{"missed 1@01-05 10:01:00 to 01-05 10:10:00 10"}
                        : Lines{"missed 1@01-05 10:01:00 to 01-05 10:09:00 9", "claim 1@01-05 10:10:00"}));
}

TEST_CASE("the claim completes a one-shot", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 12 * * *", {.once = true});
    CHECK(world.until("01-05 12:00") == Lines{"claim 1@01-05 12:00:00 spent", "start 1@01-05 12:00:00"});
    CHECK(world.until("01-09 12:00").empty());
}

TEST_CASE("removing a completed one-shot keeps its only run", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 12 * * *", {.once = true});
    world.until(at("01-05 12:00") - 100ms);
    world.planner.remove(JobKey{1});  // the claim disabled it
    CHECK(world.until("01-05 12:00") == Lines{"start 1@01-05 12:00:00"});
    world.ended("1@01-05 12:00:00");
    CHECK(world.planner.size().runs == 0);
    CHECK(world.planner.size().jobs == 0);
}

TEST_CASE("a missed one-shot runs its first occurrence", "[planner]") {
    World world{"01-05 10:00"};
    world.job_from(1, "0 * * * *", at("01-05 05:30"), {.once = true});
    CHECK(world.jump("01-05 10:00") == Lines{"claim 1@01-05 06:00:00 spent"});
}

TEST_CASE("a changed schedule keeps the claims of its occurrences", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 11 * * *");
    world.job(2, "0 11 * * *");
    world.until(at("01-05 11:00") - 100ms);
    world.job(1, "0,30 11 * * *");
    world.job(2, "30 11 * * *");
    CHECK(world.until("01-05 11:00") == Lines{"withdraw 2@01-05 11:00:00", "start 1@01-05 11:00:00"});
    world.ended("1@01-05 11:00:00");
    auto lines = world.until("01-05 11:31");
    std::ranges::sort(lines);
    CHECK(lines == Lines{"claim 1@01-05 11:30:00", "claim 2@01-05 11:30:00", "start 1@01-05 11:30:00",
                         "start 2@01-05 11:30:00"});
}

TEST_CASE("a claim is withdrawn only once it is committed", "[planner]") {
    World world{"01-05 10:00"};
    world.commits = false;
    for (std::int64_t key = 1; key <= 3; ++key) world.job(key, "0 11 * * *");
    world.until(at("01-05 11:00") - 100ms);
    for (std::int64_t key = 1; key <= 3; ++key) world.planner.remove(JobKey{key});
    CHECK(world.until(at("01-05 11:00") - 50ms).empty());
    world.planner.report(world.run("1@01-05 11:00:00"), Committed{});
    world.planner.report(world.run("2@01-05 11:00:00"), Ended{});
    world.job(3, "0 11 * * *");  // enabled again before its claim is committed
    world.planner.report(world.run("3@01-05 11:00:00"), Committed{});
    CHECK(world.until("01-05 11:00") == Lines{"withdraw 1@01-05 11:00:00", "start 3@01-05 11:00:00"});
    CHECK(world.planner.size().runs == 1);
    CHECK(world.planner.size().jobs == 1);
}

TEST_CASE("a pause suppresses occurrences and the job resumes afterwards", "[planner]") {
    World world{"01-05 10:00"};
    const auto group = GENERATE(std::optional<Group>{}, std::optional<Group>{7});
    world.job(1, "*/10 * * * * *", {.overlap = model::Overlap::allow});
    world.until("01-05 10:00:09.900");
    REQUIRE(world.claims.size() == 1);
    world.planner.pause(group);
    CHECK(world.until("01-05 10:00:35") == Lines{"withdraw 1@01-05 10:00:10"});
    world.planner.resume(group);
    CHECK(world.until("01-05 10:00:40") == Lines{"claim 1@01-05 10:00:40", "start 1@01-05 10:00:40"});
}

TEST_CASE("a pause of another tenant has no effect", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "*/10 * * * * *");
    world.planner.pause(8);
    CHECK(world.until("01-05 10:00:10").size() == 2);
}

TEST_CASE("occurrences in a pause are not misfires", "[planner]") {
    World world{"01-05 10:00"};
    world.job_from(1, "*/10 * * * *", at("01-05 08:00"));
    world.planner.pause(7, at("01-05 08:35"));  // before this process started
    CHECK(world.jump("01-05 10:00") ==
          Lines{"missed 1@01-05 08:10:00 to 01-05 08:20:00 2", "claim 1@01-05 08:30:00"});
    CHECK(world.next_of(1) == at("01-05 10:10"));
}

TEST_CASE("if the clock goes backwards, claims do not and starts wait", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "*/10 * * * * *", {.overlap = model::Overlap::allow});
    world.until("01-05 10:00:19.900");
    CHECK(world.jump("01-05 09:59:00").empty());
    CHECK(world.planner.progress().watermark >= at("01-05 10:00:20"));
    world.planner.report(world.run("1@01-05 10:00:10"), RetryAt{at("01-05 09:59:30")});
    CHECK(world.until("01-05 09:59:29").empty());
    CHECK(world.until("01-05 09:59:30") == Lines{"start 1@01-05 10:00:10"});
    CHECK(world.until("01-05 10:00:19.999").empty());
    CHECK(world.until("01-05 10:00:30") ==
          Lines{"start 1@01-05 10:00:20", "claim 1@01-05 10:00:30", "start 1@01-05 10:00:30"});
}

TEST_CASE("calls about an unknown job or run have no effect", "[planner]") {
    World world{"01-05 10:00"};
    world.planner.remove(JobKey{1});
    world.planner.report(RunId{}, Committed{});
    world.planner.report(RunId{77}, Ended{});
    world.planner.report(RunId{77}, RetryAt{world.now});
    world.planner.report(RunId{77}, StopRequested{"cancelled"});
    CHECK(world.planner.size().jobs == 0);
    CHECK(world.planner.size().runs == 0);
    CHECK_FALSE(world.planner.progress().next_wake);
    CHECK_FALSE(world.planner.find(JobKey{1}));
}

TEST_CASE("a known job can be read back", "[planner]") {
    World world{"01-05 10:00"};
    const JobPolicy policy{.jitter = 3s, .concurrency = 4};
    world.job(1, "*/10 * * * *", policy);
    const auto found = world.planner.find(JobKey{1});
    REQUIRE(found);
    CHECK(found->job.policy == policy);
    CHECK(found->job.tenant == 7);
    CHECK(found->job.schedule.next_after(world.now) == at("01-05 10:10"));
}
