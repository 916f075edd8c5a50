#include "planner_fixture.hpp"

/// Planners that follow another leader, and take over from him.
namespace ecron::analysis::test {
namespace {

void follow(World& world, std::string_view now, std::string_view watermark) {
    world.now = at(now);
    while (!world.planner.follow(world.now, at(watermark))) {}
}

}  // namespace

TEST_CASE("what another leader has claimed is not claimed again", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    world.job(2, "30 * * * * *");
    follow(world, "01-05 10:05:10", "01-05 10:05:00");
    CHECK(world.until("01-05 10:05:31") == Lines{"claim 2@01-05 10:05:30", "start 2@01-05 10:05:30"});
    CHECK(world.planner.next_nominal(JobKey{1}) == at("01-05 10:06"));
}

TEST_CASE("what came due since the watermark is claimed at a take-over", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *", {.overlap = model::Overlap::allow});
    follow(world, "01-05 10:00:10", "01-05 10:00:07");
    CHECK(world.until("01-05 10:00:10") == Lines{"claim 1@01-05 10:00:08", "claim 1@01-05 10:00:09",
                                                 "claim 1@01-05 10:00:10", "start 1@01-05 10:00:08",
                                                 "start 1@01-05 10:00:09", "start 1@01-05 10:00:10"});
}

TEST_CASE("what came due long before a take-over follows the misfire policy", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    follow(world, "01-05 10:01:00", "01-05 10:01:00");
    world.now = at("01-05 10:10:30");
    CHECK(world.until("01-05 10:10:30") ==
          Lines{"missed 1@01-05 10:02:00 to 01-05 10:08:00 7", "claim 1@01-05 10:09:00",
                "claim 1@01-05 10:10:00", "start 1@01-05 10:09:00", "refuse 1@01-05 10:10:00 overlap"});
}

TEST_CASE("with jitter only what was to be claimed by the watermark is passed", "[planner][follow]") {
    World leader{"01-05 10:00"};
    World follower{"01-05 10:00"};
    const Timing timing{.overlap = model::Overlap::allow, .jitter = Millis{7'000}};
    leader.job(1, "*/10 * * * * *", timing);
    follower.job(1, "*/10 * * * * *", timing);
    leader.until("01-05 10:03:33");
    follow(follower, "01-05 10:03:33", shown(leader.planner.watermark()));
    CHECK(follower.planner.next_nominal(JobKey{1}) == leader.planner.next_nominal(JobKey{1}));
}

TEST_CASE("a job that is spent is so for those who follow by the change that says it", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 5 10 * * *", {.once = true});
    follow(world, "01-05 10:06", "01-05 10:06");
    world.planner.remove(JobKey{1});
    CHECK(world.until("01-06 11:00").empty());
}

TEST_CASE("following many jobs takes bounded steps at a time", "[planner][follow]") {
    World world{"01-05 10:00"};
    for (int key = 1; key <= 2'000; ++key) world.job(key, "0 * * * * *");
    CHECK_FALSE(world.planner.follow(at("01-05 10:01:10"), at("01-05 10:01")));
    follow(world, "01-05 10:01:10", "01-05 10:01");
    world.until("01-05 10:02");
    CHECK(world.claims.size() == 2'000);
}

TEST_CASE("what is asked for starts after the clock was an hour ahead", "[planner]") {
    World world{"01-05 10:00"};
    world.job(1, "0 0 0 1 1 *");
    world.jump("01-05 11:00:00");
    world.jump("01-05 10:00:01");
    world.run_now(1);
    CHECK(world.until("01-05 10:00:02") == Lines{"start now1"});
}

TEST_CASE("planning that goes back from the end of a pause still knows the pause before",
          "[planner][pause]") {
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
    world.planner.rewind({}, at("01-05 10:04:20"));
    world.until("01-05 10:05:00");
    for (const Claim& claim : world.claims) {
        const bool in_the_first = claim.due > at("01-05 10:02:02") && claim.due <= at("01-05 10:04:00");
        CHECK_FALSE(in_the_first);
    }
    CHECK_FALSE(world.claims.empty());
}

TEST_CASE("what there was no room for is not passed before its instant", "[planner][follow]") {
    World world{"01-05 10:00"};
    for (int key = 1; key <= 3; ++key) world.job(key, "0 * * * * *");
    world.room = 1;
    CHECK(world.jump("01-05 10:01:00") == Lines{"claim 1@01-05 10:01:00"});
    follow(world, "01-05 10:01:01", shown(world.planner.watermark()));
    world.room = 10;
    world.until("01-05 10:01:02");
    CHECK(world.claims.size() == 3);
}

TEST_CASE("what a replaced schedule had still to decide is claimed", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *", {.overlap = model::Overlap::allow});
    follow(world, "01-05 10:00:10", "01-05 10:00:05");
    world.planner.split(JobKey{1}, at("01-05 10:00:07"));
    world.job_from(1, "0 * * * * *", at("01-05 10:00:07"), {.overlap = model::Overlap::allow});
    CHECK(world.until("01-05 10:01:00") == Lines{"claim 1@01-05 10:00:06", "claim 1@01-05 10:00:07",
                                                 "start 1@01-05 10:00:06", "start 1@01-05 10:00:07",
                                                 "claim 1@01-05 10:01:00", "start 1@01-05 10:01:00"});
}

TEST_CASE("what a disabled job had still to decide is claimed, and nothing after it", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *", {.overlap = model::Overlap::allow});
    follow(world, "01-05 10:00:10", "01-05 10:00:05");
    world.planner.split(JobKey{1}, at("01-05 10:00:06"));
    world.planner.remove(JobKey{1});
    CHECK(world.planner.jobs() == 0);
    CHECK(world.until("01-05 10:01:00") == Lines{"claim 1@01-05 10:00:06", "start 1@01-05 10:00:06"});
}

TEST_CASE("nothing is left over of a schedule that had decided everything", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *");
    follow(world, "01-05 10:00:10", "01-05 10:00:10");
    world.planner.split(JobKey{1}, at("01-05 10:00:10"));
    world.planner.remove(JobKey{1});
    CHECK(world.until("01-05 10:01:00").empty());
}

TEST_CASE("what is left over of a schedule is passed over, too", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "* * * * * *");
    world.planner.split(JobKey{1}, at("01-05 10:00:20"));
    world.planner.remove(JobKey{1});
    follow(world, "01-05 10:00:30", "01-05 10:00:30");
    CHECK(world.until("01-05 10:01:00").empty());
}

TEST_CASE("a run that goes on elsewhere counts for overlap until it ends", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *");
    follow(world, "01-05 10:00:10", "01-05 10:00:00");
    world.adopt(1, "01-05 10:00:00", Planner::Adopted::running);
    CHECK(world.until("01-05 10:01:00") ==
          Lines{"claim 1@01-05 10:01:00", "refuse 1@01-05 10:01:00 overlap"});
    world.ended("1@01-05 10:00:00");
    CHECK(world.until("01-05 10:02:00") == Lines{"claim 1@01-05 10:02:00", "start 1@01-05 10:02:00"});
}

TEST_CASE("a run that came back from elsewhere starts again", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 0 * * * *");
    world.adopt(1, "01-05 10:00:00", Planner::Adopted::running);
    CHECK(world.until("01-05 10:01:00").empty());
    world.planner.retry_at(world.run("1@01-05 10:00:00"), world.now);
    CHECK(world.until("01-05 10:01:00") == Lines{"start 1@01-05 10:00:00"});
}

TEST_CASE("of several pauses all are kept that undecided instants may lie in", "[planner][pause]") {
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

TEST_CASE("what was passed over after a pause had ended is planned once that is known", "[planner][pause]") {
    World world{"01-05 10:00"};
    const auto tenant = GENERATE(std::optional<Group>{}, std::optional<Group>{7});
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow});
    world.planner.pause(tenant, at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:03:30").empty());
    world.planner.resume(tenant, at("01-05 10:01:30"));
    CHECK(world.planner.rewind(tenant, at("01-05 10:01:30")) == std::vector{JobKey{1}});
    CHECK(world.until("01-05 10:03:30") == Lines{"claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
                                                 "start 1@01-05 10:02:00", "start 1@01-05 10:03:00"});
    CHECK(world.planner.rewind(Group{8}, at("01-05 10:00:30")).empty());
}

TEST_CASE("what a run stands for is not claimed again when planning goes back", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow});
    CHECK(world.until("01-05 10:01:30").size() == 2);
    CHECK(world.planner.rewind({}, at("01-05 10:00:30")) == std::vector{JobKey{1}});
    CHECK(world.until("01-05 10:01:30").empty());
}

TEST_CASE("a job that runs once and was passed over after a pause had ended runs all the same",
          "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 1 10 5 1 *", {.once = true});
    world.planner.pause({}, at("01-05 10:00:30"));
    CHECK(world.until("01-05 10:01:30").empty());
    world.planner.resume({}, at("01-05 10:00:40"));
    CHECK(world.planner.rewind({}, at("01-05 10:00:40")) == std::vector{JobKey{1}});
    CHECK(world.until("01-05 10:01:30") == Lines{"claim 1@01-05 10:01:00 spent", "start 1@01-05 10:01:00"});
}

TEST_CASE("a job that is to run once, and was told missed by another leader, goes on", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.misfire = model::Misfire::skip, .once = true});
    follow(world, "01-05 10:01:30", "01-05 10:01:30");
    CHECK(world.until("01-05 10:02:00") == Lines{"claim 1@01-05 10:02:00 spent", "start 1@01-05 10:02:00"});
}

TEST_CASE("a pause that was over before it became known is one all the same", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.misfire = model::Misfire::all, .overlap = model::Overlap::allow});
    follow(world, "01-05 10:05:30", "01-05 10:00");
    SECTION("alone") {}
    SECTION("and another one goes on") { world.planner.pause(7, at("01-05 10:05:10")); }
    world.planner.resume(7, at("01-05 10:03:30"), at("01-05 10:01:30"));
    std::vector<std::string> claimed;
    for (const std::string& line : world.until("01-05 10:05:30"))
        if (line.starts_with("claim")) claimed.push_back(line);
    CHECK(claimed == Lines{"claim 1@01-05 10:01:00", "claim 1@01-05 10:04:00", "claim 1@01-05 10:05:00"});
}

TEST_CASE("a planner that forgot everything claims anew what it had decided", "[planner][follow]") {
    World world{"01-05 10:00"};
    world.commits = false;
    world.job(1, "0 * * * * *");
    REQUIRE(world.until("01-05 10:01") == Lines{"claim 1@01-05 10:01:00"});
    const RunId before = world.run("1@01-05 10:01:00");

    world.planner.clear(world.now, at("01-05 10:00:30"));
    CHECK(world.planner.jobs() == 0);
    CHECK(world.planner.runs() == 0);
    world.job_from(1, "0 * * * * *", at("01-05 10:00:30"));
    follow(world, "01-05 10:01", "01-05 10:00:30");
    world.commits = true;
    CHECK(world.until("01-05 10:01:10") == Lines{"claim 1@01-05 10:01:00", "start 1@01-05 10:01:00"});
    CHECK(world.run("1@01-05 10:01:00") != before);
}

TEST_CASE("a planner that forgot everything has decided no more than it is told", "[planner][follow]") {
    World world{"01-05 11:00"};  // its clock was an hour ahead
    world.planner.clear(at("01-05 10:00"), at("01-05 09:59"));
    world.now = at("01-05 10:00");
    CHECK(world.until("01-05 10:00").empty());
    CHECK(world.planner.watermark() == at("01-05 10:00") + Millis{250});
}

TEST_CASE("of a log that is read again an earlier pause counts, too", "[planner][pause]") {
    World world{"01-05 10:00"};
    world.job(1, "0 * * * * *", {.overlap = model::Overlap::allow, .misfire_grace = Millis{600'000}});
    world.now = at("01-05 10:04:30");
    world.planner.pause({}, at("01-05 10:03:30"));  // the one that goes on, as the store has it
    world.planner.pause({}, at("01-05 10:00:30"));
    world.planner.resume({}, at("01-05 10:01:30"));
    world.planner.pause({}, at("01-05 10:03:30"));
    CHECK(world.until("01-05 10:04:30") == Lines{"claim 1@01-05 10:02:00", "claim 1@01-05 10:03:00",
                                                 "start 1@01-05 10:02:00", "start 1@01-05 10:03:00"});
}

TEST_CASE("what an earlier term told missed, beyond its watermark, is neither told again nor run",
          "[planner][follow]") {
    World world{"01-05 10:00:30"};
    world.job(1, "0 * * * * *", {.misfire_grace = Millis{0}});
    world.now = at("01-05 10:05:30");
    world.planner.pass(JobKey{1}, at("01-05 10:03"));
    world.planner.pass(JobKey{2}, at("01-05 10:03"));  // another shard's
    CHECK(world.until("01-05 10:05:30") == Lines{"missed 1@01-05 10:04:00 to 01-05 10:04:00 1",
                                                 "claim 1@01-05 10:05:00", "start 1@01-05 10:05:00"});
}

}  // namespace ecron::analysis::test
