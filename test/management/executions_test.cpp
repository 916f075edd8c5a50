#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;
using model::ExecutionState;

TEST_CASE("a stored job is run by its id in any state", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.put("/job/" + id + "/enable", "{}");
    const Reply reply = service.post("/jobexecution", R"({"job_id":")" + id + R"("})");
    CHECK(reply.status() == 200);
    CHECK(reply.at("/job_id") == bj::value(id));
    CHECK(reply.at("/job_name") == "a");
    CHECK(service.runs.started.front().first.key == service.store.jobs.front().key);
}

TEST_CASE("a requested run is shown as executing, even while it waits for a slot", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.runs.answer = model::Execution{.state = ExecutionState::pending};
    const Reply reply = service.post("/jobexecution", R"({"job_id":")" + id + R"("})");
    CHECK(reply.at("/job_status") == "executing");
    CHECK(reply.at("/execute_times") == 1);
    CHECK(reply.at("/begin_at") == "2026-01-05T10:00:00Z");
    CHECK(reply.at("/end_at") == "");
    CHECK(reply.at("/executor") ==
          bj::parse(R"([{"executor_id":"node-1","executed_at":"2026-01-05T10:00:00Z"}])"));
    CHECK(reply.at("/ext_info") == bj::object{});
}

TEST_CASE("a job with a mode runs as sent, whether or not it is stored", "[management]") {
    Service service;
    const Reply reply = service.post(
        "/jobexecution", R"({"job_name":"once","job_context":{"mode":"http","exec":"http://h/x"}})");
    CHECK(reply.status() == 200);
    CHECK(reply.at("/job_type") == "real-time");
    CHECK(reply.at("/job_id").as_string().size() == 36);
    const model::Job& job = service.runs.started.front().first;
    CHECK(job.key == JobKey{});
    CHECK(job.tenant == TenantId{"me"});
    CHECK(job.context.contains("http://h/x"));
}

TEST_CASE("a job that cannot be run is refused with the reason", "[management]") {
    Service service;
    const auto [body, status, cause] = GENERATE(table<std::string, unsigned, std::string>({
        {R"({"job_id":"nobody"})", 404, "This job does not exist"},
        {R"({})", 400, "Unsupported execution mode"},
        {R"({"job_context":{"mode":"ftp"}})", 400, "Unsupported execution mode"},
        {R"({"job_type":"x","job_context":{"mode":"http","exec":"http://h"}})", 400, "Illegal job type"},
        {"[", 400, "Invalid parameter"},
    }));
    CAPTURE(body);
    const Reply reply = service.post("/jobexecution", body);
    CHECK(reply.status() == status);
    CHECK(reply.cause() == cause);
    CHECK(service.runs.started.empty());
}

TEST_CASE("another tenant's job cannot be run", "[management]") {
    AsTenant service;
    const std::string id = service.given_job("a");
    service.store.jobs.front().tenant = TenantId{"other"};
    CHECK(service.post("/jobexecution", R"({"job_id":")" + id + R"("})").status() == 404);
}

TEST_CASE("an execution's id is the given one, derived from the Idempotency-Key, or set by the scheduler",
          "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const std::string body = R"({"job_id":")" + id + R"("})";
    const auto ask = [&](const std::string& text, const std::string& key) {
        return std::string{service.ask(Method::post, "/jobexecution", text, {{"Idempotency-Key", key}})
                               .at("/execute_id")
                               .as_string()};
    };
    const std::string derived = ask(body, "order 7");
    CHECK(derived.size() == 36);
    CHECK(ask(body, "order 7") == derived);
    CHECK(ask(body, "order 8") != derived);
    const std::string given = R"({"job_id":")" + id + R"(","job_context":{"execute_id":"mine"}})";
    CHECK(ask(given, "order 7") == "mine");
    service.post("/jobexecution", body);
    CHECK(service.runs.started.back().second == std::nullopt);

    service.options.tenant = TenantId{"other"};
    service.restart();
    const std::string theirs = service.given_job("b");
    CHECK(ask(R"({"job_id":")" + theirs + R"("})", "order 7") != derived);
}

TEST_CASE("a job sent without a job id is recognized by its execution's id", "[management]") {
    Service service;
    const auto job_of = [&](const std::string& exec, const std::string& key, const std::string& id) {
        service.ask(
            Method::post, "/jobexecution",
            R"({"job_name":"i","job_type":"real-time","job_context":{"mode":"http","exec":"http://h/)" +
                exec + R"(","execute_id":")" + id + R"("}})",
            {{"Idempotency-Key", key}});
        return service.runs.started.back().first.id;
    };
    const JobId first = job_of("a", "order 7", "");
    CHECK(job_of("a", "order 7", "") == first);
    CHECK(job_of("b", "order 7", "") != first);
    CHECK(job_of("a", "order 8", "") != first);
    CHECK(job_of("a", "", "") != job_of("a", "", ""));
    CHECK(job_of("a", "", "mine") == job_of("a", "", "mine"));
}

TEST_CASE("an id used by another job's execution is a conflict", "[management]") {
    Service service;
    service.runs.answer = fail(Errc::conflict, "the id belongs to another job", {"execute_id"});
    const Reply reply = service.post(
        "/jobexecution", R"({"job_context":{"mode":"http","exec":"http://h","execute_id":"taken"}})");
    CHECK(reply.status() == 409);
    CHECK(reply.detail() == bj::parse(R"({"conflicts":["execute_id"],
        "reasons":[{"field":"execute_id","reason":"the id belongs to another job"}]})"));
}

TEST_CASE("an execution is shown with its attempts", "[management]") {
    Service service;
    model::Execution& execution = service.given_execution("run", "job", ExecutionState::success);
    execution.scheduled_at = service.clock.now();
    execution.attempt = 2;
    execution.result = R"({"rows":3})";
    execution.reason = "why not";
    execution.executors = {{"node-1", service.clock.now()}};
    service.store.tries = {{.execute_id = ExecuteId{"run"},
                            .number = 1,
                            .begin_at = service.clock.now(),
                            .end_at = service.clock.now(),
                            .node = NodeId{"node-1"},
                            .code = 500,
                            .reason = "status 500"},
                           {.execute_id = ExecuteId{"run"},
                            .number = 2,
                            .begin_at = service.clock.now(),
                            .end_at = service.clock.now(),
                            .node = NodeId{"node-1"},
                            .outcome = ExecutionState::success,
                            .code = 200,
                            .detail = R"({"total_ms":12})",
                            .output = "fine \xff"},
                           {.execute_id = ExecuteId{"another"}, .number = 1}};
    const Reply reply = service.get("/jobexecution/run");
    CHECK(reply.status() == 200);
    CHECK(reply.at("/execute_id") == "run");
    CHECK(reply.at("/ext_info/result/rows") == 3);
    CHECK(reply.at("/attempts").as_array().size() == 2);
    CHECK(reply.at("/attempts/0/code") == 500);
    CHECK(reply.at("/attempts/1/job_status") == "success");
    CHECK(reply.at("/attempts/1/output") == "fine \xEF\xBF\xBD");

    execution.state = ExecutionState::executing;
    execution.attempt = 3;
    execution.node = NodeId{"node-2"};
    execution.due = service.clock.now() + Millis{702};
    execution.executors = {{"node-1", {}}, {"node-1", {}}, {"node-2", service.clock.now()}};  // whole seconds
    const Reply running = service.get("/jobexecution/run");
    REQUIRE(running.at("/attempts").as_array().size() == 3);
    CHECK(running.at("/attempts/2/job_status") == "executing");
    CHECK(running.at("/attempts/2/executor_id") == "node-2");
    CHECK(running.at("/attempts/2/begin_at").as_string() == format_rfc3339_millis(*execution.due));
    CHECK(running.at("/attempts/2/end_at") == "");
    execution.attempt = 2;  // its record exists: it waits for its target's report
    CHECK(service.get("/jobexecution/run").at("/attempts").as_array().size() == 2);

    service.given_execution("fresh", "job", ExecutionState::pending);
    CHECK(service.get("/jobexecution/fresh").at("/attempts") == bj::array{});
}

TEST_CASE("unknown executions and those of other tenants answer 404", "[management]") {
    AsTenant service;
    service.given_execution("foreign", "job", ExecutionState::success).tenant = TenantId{"other"};
    for (const std::string id : {"nobody", "foreign"}) {
        const Reply reply = service.get("/jobexecution/" + id);
        CHECK(reply.status() == 404);
        CHECK(reply.cause() == "This execution does not exist");
        CHECK(reply.detail() == bj::parse(R"({"conflicts":["execute_id"]})"));
    }
}

TEST_CASE("an execution is cancelled once", "[management]") {
    Service service;
    service.runs.answer =
        model::Execution{.id = ExecuteId{"run"}, .state = ExecutionState::interrupt, .reason = "cancelled"};
    const Reply done = service.post("/jobexecution/run/cancel", "");
    CHECK(done.status() == 200);
    CHECK(done.at("/job_status") == "interrupt");
    CHECK(done.at("/ext_info/reason") == "cancelled");
    CHECK(service.runs.heard.back() == "cancel run by me");

    service.runs.answer = fail(Errc::conflict, "it has ended", {"execute_id"});
    const Reply ended = service.post("/jobexecution/run/cancel", "");
    CHECK(ended.status() == 409);
    CHECK(ended.cause() == "Conflicting state");
    CHECK(ended.at("/detail/reasons/0/reason") == "it has ended");
    service.runs.answer = fail(Errc::not_found, "no such execution");
    const Reply unknown = service.post("/jobexecution/nobody/cancel", "");
    CHECK(unknown.status() == 404);
    CHECK(unknown.cause() == "This execution does not exist");
}

TEST_CASE("a target's report is stored, and one of another kind is accepted without effect", "[management]") {
    const auto [body, heard] = GENERATE(table<std::string, std::string>({
        {R"({ "rows": 3 })", R"(callback run of me: {"rows":3})"},
        {"null", "callback run of me: "},
        {"[1]", ""},
        {"done", ""},
        {"", ""},
    }));
    CAPTURE(body);
    AsTenant service;
    const Reply reply = service.post(kCallback + "/run", body);
    CHECK(reply.status() == 200);
    CHECK(reply.text().empty());
    CHECK(service.runs.heard ==
          (heard.empty() ? std::vector<std::string>{} : std::vector<std::string>{heard}));
}

TEST_CASE("a report on an unknown execution is refused", "[management]") {
    AsTenant service;
    service.runs.callback_answer = fail(Errc::not_found, "no such execution");
    const Reply reply = service.post(kCallback + "/nobody", "{}");
    CHECK(reply.status() == 404);
    CHECK(reply.cause() == "This execution does not exist");
    CHECK(service.get(kCallback + "/nobody").status() == 405);
}

TEST_CASE("follow is 0 or 1", "[management]") {
    Service service;
    service.given_execution("r", "j", model::ExecutionState::success);
    CHECK(service.get("/jobexecution/r/output?follow=0").status() == 200);
    CHECK(service.get("/jobexecution/r/output?follow=").status() == 200);
    const Reply refused = service.get("/jobexecution/r/output?follow=yes");
    CHECK(refused.status() == 400);
    CHECK(refused.at("/detail/parameters/0") == "follow");
}
