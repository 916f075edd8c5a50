#include "analysis/planner_fixture.hpp"

/// Planners that follow another leader and take over from it.
namespace ecron::analysis::test {
namespace {

void follow(World& world, std::string_view now, std::string_view watermark) {
    world.now = at(now);
    while (!world.planner.advance_to(world.now, at(watermark))) {}
}

}  // namespace

TEST_CASE("does not claim again what another leader has claimed", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    world.job(2, "30 * * * * *");
    follow(world, "01-05 10:05:10", "01-05 10:05:00");
    CHECK(world.until("01-05 10:05:31") == Lines{"claim 2@01-05 10:05:30", "start 2@01-05 10:05:30"});
    CHECK(world.next_of(1) == at("01-05 10:06"));
}

TEST_CASE("a takeover claims occurrences due since the watermark", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *", {.overlap = model::Overlap::allow});
    follow(world, "01-05 10:00:10", "01-05 10:00:07");
    CHECK(world.until("01-05 10:00:10") == Lines{"claim 1@01-05 10:00:08", "claim 1@01-05 10:00:09",
                                                 "claim 1@01-05 10:00:10", "start 1@01-05 10:00:08",
                                                 "start 1@01-05 10:00:09", "start 1@01-05 10:00:10"});
}

TEST_CASE("occurrences due long before a takeover follow the misfire policy", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    follow(world, "01-05 10:01:00", "01-05 10:01:00");
    world.now = at("01-05 10:10:30");
    CHECK(world.until("01-05 10:10:30") ==
          Lines{"missed 1@01-05 10:02:00 to 01-05 10:08:00 7", "claim 1@01-05 10:09:00",
                "claim 1@01-05 10:10:00", "start 1@01-05 10:09:00", "refuse 1@01-05 10:10:00 overlap"});
}

TEST_CASE("with jitter, skips only occurrences to be claimed by the watermark", "[planner][follow]") {
    World leader{"01-05 10:00"};
    World follower{"01-05 10:00"};
    const JobPolicy policy{.overlap = model::Overlap::allow, .jitter = Millis{7'000}};
    leader.job(1, "*/10 * * * * *", policy);
    follower.job(1, "*/10 * * * * *", policy);
    leader.until("01-05 10:03:33");
    follow(follower, "01-05 10:03:33", shown(leader.planner.progress().watermark));
    CHECK(follower.next_of(1) == leader.next_of(1));
}

TEST_CASE("a follower completes a one-shot by its change", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 5 10 * * *", {.once = true});
    follow(world, "01-05 10:06", "01-05 10:06");
    world.planner.remove(JobKey{1});
    CHECK(world.until("01-06 11:00").empty());
}

TEST_CASE("following many jobs takes bounded steps per call", "[planner][follow]") {
    World world{"01-05 10:00"};
    for (int key = 1; key <= 2'000; ++key) world.job(key, "0 * * * * *");
    CHECK_FALSE(world.planner.advance_to(at("01-05 10:01:10"), at("01-05 10:01")));
    follow(world, "01-05 10:01:10", "01-05 10:01");
    world.until("01-05 10:02");
    CHECK(world.claims.size() == 2'000);
}

TEST_CASE("a requested run starts after the clock was an hour ahead", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 0 0 1 1 *");
    world.jump("01-05 11:00:00");
    world.jump("01-05 10:00:01");
    world.run_now(1);
    CHECK(world.until("01-05 10:00:02") == Lines{"start now1"});
}

TEST_CASE("replay from the end of a pause keeps the pause before", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "*/10 * * * * *", {.overlap = model::Overlap::allow, .jitter = Millis{100'000}});
    world.jump("01-05 10:02:00");
    world.until("01-05 10:02:01");
    const auto pause = [&world](std::string_view from, std::string_view to) {
        world.planner.pause({}, at(from));
        world.until(to);
        world.planner.resume({}, at(to));
    };
    pause("01-05 10:02:02", "01-05 10:04:00");
    world.until("01-05 10:04:02");
    pause("01-05 10:04:03", "01-05 10:04:20");
    world.claims.clear();
    world.planner.replay_from({}, at("01-05 10:04:20"));
    world.until("01-05 10:05:00");
    for (const Claim& claim : world.claims) {
        const bool in_the_first = claim.due > at("01-05 10:02:02") && claim.due <= at("01-05 10:04:00");
        CHECK_FALSE(in_the_first);
    }
    CHECK_FALSE(world.claims.empty());
}

TEST_CASE("an occurrence without capacity is not skipped before its due time", "[planner][follow]") {
    World world{"01-05 10:00"};
    for (int key = 1; key <= 3; ++key) world.job(key, "0 * * * * *");
    world.room = 1;
    CHECK(world.jump("01-05 10:01:00") == Lines{"claim 1@01-05 10:01:00"});
    follow(world, "01-05 10:01:01", shown(world.planner.progress().watermark));
    world.room = 10;
    world.until("01-05 10:01:02");
    CHECK(world.claims.size() == 3);
}

TEST_CASE("claims the undecided occurrences of a replaced schedule", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *", {.overlap = model::Overlap::allow});
    follow(world, "01-05 10:00:10", "01-05 10:00:05");
    world.job_from(1, "0 * * * * *", at("01-05 10:00:07"), {.overlap = model::Overlap::allow});
    CHECK(world.until("01-05 10:01:00") == Lines{"claim 1@01-05 10:00:06", "claim 1@01-05 10:00:07",
                                                 "start 1@01-05 10:00:06", "start 1@01-05 10:00:07",
                                                 "claim 1@01-05 10:01:00", "start 1@01-05 10:01:00"});
}

TEST_CASE("claims the undecided occurrences of a disabled job and none after them", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *", {.overlap = model::Overlap::allow});
    follow(world, "01-05 10:00:10", "01-05 10:00:05");
    world.planner.remove(JobKey{1}, at("01-05 10:00:06"));
    CHECK(world.planner.size().jobs == 0);
    CHECK(world.until("01-05 10:01:00") == Lines{"claim 1@01-05 10:00:06", "start 1@01-05 10:00:06"});
}

TEST_CASE("a fully decided schedule leaves no remainder", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *");
    follow(world, "01-05 10:00:10", "01-05 10:00:10");
    world.planner.remove(JobKey{1}, at("01-05 10:00:10"));
    CHECK(world.until("01-05 10:01:00").empty());
}

TEST_CASE("the remainder of a schedule is skipped, too", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *");
    world.planner.remove(JobKey{1}, at("01-05 10:00:20"));
    follow(world, "01-05 10:00:30", "01-05 10:00:30");
    CHECK(world.until("01-05 10:01:00").empty());
}

TEST_CASE("a remote execution counts for overlap until it ends", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    follow(world, "01-05 10:00:10", "01-05 10:00:00");
    world.adopt(1, "01-05 10:00:00", ExternalRun::State::running);
    CHECK(world.until("01-05 10:01:00") ==
          Lines{"claim 1@01-05 10:01:00", "refuse 1@01-05 10:01:00 overlap"});
    world.ended("1@01-05 10:00:00");
    CHECK(world.until("01-05 10:02:00") == Lines{"claim 1@01-05 10:02:00", "start 1@01-05 10:02:00"});
}

TEST_CASE("a requeued remote execution starts again", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 0 * * * *");
    world.adopt(1, "01-05 10:00:00", ExternalRun::State::running);
    CHECK(world.until("01-05 10:01:00").empty());
    world.planner.report(world.run("1@01-05 10:00:00"), RetryAt{world.now});
    CHECK(world.until("01-05 10:01:00") == Lines{"start 1@01-05 10:00:00"});
}

TEST_CASE("a pause that begins when another ends is not ended with it", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    world.planner.pause(7,
                        at("01-05 10:00:30"));  // the current one; the end of its predecessor is read later
    world.planner.resume(7, at("01-05 10:00:30"), at("01-05 10:00:10"));
    CHECK(world.until("01-05 10:02:00").empty());
    world.planner.resume(7, at("01-05 10:02:30"), at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:03:00") == Lines{"claim 1@01-05 10:03:00", "start 1@01-05 10:03:00"});
}

TEST_CASE("a pause of no length ends", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    world.planner.pause(7, at("01-05 10:00:30"));
    world.planner.resume(7, at("01-05 10:00:30"), at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:01:00") == Lines{"claim 1@01-05 10:01:00", "start 1@01-05 10:01:00"});
}

TEST_CASE("keeps all pauses that may contain undecided occurrences", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.misfire = model::Misfire::all, .overlap = model::Overlap::allow});
    follow(world, "01-05 10:06", "01-05 10:00");
    world.planner.pause(7, at("01-05 10:01:30"));
    world.planner.resume(7, at("01-05 10:02:30"));
    world.planner.pause(std::nullopt, at("01-05 10:03:30"));
    world.planner.resume(std::nullopt, at("01-05 10:04:30"));
    world.planner.pause(7, at("01-05 10:05:30"));
    std::vector<std::string> claimed;
    for (const std::string& line : world.until("01-05 10:06"))
        if (line.starts_with("claim")) claimed.push_back(line);
    CHECK(claimed == Lines{"claim 1@01-05 10:01:00", "claim 1@01-05 10:03:00", "claim 1@01-05 10:05:00"});
}

TEST_CASE("a clock that is ahead forgets no pause", "[planner][pause]") {
    World world{"01-05 12:00"};
    world.planner.pause(7, at("01-05 10:01:30"));
    world.planner.resume(7, at("01-05 10:02:30"));
    world.planner.pause(7, at("01-05 10:05:30"));
    CHECK(world.planner.is_paused(7, at("01-05 10:02:00")));
}

TEST_CASE("plans occurrences skipped after a pause once its end is known", "[planner][pause]") {
    World world{"01-05 10:00"};
    const auto tenant = GENERATE(std::optional<Group>{}, std::optional<Group>{7});
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow});
    world.planner.pause(tenant, at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:03:30").empty());
    world.planner.resume(tenant, at("01-05 10:01:30"));
    CHECK(world.planner.replay_from(tenant, at("01-05 10:01:30")) == std::vector{JobKey{1}});
    CHECK(world.until("01-05 10:03:30") == Lines{"claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
                                                 "start 1@01-05 10:02:00", "start 1@01-05 10:03:00"});
    CHECK(world.planner.replay_from(Group{8}, at("01-05 10:00:30")).empty());
}

TEST_CASE("replay does not claim occurrences that have a run", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow});
    CHECK(world.until("01-05 10:01:30").size() == 2);
    CHECK(world.planner.replay_from({}, at("01-05 10:00:30")) == std::vector{JobKey{1}});
    CHECK(world.until("01-05 10:01:30").empty());
}

TEST_CASE("a one-shot that was skipped after a pause had ended still runs", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 1 10 5 1 *", {.once = true});
    world.planner.pause({}, at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:01:30").empty());
    world.planner.resume({}, at("01-05 10:00:40"));
    CHECK(world.planner.replay_from({}, at("01-05 10:00:40")) == std::vector{JobKey{1}});
    CHECK(world.until("01-05 10:01:30") == Lines{"claim 1@01-05 10:01:00 spent", "start 1@01-05 10:01:00"});
}

TEST_CASE("a one-shot that another leader recorded as missed stays planned", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.misfire = model::Misfire::skip, .once = true});
    follow(world, "01-05 10:01:30", "01-05 10:01:30");
    CHECK(world.until("01-05 10:02:00") == Lines{"claim 1@01-05 10:02:00 spent", "start 1@01-05 10:02:00"});
}

TEST_CASE("a pause that ended before it became known takes effect", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.misfire = model::Misfire::all, .overlap = model::Overlap::allow});
    follow(world, "01-05 10:05:30", "01-05 10:00");
    SECTION("no other pause") {}
    SECTION("another pause is active") { world.planner.pause(7, at("01-05 10:05:10")); }
    world.planner.resume(7, at("01-05 10:03:30"), at("01-05 10:01:30"));
    std::vector<std::string> claimed;
    for (const std::string& line : world.until("01-05 10:05:30"))
        if (line.starts_with("claim")) claimed.push_back(line);
    CHECK(claimed == Lines{"claim 1@01-05 10:01:00", "claim 1@01-05 10:04:00", "claim 1@01-05 10:05:00"});
}

TEST_CASE("a cleared planner claims its earlier decisions again", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.commits = false;
    world.job(1, "0 * * * * *");
    REQUIRE(world.until("01-05 10:01") == Lines{"claim 1@01-05 10:01:00"});
    const RunId before = world.run("1@01-05 10:01:00");

    world.planner.clear(world.now, at("01-05 10:00:30"));
    CHECK(world.planner.size().jobs == 0);
    CHECK(world.planner.size().runs == 0);
    world.job_from(1, "0 * * * * *", at("01-05 10:00:30"));
    follow(world, "01-05 10:01", "01-05 10:00:30");
    world.commits = true;
    CHECK(world.until("01-05 10:01:10") == Lines{"claim 1@01-05 10:01:00", "start 1@01-05 10:01:00"});
    CHECK(world.run("1@01-05 10:01:00") != before);
}

TEST_CASE("a cleared planner starts at the given watermark", "[planner][follow]") {
    World world{"01-05 11:00"};  // its clock was an hour ahead
    world.planner.clear(at("01-05 10:00"), at("01-05 09:59"));
    world.now = at("01-05 10:00");
    CHECK(world.until("01-05 10:00").empty());
    CHECK(world.planner.progress().watermark == at("01-05 10:00") + Millis{250});
}

TEST_CASE("an earlier pause from a log that is read again takes effect", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow, .misfire_grace = Millis{600'000}});
    world.now = at("01-05 10:04:30");
    world.planner.pause({}, at("01-05 10:03:30"));  // the current pause according to the store
    world.planner.pause({}, at("01-05 10:00:30"));
    world.planner.resume({}, at("01-05 10:01:30"));
    world.planner.pause({}, at("01-05 10:03:30"));
    CHECK(world.until("01-05 10:04:30") == Lines{"claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
                                                 "start 1@01-05 10:02:00", "start 1@01-05 10:03:00"});
}

TEST_CASE("an earlier pause is kept while the watermark is ahead of the clock", "[planner][pause]") {
    World world{"01-05 10:04:30"};
    world.planner.clear(world.now, at("01-06 10:00"));
    world.planner.pause({}, at("01-05 10:00:30"));
    world.planner.resume({}, at("01-05 10:01:30"));
    world.planner.pause({}, at("01-05 10:03:30"));
    world.job_from(1, "0 * * * * *", at("01-05 10:00"),  // changed, and therefore planned from its change
                   {.overlap = model::Overlap::allow, .misfire_grace = Millis{600'000}});
    CHECK(world.until("01-05 10:04:30") == Lines{"claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
                                                 "start 1@01-05 10:02:00", "start 1@01-05 10:03:00"});
}

TEST_CASE("occurrences recorded as missed beyond the watermark are neither recorded again nor run",
          "[planner][follow]") {
    World world{"01-05 10:00:30"};
    world.job(1, "0 * * * * *", {.misfire_grace = Millis{0}});
    world.now = at("01-05 10:05:30");
    world.planner.skip_until(JobKey{1}, at("01-05 10:03"));
    world.planner.skip_until(JobKey{2}, at("01-05 10:03"));  // in another shard
    CHECK(world.until("01-05 10:05:30") == Lines{"missed 1@01-05 10:04:00 to 01-05 10:04:00 1",
                                                 "claim 1@01-05 10:05:00", "start 1@01-05 10:05:00"});
}

}  // namespace ecron::analysis::test
