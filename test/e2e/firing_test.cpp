#include <algorithm>

#include "e2e/world.hpp"

namespace ecron::e2e {

TEST_CASE("a job with * * * * * * calls its target every second and succeeds", "[firing]") {
    World world;
    // On a busy machine a run may take longer than a second, and the next one would be skipped.
    const std::string job = world.given({.name = "each second", .context = {{"overlap", "allow"}}});

    std::vector<Call> calls = world.target.wait_for("/run", 3);
    std::ranges::sort(calls, {}, &Call::scheduled);
    for (std::size_t i = 0; i < 3; ++i) {
        CAPTURE(i);
        CHECK(calls[i].method == "POST");
        CHECK(calls[i].body == "null");
        CHECK(calls[i].header("webhook") ==
              "/api/cronsvr/v1/namespaces/common/executionresult/" + calls[i].execution());
        CHECK(calls[i].attempt() == 1);
        CHECK(calls[i].scheduled() == std::chrono::floor<Seconds>(calls[0].scheduled()) + i * 1s);
        CHECK(calls[i].at >= calls[i].scheduled());
    }

    const std::string execution = calls[0].execution();
    world.wait_for_state(execution, "success");
    wait_until("the latest status is success", [&] {
        const json::array statuses = world.statuses(job);
        return statuses.size() == 1 && statuses[0].at("job_status") == "success";
    });
    const json::value status = world.statuses(job)[0];
    CHECK(status.at("job_id").as_string() == job);
    CHECK(status.at("job_name") == "each second");
    CHECK(status.at("execute_times") == 1);
    CHECK(status.at("ext_info").at("is_deleted") == 0);

    const Reply shown = world.api().get("/jobexecution/" + execution);
    CAPTURE(shown.body);
    REQUIRE(shown.status == 200);
    const json::value details = shown.parsed();
    REQUIRE(details.at("attempts").as_array().size() == 1);
    CHECK(details.at_pointer("/attempts/0/attempt") == 1);
    CHECK(details.at_pointer("/attempts/0/code") == 200);
    CHECK(details.at_pointer("/attempts/0/output") == "ok");
    CHECK(details.at_pointer("/attempts/0/detail/timing_ms/total").as_double() > 0);
}

TEST_CASE("a timed job runs once and is disabled, also across a restart", "[firing]") {
    World world;
    const std::string soon = world.given({.name = "soon", .path = "/soon", .cron = in(1s), .type = "timed"});
    const std::string later =
        world.given({.name = "later", .path = "/later", .cron = in(4s), .type = "timed"});

    const Call call = world.target.wait_for("/soon", 1).front();
    world.wait_for_state(call.execution(), "success");
    CHECK(world.api().get("/job?job_id=" + soon).parsed().at_pointer("/0/enabled") == false);
    CHECK(world.api().get("/job?job_id=" + later).parsed().at_pointer("/0/enabled") == true);

    world.restart();
    world.wait_for_state(world.target.wait_for("/later", 1).front().execution(), "success");
    CHECK(world.api().get("/job?job_id=" + later).parsed().at_pointer("/0/enabled") == false);
    CHECK(world.target.count("/soon") == 1);
    CHECK(world.target.count("/later") == 1);
    CHECK(world.rows(soon).size() == 1);
    CHECK(world.rows(later).size() == 1);
}

}  // namespace ecron::e2e
