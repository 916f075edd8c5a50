#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

const bj::object& first(const bj::value& list) { return list.at(0).as_object(); }

/// An execution of a job with one attempt, which began after `offset` from now.
void given_run(Service& service, const std::string& id, std::string_view job, model::ExecutionState state,
               Seconds offset) {
    model::Execution& run = service.given_execution(id, job, state);
    run.trigger = model::Trigger::schedule;
    run.execute_times = run.attempt = 1;
    run.begin_at = *run.begin_at + offset;
    run.scheduled_at = run.due = run.begin_at;
    if (!model::is_end(state)) return;
    run.end_at = *run.begin_at + Seconds{2};
    service.store.tries.push_back({.execute_id = run.id,
                                   .number = 1,
                                   .begin_at = *run.begin_at + Millis{3},
                                   .end_at = *run.begin_at + Millis{2'345}});
}

}  // namespace

TEST_CASE("members that are not requested are not read", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    for (const std::string& path :
         std::vector<std::string>{"/job", "/job?sort=name", "/job?with=", "/job?job_id=" + id}) {
        CAPTURE(path);
        const Reply reply = service.get(path);
        for (const char* member : {"schedule_words", "next_run", "last_runs"})
            CHECK_FALSE(first(reply.json()).contains(member));
    }
    CHECK(service.store.run_reads.empty());
}

TEST_CASE("jobs are listed with their next run and their schedule in words", "[management]") {
    Service service;
    service.post("/job", R"({"job_name":"on request","job_type":"real-time","enabled":true,
        "job_context":{"mode":"http","exec":"http://localhost/x"}})");
    const std::string disabled = service.given_job("disabled", "30 2 * * *");
    service.put("/job/" + disabled + "/enable", R"({"enable":false})");
    service.post("/job", job_text("zoned", "30 2 * * *", R"(,"timezone":"Europe/Berlin")"));
    const Reply reply = service.get("/job?with=next,words");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/0/next_run") == "2026-01-06T02:30:00+01:00");
    CHECK(reply.at("/0/schedule_words") == "at 02:30 every day (Europe/Berlin)");
    CHECK(reply.at("/1/next_run").is_null());
    CHECK(reply.at("/1/schedule_words") == "at 02:30 every day");
    CHECK(reply.at("/2/next_run").is_null());
    CHECK(reply.at("/2/schedule_words") == "");
    CHECK_FALSE(first(reply.json()).contains("last_runs"));
    const Reply chinese = service.ask(Method::get, "/job?with=words", "", {{"Accept-Language", "zh-TW"}});
    CHECK(chinese.at("/1/schedule_words") == "每天 02:30");
    CHECK_FALSE(first(chinese.json()).contains("next_run"));
}

TEST_CASE("a job has no next run after its window", "[management]") {
    Service service;
    service.post("/job", job_text("over", "0 12 * * *", R"(,"end_at":"2026-01-05T12:00:00Z")"));
    CHECK(service.get("/job?with=next").at("/0/next_run") == "2026-01-05T12:00:00Z");
    service.clock.advance(std::chrono::hours{2});
    CHECK(service.get("/job?with=next").at("/0/next_run").is_null());
}

TEST_CASE("jobs are listed with their last runs, which one query reads", "[management]") {
    Service service;
    const std::string a = service.given_job("a"), b = service.given_job("b");
    given_run(service, "old", a, model::ExecutionState::success, Seconds{0});
    given_run(service, "new", a, model::ExecutionState::executing, Seconds{60});
    const Reply reply = service.get("/job?with=runs&sort=name");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/0/last_runs") == bj::parse(R"([
        {"execute_id":"new","job_status":"executing","begin_at":"2026-01-05T10:01:00.000Z","duration_ms":null,
         "lateness_ms":null},
        {"execute_id":"old","job_status":"success","begin_at":"2026-01-05T10:00:00.003Z","duration_ms":2342,
         "lateness_ms":3}])"));
    CHECK(reply.at("/1/last_runs").as_array().empty());
    REQUIRE(service.store.run_reads.size() == 1);
    CHECK(service.store.run_reads.front().jobs.size() == 2);
    CHECK(service.store.run_reads.front().per_job == 20);
}

TEST_CASE("members are added to jobs by id, to searches and to long lists", "[management]") {
    Service service;
    std::vector<std::string> ids;
    for (int i = 0; i < 110; ++i) ids.push_back(service.given_job("job " + std::to_string(1'000 + i)));
    const auto count = [&](const std::string& query) {
        const Reply reply = service.get("/job?with=next,runs,words&" + query);
        REQUIRE(reply.status() == 200);
        for (const bj::value& job : reply.json().as_array()) {
            CHECK(job.at("next_run") == "2026-01-06T00:00:00Z");
            CHECK(job.as_object().contains("schedule_words"));
            CHECK(job.as_object().contains("last_runs"));
        }
        return reply.json().as_array().size();
    };
    CHECK(count("job_id=" + ids[0]) == 1);
    CHECK(count("job_id=" + ids[0] + "&job_id=" + ids[1]) == 2);
    CHECK(count("search=job%201000") == 1);
    CHECK(count("page=2&limit=75") == 35);
    service.store.run_reads.clear();
    CHECK(count("limit=100") == 100);
    CHECK(service.store.run_reads.size() == 2);  // the beginning of a streamed list, and the rest
    CHECK(service.get("/job?with=next&job_id=unknown").status() == 404);
    CHECK(service.get("/job?with=next&job_id=").status() == 404);
}

TEST_CASE("at most 100 jobs are returned with members on request", "[management]") {
    Service service;
    std::string ids;
    for (int i = 0; i < 101; ++i) ids += "&job_id=" + service.given_job("job " + std::to_string(i));
    const Reply clamped = service.get("/job?limit=1000&with=next");
    REQUIRE(clamped.status() == 200);
    CHECK(clamped.json().as_array().size() == 100);
    CHECK(clamped.field("X-Ecron-Warning") ==
          "parameter limit is above the maximum, 100, which is used instead");
    CHECK_FALSE(clamped.field("X-Next-After").empty());
    CHECK(service.get("/job?with=next&after=" + clamped.field("X-Next-After")).json().as_array().size() == 1);
    CHECK(service.get("/job?limit=100&with=next").field("X-Ecron-Warning").empty());
    CHECK(service.get("/job?limit=101&with=").field("X-Ecron-Warning").empty());
    const Reply refused = service.get("/job?with=next" + ids);
    CHECK(refused.status() == 400);
    CHECK(refused.at("/detail/parameters") == bj::parse(R"(["job_id"])"));
}

TEST_CASE("unknown members are refused", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const auto query =
        GENERATE_COPY(std::string{"with=prev"}, std::string{"with=next,prev"}, "with=NEXT&job_id=" + id);
    const Reply reply = service.get("/job?" + query);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/reasons/0") ==
          bj::parse(R"({"field":"with","reason":"must be next, runs and words, separated by commas"})"));
}

TEST_CASE("last runs are those of the job's own tenant", "[management]") {
    Guarded service;
    const std::string id = service.job_of("me", "mine");
    service.given_execution("own", id, model::ExecutionState::executing).tenant = TenantId{"me"};
    service.given_execution("foreign", id, model::ExecutionState::executing).tenant = TenantId{"you"};
    for (const char* token : {"me", "boss"}) {
        const Reply reply = service.as(token, Method::get, "/job?with=runs&tenant=me");
        REQUIRE(reply.at("/0/last_runs").as_array().size() == 1);
        CHECK(reply.at("/0/last_runs/0/execute_id") == "own");
    }
    CHECK(service.as("you", Method::get, "/job?with=runs").text() == "[]");
}

TEST_CASE("a store that fails fails the list", "[management]") {
    Service service;
    service.given_job("a");
    service.store.away = true;
    CHECK(service.get("/job?with=runs").status() == 503);
}
