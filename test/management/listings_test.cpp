#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

model::Execution& given_run(Service& service, const std::string& id, std::string_view job,
                            model::ExecutionState state) {
    model::Execution& run = service.given_execution(id, job, state);
    run.trigger = model::Trigger::schedule;
    run.execute_times = run.attempt = 1;
    return run;
}

std::vector<std::string> ids_in(const Reply& reply, std::string_view member = "execute_id") {
    std::vector<std::string> ids;
    for (const bj::value& one : reply.json().as_array()) ids.emplace_back(one.at(member).as_string());
    return ids;
}
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("executions are listed with their times in milliseconds", "[management]") {
    Service service;
    const Instant now = service.clock.now();
    model::Execution& run = given_run(service, "r", "j", model::ExecutionState::success);
    run.job_name = "report";
    run.scheduled_at = now - Millis{500};
    run.due = now - Millis{120};
    run.begin_at = now;
    run.end_at = now + Seconds{2};
    run.node = NodeId{"node-1"};
    service.store.tries.push_back(
        {.execute_id = run.id, .number = 1, .begin_at = now + Millis{3}, .end_at = now + Millis{2'345}});
    const Reply reply = service.get("/jobexecution");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/0") ==
          bj::parse(R"({"execute_id":"r","job_id":"j","job_name":"report","job_type":"scheduled",
        "job_status":"success","trigger":"schedule","scheduled_at":"2026-01-05T09:59:59.500Z",
        "begin_at":"2026-01-05T10:00:00.003Z","end_at":"2026-01-05T10:00:02.345Z","duration_ms":2342,
        "lateness_ms":123,"execute_times":1,"executor_id":"node-1","reason":"","tenant_id":"me"})"));
}

TEST_CASE("an execution without records of attempts has the times that it has", "[management]") {
    Service service;
    model::Execution& running = given_run(service, "r", "j", model::ExecutionState::executing);
    running.scheduled_at = service.clock.now();
    const Reply reply = service.get("/jobexecution?state=executing");
    CHECK(reply.at("/0/begin_at") == "2026-01-05T10:00:00.000Z");
    CHECK(reply.at("/0/end_at") == "");
    CHECK(reply.at("/0/duration_ms").is_null());
    CHECK(reply.at("/0/lateness_ms").is_null());
    given_run(service, "waits", "j", model::ExecutionState::pending).begin_at.reset();
    CHECK(service.get("/jobexecution?state=pending").at("/0/begin_at") == "");
    // After a retry the due time is that of the last attempt.
    running.attempt = 2;
    running.due = service.clock.now() + Seconds{60};
    service.store.tries.push_back(
        {.execute_id = ExecuteId{"r"}, .number = 1, .begin_at = service.clock.now() + Millis{40}});
    CHECK(service.get("/jobexecution?state=executing").at("/0/lateness_ms") == 40);
}

TEST_CASE("reasons are translated for a client that names a language", "[management]") {
    Service service;
    model::Execution& run = given_run(service, "r", "j", model::ExecutionState::abandon);
    run.reason = "the target answered 503";
    service.store.tries.push_back(
        {.execute_id = ExecuteId{"r"}, .number = 1, .reason = "no complete answer within 1m"});
    const auto reasons = [&](std::vector<http::Header> headers) {
        const Reply one = service.ask(Method::get, "/jobexecution/r", {}, headers);
        const Reply list = service.ask(Method::get, "/jobexecution", {}, headers);
        CHECK(list.at("/0/reason") == one.at("/ext_info/reason"));
        return Ids{std::string{one.at("/ext_info/reason").as_string()},
                   std::string{one.at("/attempts/0/reason").as_string()}};
    };
    CHECK(reasons({{"Accept-Language", "zh-CN"}}) == Ids{"目标返回 503", "在 1m 内未收到完整响应"});
    // Also where `lang` is Chinese: programs compare reasons.
    service.options.language = model::Language::zh_cn;
    CHECK(reasons({}) == Ids{"the target answered 503", "no complete answer within 1m"});
}

TEST_CASE("executions are filtered and continue behind a cursor", "[management]") {
    Service service;
    for (int i = 0; i < 5; ++i) {
        model::Execution& run =
            given_run(service, "r" + std::to_string(i), i < 3 ? "j" : "k",
                      i == 1 ? model::ExecutionState::abandon : model::ExecutionState::success);
        run.job_name = i < 3 ? "first" : "second";
        run.begin_at = service.clock.now() + Seconds{i};
        if (i == 4) run.trigger = model::Trigger::manual;
    }
    CHECK(ids_in(service.get("/jobexecution")) == Ids{"r4", "r3", "r2", "r1", "r0"});
    CHECK(ids_in(service.get("/jobexecution?job_id=j")) == Ids{"r2", "r1", "r0"});
    CHECK(ids_in(service.get("/jobexecution?name=second")) == Ids{"r4", "r3"});
    CHECK(ids_in(service.get("/jobexecution?state=abandon")) == Ids{"r1"});
    CHECK(ids_in(service.get("/jobexecution?trigger=manual")) == Ids{"r4"});
    CHECK(ids_in(service.get("/jobexecution?begin_at=2026-01-05T10:00:01Z&end_at=2026-01-05T10:00:02Z")) ==
          Ids{"r2", "r1"});
    const Reply page = service.get("/jobexecution?limit=2");
    CHECK(ids_in(page) == Ids{"r4", "r3"});
    const std::string link = page.field("Link");
    CHECK(ids_in(service.get(link.substr(1, link.find('>') - 1))) == Ids{"r2", "r1"});
    CHECK(service.get("/jobexecution?job_id=unknown").text() == "[]");
    CHECK(service.get("/jobexecution?limit=0").text() == "[]");
}

TEST_CASE("invalid filters of executions and missed runs are refused, each with its reason", "[management]") {
    Service service;
    const auto [query, field] = GENERATE(table<std::string, std::string>({
        {"/jobexecution?state=x", "state"},
        {"/jobexecution?trigger=x", "trigger"},
        {"/jobexecution?begin_at=x", "begin_at"},
        {"/jobexecution?after=x", "after"},
        {"/jobexecution?limit=x", "limit"},
        {"/missed?after=x", "after"},
        {"/missed?end_at=x", "end_at"},
    }));
    CAPTURE(query);
    const Reply reply = service.get(query);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters/0") == field.c_str());
    CHECK_FALSE(reply.at("/detail/reasons/0/reason").as_string().empty());
}

TEST_CASE("missed runs are listed with their jobs, newest first", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const JobKey key = service.store.jobs.front().key;
    const Instant now = service.clock.now();
    for (int i = 0; i < 3; ++i)
        service.store.summaries.push_back({.job = key,
                                           .from = now + std::chrono::hours{i},
                                           .to = now + std::chrono::hours{i} + Seconds{30},
                                           .count = i + 1,
                                           .reason = "misfire"});
    const Reply list = service.get("/missed?limit=2");
    CHECK(ids_in(list, "missed_id") == Ids{"3", "2"});
    CHECK(list.at("/0/job_id") == id.c_str());
    CHECK(list.at("/0/job_name") == "a");
    CHECK(list.at("/0/count") == 3);
    CHECK(list.at("/0/from") == "2026-01-05T12:00:00.000Z");
    CHECK(list.field("X-Next-After") == "2");
    CHECK(ids_in(service.get("/missed?after=2"), "missed_id") == Ids{"1"});
    CHECK(ids_in(service.get("/missed?end_at=2026-01-05T10:30:00Z"), "missed_id") == Ids{"1"});
    CHECK(ids_in(service.get("/missed?begin_at=2026-01-05T11:00:31Z"), "missed_id") == Ids{"3"});
    CHECK(service.get("/missed?job_id=unknown").text() == "[]");
    service.store.away = true;
    CHECK(service.get("/missed").status() == 503);
    CHECK(service.get("/jobexecution").status() == 503);
}
