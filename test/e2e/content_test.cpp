#include "e2e/world.hpp"

/// Text from targets and clients is stored whatever character set the old configuration names.
namespace ecron::e2e {
namespace {

const std::string kReport = "/api/cronsvr/v1/namespaces/common/executionresult/";
const std::string kParty = "🎉";

}  // namespace

TEST_CASE("with db_format utf8, a response with any characters ends its execution once", "[content]") {
    World world{{{"db_format", "utf8"}}};
    world.target.answer("/job", Answer{.headers = {{"X-Party", kParty}}, .body = kParty});
    const std::string job =
        world.given({.name = "job " + kParty,
                     .path = "/job",
                     .cron = in(1s),
                     .type = "timed",
                     .context = {{"notify", json::object{{"webhook", world.target.url("/hook")}}}}});
    const std::vector<Call> told = world.target.wait_for("/hook", 1);
    CHECK(told.front().body.find(kParty) != std::string::npos);
    const json::array statuses = world.statuses(job);
    REQUIRE(statuses.size() == 1);
    CHECK(statuses.front().at("job_status") == "success");
    CHECK(statuses.front().at("job_name") == json::string("job " + kParty));

    // If it were killed earlier, it would rightly be delivered again.
    wait_until("the delivery is stored",
               [&] { return world.database.value("select count(*) from t_cron_outbox") == "0"; });
    world.restart();
    const std::string after =
        world.given({.name = "after", .path = "/after", .cron = in(3s), .type = "timed"});
    static_cast<void>(world.target.wait_for("/after", 1));
    CHECK(world.target.count("/job") == 1);
    CHECK(world.target.count("/hook") == 1);
}

TEST_CASE("with db_format utf8, a job and a callback with any characters are stored", "[content]") {
    World world{{{"db_format", "utf8"}}};
    world.target.answer("/job", Answer{.status = 202});
    const std::string job = world.given({.name = kParty,
                                         .path = "/job",
                                         .cron = "0 0 1 1 *",
                                         .info = {{"body", json::object{{"text", kParty}}}}});
    const std::string execution =
        world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})").text("/execute_id");
    const Call call = world.target.wait_for("/job", 1).front();
    CHECK(call.body.find(kParty) != std::string::npos);
    CHECK(world.api().post(kReport + execution, R"({"text":")" + kParty + R"("})").status == 200);
    CHECK(world.wait_for_state(execution, "success").result == R"({"text":")" + kParty + R"("})");
}

}  // namespace ecron::e2e
