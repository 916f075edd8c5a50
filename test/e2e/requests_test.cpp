#include <cstdlib>
#include <thread>

#include "e2e/world.hpp"

/// Requested runs, callbacks and cancellation.
namespace ecron::e2e {
namespace {

const std::string kReport = "/api/cronsvr/v1/namespaces/common/executionresult/";

/// Returns a job that runs only on request.
JobText on_demand(const std::string& name, json::object context = {}) {
    return {.name = name, .path = "/" + name, .cron = "0 0 1 1 *", .context = std::move(context)};
}

std::string run_now(World& world, const std::string& job) {
    const Reply reply = world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})");
    CAPTURE(reply.body);
    REQUIRE(reply.status == 200);
    CHECK(reply.text("/job_status") == "executing");
    return reply.text("/execute_id");
}

}  // namespace

TEST_CASE("runs a stored job and an unstored job on request", "[requests]") {
    World world;
    const std::string job = world.given(on_demand("stored"));
    const std::string execution = run_now(world, job);
    world.wait_for_state(execution, "success");
    const Call call = world.target.wait_for("/stored", 1).front();
    CHECK(call.execution() == execution);
    CHECK(call.attempt() == 1);
    CHECK(world.statuses(job)[0].at("execute_id").as_string() == execution);

    const Reply sent = world.api().post("/jobexecution", world.text_of(on_demand("sent")));
    CAPTURE(sent.body);
    REQUIRE(sent.status == 200);
    CHECK(sent.text("/end_at") == "");
    CHECK(sent.parsed().at("ext_info") == json::object{});
    world.wait_for_state(sent.text("/execute_id"), "success");
    CHECK(world.target.count("/sent") == 1);
}

TEST_CASE("a requested run waits for its concurrency key without a node loss", "[requests]") {
    World world;
    world.target.answer("/first", Answer{.hangs = true});
    const json::object key{{"concurrency_key", "scarce"}, {"on_node_loss", "interrupt"}};
    const std::string first = run_now(world, world.given(on_demand("first", key)));
    world.target.wait_for("/first", 1);
    const std::string second = run_now(world, world.given(on_demand("second", key)));
    std::this_thread::sleep_for(1s);  // longer than an unchecked start may be late
    CHECK(world.row(second)->state == "pending");
    world.target.release("/first");
    world.wait_for_state(first, "success");
    world.wait_for_state(second, "success");
    CHECK(world.target.wait_for("/second", 1).front().attempt() == 1);
    CHECK(world.row(second)->losses == 0);
}

TEST_CASE("two requests with one Idempotency-Key run once", "[requests]") {
    World world;
    const std::string job = world.given(on_demand("once"));
    const std::string body = R"({"job_id":")" + job + R"("})";
    const Headers key{"Idempotency-Key: order-17"};
    const Reply first = world.api().post("/jobexecution", body, key);
    const Reply second = world.api().post("/jobexecution", body, key);
    REQUIRE(first.status == 200);
    REQUIRE(second.status == 200);
    CHECK(first.text("/execute_id") == second.text("/execute_id"));
    world.wait_for_state(first.text("/execute_id"), "success");
    const Reply third = world.api().post("/jobexecution", body, key);
    CHECK(third.text("/job_status") == "success");

    const std::string other = world.given(on_demand("other"));
    const Reply taken = world.api().post("/jobexecution", R"({"job_id":")" + other + R"("})", key);
    CHECK(taken.status == 409);
    CHECK_THAT(taken.text("/detail/reasons/0/reason"),
               Catch::StartsWith("is the id of an execution of another job"));
    CHECK(world.target.calls().size() == 1);
}

TEST_CASE("two requests with an unstored job and one Idempotency-Key run once", "[requests]") {
    World world;
    const std::string body =
        R"({"job_name":"sent","job_type":"real-time","job_context":{"mode":"http","exec":")" +
        world.target.url("/sent") + R"("}})";
    const Headers key{"Idempotency-Key: order-18"};
    const Reply first = world.api().post("/jobexecution", body, key);
    const Reply second = world.api().post("/jobexecution", body, key);
    CAPTURE(first.body, second.body);
    REQUIRE(first.status == 200);
    REQUIRE(second.status == 200);
    CHECK(first.text("/execute_id") == second.text("/execute_id"));
    CHECK(first.text("/job_id") == second.text("/job_id"));
    world.wait_for_state(first.text("/execute_id"), "success");
    CHECK(world.target.count("/sent") == 1);
}

TEST_CASE("a cancelled run ends as interrupt and cannot be cancelled again", "[requests]") {
    World world;
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given(on_demand("slow"));
    const std::string execution = run_now(world, job);
    world.target.wait_for("/slow", 1);

    const Reply cancelled = world.api().post("/jobexecution/" + execution + "/cancel", "");
    CAPTURE(cancelled.body);
    REQUIRE(cancelled.status == 200);
    CHECK(cancelled.text("/job_status") == "interrupt");
    CHECK(cancelled.text("/ext_info/reason") == "cancelled");
    wait_until("the connection is closed", [&] { return world.target.hanging("/slow") == 0; });
    const Reply again = world.api().post("/jobexecution/" + execution + "/cancel", "");
    CHECK(again.status == 409);
    CHECK(again.text("/detail/reasons/0/reason") ==
          "the execution has already ended (interrupt); POST /jobexecution runs the job again");
    CHECK(world.api().post("/jobexecution/00000000-0000-4000-8000-000000000000/cancel", "").status == 404);
}

TEST_CASE("an execution that a client runs can be cancelled", "[requests]") {
    World world;
    const std::string job = world.given(on_demand("other"));
    const std::string status = R"([{"execute_id":"theirs","job_id":")" + job +
                               R"(","job_type":"scheduled","job_status":"executing","begin_at":")" + in(0s) +
                               R"("}])";
    CHECK(world.api().put("/jobstatus/any", status).body == R"({"failed_job_id":[]})");
    const Reply cancelled = world.api().post("/jobexecution/theirs/cancel", "");
    CAPTURE(cancelled.body);
    REQUIRE(cancelled.status == 200);
    CHECK(cancelled.text("/job_status") == "interrupt");
    CHECK(cancelled.text("/ext_info/reason") == "cancelled");
    CHECK(cancelled.text("/end_at") != "");
    CHECK(world.api().post("/jobexecution/theirs/cancel", "").status == 409);
}

TEST_CASE("a run that waits for a retry or a callback can be cancelled", "[requests]") {
    World world;
    world.target.answer("/again", Answer{.status = 500, .headers = {{"Retry-After", "600"}}});
    world.target.answer("/report", Answer{.status = 202});
    const std::string retrying = run_now(world, world.given(on_demand("again")));
    const std::string accepted = run_now(world, world.given(on_demand("report")));
    world.wait_for_state(retrying, "failure");
    wait_until("the run is accepted", [&] { return world.row(accepted)->accepted; });
    for (const std::string& execution : {retrying, accepted}) {
        const Reply cancelled = world.api().post("/jobexecution/" + execution + "/cancel", "");
        CAPTURE(cancelled.body);
        CHECK(cancelled.status == 200);
        CHECK(cancelled.text("/job_status") == "interrupt");
    }
    // A late callback is stored and changes nothing else.
    CHECK(world.api().post(kReport + accepted, R"({"n":1})").status == 200);
    CHECK(world.row(accepted)->state == "interrupt");
}

TEST_CASE("ten thousand runs that wait for callbacks do not delay others", "[requests]") {
    const char* const full = std::getenv("ECRON_E2E_FULL");
    if (full == nullptr || std::string{full} != "1") return;
    World world{{{"log_level", "info"}}};
    world.target.answer("/work", Answer{.status = 202});
    const std::string job = world.given(on_demand("work"));
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&] {
            Api api{world.ecron.port()};
            while (next++ < 10'200) api.post("/jobexecution", R"({"job_id":")" + job + R"("})");
        });
    for (std::thread& thread : threads) thread.join();
    world.target.wait_for("/work", 10'200);
    world.given({.name = "beside"});
    world.target.wait_for("/run", 2);
    world.restart();
    wait_until("all runs are in memory again", [&] { return world.ecron.logged("recovered count=102"); });
    const std::size_t calls = world.target.count("/run");
    world.target.wait_for("/run", calls + 2);
    CHECK(world.target.count("/work") == 10'200);
}

TEST_CASE("a requested run survives a kill of ecron", "[requests]") {
    World world;
    world.target.answer("/asked", Answer{.hangs = true});
    const std::string job = world.given(on_demand("asked"));
    const std::string execution = run_now(world, job);
    world.target.wait_for("/asked", 1);
    world.ecron.kill();
    world.target.release("/asked");
    world.ecron.start();
    const Row row = world.wait_for_state(execution, "success");
    CHECK(row.losses == 1);
    const std::vector<Call> calls = world.target.calls("/asked");
    REQUIRE(calls.size() == 2);
    CHECK(calls[1].attempt() == 2);
    CHECK(calls[1].scheduled() == calls[0].scheduled());
}

TEST_CASE("an accepted run is executing until its callback arrives", "[requests]") {
    World world;
    world.target.answer("/work", Answer{.status = 202});
    const std::string job = world.given(on_demand("work"));
    const std::string execution = run_now(world, job);
    wait_until("the run is accepted", [&] {
        const std::optional<Row> row = world.row(execution);
        return row && row->accepted;
    });
    CHECK(world.statuses(job)[0].at("job_status") == "executing");
    CHECK(world.statuses(job)[0].at("end_at") == "");

    CHECK(world.api().post(kReport + execution, R"({"rows":12})").status == 200);
    const json::value done = world.statuses(job)[0];
    CHECK(done.at("job_status") == "success");
    CHECK(done.at_pointer("/ext_info/result/rows") == 12);

    // Repeated: stored, without another change.
    CHECK(world.api().post(kReport + execution, R"({"rows":13})").status == 200);
    CHECK(world.statuses(job)[0].at("job_status") == "success");
    CHECK(world.statuses(job)[0].at_pointer("/ext_info/result/rows") == 13);
    CHECK(world.api().post(kReport + "00000000-0000-4000-8000-000000000000", "{}").status == 404);
    CHECK(world.target.count("/work") == 1);
}

TEST_CASE("a callback may arrive before the response and before a new process starts", "[requests]") {
    World world;
    world.target.answer("/early", Answer{.hangs = true});
    const std::string early = world.given(on_demand("early", {{"completion", "callback"}}));
    const std::string first = run_now(world, early);
    world.target.wait_for("/early", 1);
    CHECK(world.api().post(kReport + first, R"({"n":1})").status == 200);
    CHECK(world.row(first)->state != "success");
    world.target.release("/early");
    CHECK(world.wait_for_state(first, "success").result == R"({"n":1})");

    const std::string second = run_now(world, early);
    wait_until("the run is accepted", [&] { return world.row(second)->accepted; });
    world.restart();
    CHECK(world.api().post(kReport + second, R"({"n":2})").status == 200);
    CHECK(world.wait_for_state(second, "success").result == R"({"n":2})");
    CHECK(world.target.count("/early") == 2);
}

TEST_CASE("a run without a callback in time is retried, then abandoned", "[requests]") {
    World world;
    const std::string job = world.given(on_demand(
        "silent", {{"completion", "callback"},
                   {"callback_timeout", "1s"},
                   {"retry", json::object{{"max_attempts", 2}, {"initial", "10ms"}, {"max", "10ms"}}}}));
    const std::string execution = run_now(world, job);
    const Row row = world.wait_for_state(execution, "abandon");
    CHECK(row.attempt == 2);
    CHECK(world.target.count("/silent") == 2);
}

TEST_CASE("a callback for a successful run is stored in its status", "[requests]") {
    World world;
    const std::string job = world.given(on_demand("quick"));
    const std::string execution = run_now(world, job);
    world.wait_for_state(execution, "success");
    CHECK(world.api().post(kReport + execution, R"({"late":"yes"})").status == 200);
    CHECK(world.statuses(job)[0].at_pointer("/ext_info/result/late") == "yes");
    CHECK(world.statuses(job)[0].at("job_status") == "success");
}

TEST_CASE("repeated callbacks for a successful run are stored and change no state", "[requests]") {
    World world;
    const std::string job = world.given(on_demand("quick", {}));
    const std::string execution =
        world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})").text("/execute_id");
    world.wait_for_state(execution, "success");
    const std::string ended = world.statuses(job)[0].at("end_at").as_string().c_str();
    for (int i = 0; i < 2; ++i) {
        const Reply reply = world.api().post(kReport + execution, R"({"rows":3})");
        CHECK(reply.status == 200);
        CHECK(reply.body.empty());
        const json::value status = world.statuses(job)[0];
        CHECK(status.at("job_status") == "success");
        CHECK(status.at("end_at") == json::value(ended));
        CHECK(status.at_pointer("/ext_info/result/rows") == 3);
    }
    CHECK(world.api().post(kReport + "nobody", "{}").status == 404);
}

}  // namespace ecron::e2e
