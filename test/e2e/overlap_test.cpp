#include "e2e/world.hpp"

namespace ecron::e2e {
namespace {

JobText slow(const std::string& overlap) {
    return {.name = overlap, .path = "/slow", .context = {{"overlap", overlap}}};
}

bool has(const std::vector<Row>& rows, const std::string& state, const std::string& reason) {
    return std::ranges::any_of(rows,
                               [&](const Row& row) { return row.state == state && row.reason == reason; });
}

}  // namespace

TEST_CASE("overlap skip: a run is skipped while the previous one is active, and its row shows it",
          "[overlap]") {
    World world;
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given(slow("skip"));
    world.target.wait_for("/slow", 1);
    wait_until("two runs were skipped", [&] {
        const std::vector<Row> rows = world.rows(job);
        return std::ranges::count_if(rows, [](const Row& row) { return row.reason == "overlap"; }) >= 2;
    });
    CHECK(world.target.count("/slow") == 1);
    CHECK(world.statuses(job, "?limit=10").size() == 1);  // runs that never started are not shown
    CHECK(world.statuses(job, "?job_status=interrupt").size() >= 2);
    world.target.release("/slow");
    world.target.wait_for("/slow", 2);
    CHECK(world.target.most_at_once("/slow") == 1);
}

TEST_CASE("overlap allow: runs overlap", "[overlap]") {
    World world;
    world.target.answer("/slow", Answer{.hangs = true});
    world.given(slow("allow"));
    wait_until("three runs are active", [&] { return world.target.hanging("/slow") == 3; });
}

TEST_CASE("overlap queue: one run waits for the end of the previous one", "[overlap]") {
    World world;
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given(slow("queue"));
    world.target.wait_for("/slow", 1);
    wait_until("one run waits and the next is skipped", [&] {
        const std::vector<Row> rows = world.rows(job);
        return has(rows, "interrupt", "overlap") && has(rows, "pending", "");
    });
    CHECK(world.target.count("/slow") == 1);
    world.target.release("/slow");
    world.target.wait_for("/slow", 2);
    CHECK(world.target.most_at_once("/slow") == 1);
}

TEST_CASE("overlap replace: a run stops the previous one", "[overlap]") {
    World world;
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given(slow("replace"));
    const std::vector<Call> calls = world.target.wait_for("/slow", 3);
    CHECK(world.wait_for_state(calls[0].execution(), "interrupt").reason == "replaced");
    CHECK(world.wait_for_state(calls[1].execution(), "interrupt").reason == "replaced");
}

TEST_CASE("a disabled job starts no runs, and active ones continue", "[overlap]") {
    World world;
    world.target.answer("/run", Answer{.hangs = true});
    const std::string job = world.given({.context = {{"overlap", "allow"}}});
    world.target.wait_for("/run", 2);
    REQUIRE(world.api().put("/job/" + job + "/enable", R"({"enable":false})").status == 200);
    const std::size_t calls = world.target.count("/run");
    world.target.release("/run");
    wait_until("every run has ended", [&] {
        return std::ranges::all_of(world.rows(job), [](const Row& row) { return row.state == "success"; });
    });
    CHECK(world.target.count("/run") <= calls + 1);  // one may have started at the time of the response
    const std::size_t last = world.target.count("/run");

    REQUIRE(world.api().put("/job/" + job + "/enable", R"({"enable":true})").status == 200);
    const std::vector<Call> again = world.target.wait_for("/run", last + 2);
    CHECK(again[last].attempt() == 1);
}

TEST_CASE("deleting a job interrupts its runs, which are no longer shown", "[overlap]") {
    World world;
    world.target.answer("/run", Answer{.hangs = true});
    const std::string job = world.given({});
    const std::string execution = world.target.wait_for("/run", 1).front().execution();
    REQUIRE(world.api().remove("/job/" + job).status == 200);
    wait_until("the connection is closed", [&] { return world.target.hanging("/run") == 0; });
    world.wait_for_state(execution, "interrupt");
    CHECK(world.api().get("/jobstatus/" + job).status == 404);
    CHECK(world.api().get("/job?job_id=" + job).status == 404);
    CHECK(world.api().get("/jobstatus?job_status=interrupt").body == "[]");
    wait_until("no run of it is active", [&] {
        return std::ranges::all_of(world.rows(job), [](const Row& row) { return row.state == "interrupt"; });
    });
    CHECK(world.target.count("/run") == 1);
}

TEST_CASE("a replaced job runs its new definition", "[overlap]") {
    World world;
    const std::string job = world.given({.path = "/before"});
    world.target.wait_for("/before", 1);
    REQUIRE(world.api().put("/job/" + job, world.text_of({.path = "/after"})).status == 200);
    const std::vector<Call> after = world.target.wait_for("/after", 2);
    const std::vector<Call> before = world.target.calls("/before");
    CHECK(before.back().scheduled() < after.front().scheduled());
    CHECK(after[1].scheduled() == after[0].scheduled() + 1s);
}

TEST_CASE("a changed expression takes effect immediately and withdraws other occurrences", "[overlap]") {
    World world;
    const std::string job = world.given({});
    world.target.wait_for("/run", 1);
    REQUIRE(world.api().put("/job/" + job, world.text_of({.path = "/run", .cron = "0 0 1 1 *"})).status ==
            200);
    wait_until("nothing is pending", [&] {
        return std::ranges::all_of(world.rows(job), [](const Row& row) { return row.state == "success"; });
    });
    const std::size_t runs = world.rows(job).size();
    const std::string other = world.given({.name = "beside", .path = "/beside"});
    world.target.wait_for("/beside", 2);  // waits for seconds in which the first would have run
    CHECK(world.rows(job).size() == runs);
}

TEST_CASE("a pause suppresses scheduled runs for good, but not run-now", "[overlap]") {
    World world;
    const std::string job = world.given({.context = {{"misfire", "all"}, {"misfire_grace", "60s"}}});
    world.target.wait_for("/run", 1);
    REQUIRE(world.api().post("/scheduling/pause", "").status == 200);
    const Reply asked = world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})");
    REQUIRE(asked.status == 200);
    world.wait_for_state(asked.text("/execute_id"), "success");
    const auto planned = [&] {
        const std::vector<Row> rows = world.rows(job);
        return std::ranges::count_if(rows, [](const Row& row) { return row.trigger == 1; });
    };
    const auto before = planned();
    const SystemClock clock;
    const auto let_two_pass = [&] {
        const Instant since = clock.now();
        wait_until("two occurrences have passed", [&] { return clock.now() > since + 2s; });
    };
    const Instant paused = clock.now();
    let_two_pass();
    world.restart();
    CHECK(world.api().get("/scheduling").parsed().at("paused") == true);
    let_two_pass();
    CHECK(planned() <= before);
    const Instant resumed = clock.now();
    const std::size_t calls = world.target.count("/run");
    REQUIRE(world.api().post("/scheduling/resume", "").status == 200);
    const std::vector<Call> after = world.target.wait_for("/run", calls + 2);
    CHECK(after[calls].scheduled() >= resumed);
    world.restart();  // skipped occurrences stay skipped
    const std::vector<Call> last = world.target.wait_for("/run", after.size() + 2);
    CHECK(std::ranges::none_of(last, [&](const Call& call) {
        return call.scheduled() > paused + 1s && call.scheduled() < resumed;
    }));
}

}  // namespace ecron::e2e
