#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;
using model::ExecutionState;

namespace {

using Ids = std::vector<std::string>;

Ids ids_in(const Reply& reply) {
    Ids ids;
    for (const bj::value& status : reply.json().as_array())
        ids.emplace_back(status.at("execute_id").as_string());
    return ids;
}

/// Adds a job with a success, a failure, and a waiting run, one minute apart.
std::string given_history(Service& service) {
    const std::string job = service.given_job("a");
    service.given_execution("first", job, ExecutionState::success);
    service.clock.advance(std::chrono::minutes{1});
    service.given_execution("second", job, ExecutionState::failure);
    service.clock.advance(std::chrono::minutes{1});
    service.given_execution("waiting", job, ExecutionState::pending);
    return job;
}

}  // namespace

TEST_CASE("with only a job id, its latest execution is returned", "[management]") {
    Service service;
    const std::string job = given_history(service);
    CHECK(ids_in(service.get("/jobstatus/" + job)) == Ids{"second"});
    CHECK(ids_in(service.get("/jobstatus?job_id=" + job)) == Ids{"second"});
    CHECK(ids_in(service.get("/jobstatus?job_status=&begin_at=&foo=bar&job_id=" + job)) == Ids{"second"});
    const std::string idle = service.given_job("idle");
    CHECK(service.get("/jobstatus/" + idle).text() == "[]");
    CHECK(ids_in(service.get("/jobstatus?job_id=" + idle + "&job_id=" + job)) == Ids{"second"});
}

TEST_CASE("statuses are filtered by state, type and start, newest first", "[management]") {
    Service service;
    const std::string job = given_history(service);
    const auto [query, ids] = GENERATE(table<std::string, Ids>({
        {"job_type=scheduled", {"second", "first"}},
        {"job_type=cron", {"second", "first"}},
        {"job_type=timed", {}},
        {"job_status=success", {"first"}},
        {"job_status=pending", {"waiting"}},
        {"begin_at=2026-01-05T10:00:00Z&end_at=2026-01-05T10:00:00Z", {"first"}},
        {"begin_at=2026-01-05T10:00:01Z", {"second"}},
        {"end_at=2026-01-05T10:01:00Z", {"second", "first"}},
        {"limit=1", {"second"}},
        {"limit=0", {}},
    }));
    CAPTURE(query);
    CHECK(ids_in(service.get("/jobstatus/" + job + "?" + query)) == ids);
    CHECK(ids_in(service.get("/jobstatus?" + query)) == ids);
}

TEST_CASE("lists and latest executions use the start, regardless of the order in which rows were written",
          "[management]") {
    Service service;
    const std::string job = service.given_job("a");
    const Instant now = service.clock.now();
    for (const auto& [id, begin] :
         std::vector<std::pair<std::string, int>>{{"b", 2}, {"d", 4}, {"a", 1}, {"c", 3}})
        service.given_execution(id, job, ExecutionState::success).begin_at = now + Seconds{begin};
    CHECK(ids_in(service.get("/jobstatus/" + job)) == Ids{"d"});
    CHECK(ids_in(service.get("/jobstatus?job_status=success")) == Ids{"d", "c", "b", "a"});
    const Reply first = service.get("/jobstatus?job_status=success&limit=3");
    CHECK(ids_in(first) == Ids{"d", "c", "b"});
    CHECK(ids_in(service.get("/jobstatus?job_status=success&limit=3&after=" + first.field("X-Next-After"))) ==
          Ids{"a"});
}

TEST_CASE("without a limit all statuses are returned, streamed if there are many", "[management]") {
    Service service;
    const std::string job = service.given_job("a");
    const int count = GENERATE(0, 1, 999, 1'000, 1'001, 2'000, 3'500);
    CAPTURE(count);
    for (int i = 0; i < count; ++i)
        service.given_execution("run-" + std::to_string(i), job, ExecutionState::success).begin_at =
            service.clock.now() + Seconds{i / 3};
    const Reply reply = service.get("/jobstatus/" + job + "?job_status=success");
    CHECK(reply.status() == 200);
    CHECK(reply.field("X-Next-After").empty());
    Ids expected;
    for (int i = count; i > 0; --i) expected.push_back("run-" + std::to_string(i - 1));
    CHECK(ids_in(reply) == expected);
    CHECK((reply.response.stream != nullptr) == (count >= 100));
}

TEST_CASE("a list that cannot be read to its end is not terminated as complete", "[management]") {
    Service service;
    const std::string job = service.given_job("a");
    for (int i = 0; i < 2'000; ++i)
        service.given_execution("run-" + std::to_string(i), job, ExecutionState::success);
    service.store.pages_until_away = 1;
    CHECK_THROWS_WITH(service.get("/jobstatus/" + job + "?job_status=success"),
                      Catch::Contains("the database is away"));
}

TEST_CASE("statuses are paged by cursor", "[management]") {
    Service service;
    const std::string job = given_history(service);
    const Reply first = service.get("/jobstatus/" + job + "?limit=1");
    CHECK(first.field("Link") ==
          "<" + kPrefix + "/jobstatus/" + job + "?limit=1&after=1767607260-2>; rel=\"next\"");
    const Reply second = service.get("/jobstatus/" + job + "?limit=1&after=" + first.field("X-Next-After"));
    CHECK(ids_in(second) == Ids{"first"});
    CHECK(second.field("X-Next-After").empty());
}

TEST_CASE("a query for statuses must name an existing job or state", "[management]") {
    Service service;
    const std::string job = given_history(service);
    const auto [target, status, cause] = GENERATE(table<std::string, unsigned, std::string>({
        {"/jobstatus", 400, "Query parameters is null"},
        {"/jobstatus?foo=bar", 400, "Query parameters is null"},
        {"/jobstatus?job_status=", 400, "Query parameters is null"},
        {"/jobstatus?job_id=", 400, "Query parameters is null"},
        {"/jobstatus?job_id=&job_id=", 400, "Query parameters is null"},
        {"/jobstatus?job_id=&job_status=success", 404, "This job does not exist"},
        {"/jobstatus?job_id=nobody", 404, "This job does not exist"},
        {"/jobstatus/nobody", 404, "This job does not exist"},
        {"/jobstatus/nobody?job_status=success", 404, "This job does not exist"},
        {"/jobstatus/nobody?job_status=done", 400, "Illegal job status"},
        {"/jobstatus?job_type=x", 400, "Illegal job type"},
        {"/jobstatus?begin_at=2026-01-05T10:00:00+00:00", 400, "Illegal time "},
        {"/jobstatus?begin_at=2026-01-06T00:00:00Z&end_at=2026-01-05T00:00:00Z", 400,
         "End time is earlier than start time"},
    }));
    CAPTURE(target);
    const Reply reply = service.get(target);
    CHECK(reply.status() == status);
    CHECK(reply.cause() == cause);
}

TEST_CASE("statuses are written by execute_id: inserted or overwritten, per tenant", "[management]") {
    AsTenant service;
    const std::string job = given_history(service);
    service.given_execution("foreign", job, ExecutionState::executing).tenant = TenantId{"other"};
    const Reply reply = service.put("/jobstatus/whatever", R"([
        {"execute_id":"first","job_type":"scheduled","job_status":"abandon"},
        {"execute_id":"new","job_id":"no-such-job","job_type":"timed","job_status":"executing"},
        {"execute_id":"new","job_id":"no-such-job","job_type":"timed","job_status":"success",
         "ext_info":{"tenant_id":"other","is_deleted":0,"result":{"n":1}}},
        {"execute_id":"foreign","job_type":"scheduled","job_status":"success"},
        {"execute_id":"skipped","job_type":"x","job_status":"success"},
        {"execute_id":"skipped","job_type":"timed","job_status":"x"}])");
    CHECK(reply.status() == 200);
    CHECK(reply.text() == R"({"failed_job_id":[]})");
    // Its own execution with that id.
    CHECK(service.get("/jobexecution/foreign").at("/job_status") == "success");
    CHECK(std::ranges::find(service.store.executions, ExecuteId{"foreign"}, &model::Execution::id)->state ==
          ExecutionState::executing);  // the other tenant's
    const Reply inserted = service.get("/jobexecution/new");
    CHECK(inserted.at("/job_status") == "success");
    CHECK(inserted.at("/ext_info/tenant_id") == "me");  // not the value in the request
    CHECK(inserted.at("/ext_info/result/n") == 1);
    CHECK(service.get("/jobexecution/first").at("/job_status") == "abandon");
    CHECK(service.get("/jobexecution/skipped").status() == 404);
}

TEST_CASE("the webhook of a job receives an end of one of ecron's own runs that a client reports",
          "[management]") {
    Service service;
    const std::string job = service.given_job("told");
    service.put("/job/" + job + "/notify", R"({"webhook":"http://receiver/hook"})");
    service.given_execution("own", job, ExecutionState::executing).trigger = model::Trigger::schedule;
    service.store.executions.back().job_key = service.store.jobs.back().key;
    service.given_execution("old", job, ExecutionState::executing).trigger = model::Trigger::history;
    service.put("/jobstatus/x", R"([
        {"execute_id":"own","job_id":")" +
                                    job + R"(","job_type":"scheduled","job_status":"success"},
        {"execute_id":"old","job_id":")" +
                                    job + R"(","job_type":"scheduled","job_status":"success"},
        {"execute_id":"new","job_id":")" +
                                    job + R"(","job_type":"scheduled","job_status":"success"}])");
    REQUIRE(service.store.announced.size() == 1);  // history is not announced
    const store::Announcement& told = service.store.announced.at(ExecuteId{"own"}).at(0);
    CHECK(told.url == "http://receiver/hook");
    CHECK(bj::parse(told.payload).at("job_status") == "success");
    CHECK(bj::parse(told.payload).at("end_at") != "");

    service.given_execution("next", job, ExecutionState::executing).trigger = model::Trigger::schedule;
    service.store.executions.back().job_key = service.store.jobs.back().key;
    service.put("/jobstatus/x", R"([{"execute_id":"next","job_id":")" + job +
                                    R"(","job_type":"scheduled","job_status":"failure"}])");
    CHECK(service.store.announced.empty());  // the job subscribes to ends
}

TEST_CASE("a status that ends before it begins is listed as failed, the others are stored", "[management]") {
    Service service;
    const Reply reply = service.put("/jobstatus/x", R"([
        {"execute_id":"backwards","job_type":"timed","job_status":"success",
         "begin_at":"2026-01-01T00:00:01Z","end_at":"2026-01-01T00:00:00Z"},
        {"execute_id":"good","job_type":"timed","job_status":"success","executor":[{"executor_id":"n","zone":1.50}],
         "ext_info":{"is_deleted":0,"trace":{"id":"x"}}}])");
    CHECK(reply.status() == 200);
    CHECK(reply.text() == R"({"failed_job_id":["backwards"]})");
    CHECK(service.get("/jobexecution/backwards").status() == 404);
    const Reply good = service.get("/jobexecution/good");
    CHECK(good.at("/ext_info/trace/id") == "x");
    CHECK(good.at("/executor/0/zone") == 1.5);
}

TEST_CASE("a request with only invalid statuses is refused", "[management]") {
    Service service;
    for (const char* body : {"[]", R"([{"execute_id":"a","job_type":"x","job_status":"success"}])"}) {
        const Reply reply = service.put("/jobstatus/x", body);
        CHECK(reply.status() == 400);
        CHECK(reply.cause() == "Empty status");
    }
    CHECK(service.put("/jobstatus/x", "{}").status() == 400);
    CHECK(service.put("/jobstatus/x", "[").status() == 400);
}
