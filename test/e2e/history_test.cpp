#include "e2e/world.hpp"

/// Retention of finished executions.
namespace ecron::e2e {

TEST_CASE("removes executions that ended long ago and keeps unfinished ones", "[history]") {
    World world{{{"history_days", "30"}}};
    const std::string job = world.given({.name = "job", .cron = "0 0 1 1 *"});
    const auto status = [&](const std::string& id, const std::string& state, const std::string& end) {
        return R"({"execute_id":")" + id + R"(","job_id":")" + job +
               R"(","job_type":"scheduled","job_status":")" + state +
               R"(","begin_at":"2020-01-01T00:00:00Z","end_at":")" + end + "\"}";
    };
    REQUIRE(world.api()
                .put("/jobstatus/x", "[" + status("old", "success", "2020-01-01T00:00:01Z") + "," +
                                         status("new", "success", in(0s)) + "," +
                                         status("open", "executing", "") + "]")
                .status == 200);
    world.restart();
    wait_until("the old execution is deleted", [&] { return !world.row("old"); });
    CHECK(world.row("new"));
    CHECK(world.row("open"));
}

}  // namespace ecron::e2e
