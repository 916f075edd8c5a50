#include "management/history.hpp"

#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;
using model::ExecutionState;

namespace {

/// An execution that began `offset` after 10:00, with an attempt that took `took`.
void given_run(Service& service, const std::string& id, std::string_view job, ExecutionState state,
               Seconds offset, Millis took = Millis{100}, Millis late = Millis{5}) {
    model::Execution& run = service.given_execution(id, job, state);
    run.trigger = model::Trigger::schedule;
    run.attempt = 1;
    run.begin_at = *run.begin_at + offset;
    run.due = run.scheduled_at = *run.begin_at - late;
    if (state == ExecutionState::pending) run.begin_at.reset();
    if (!model::is_end(state)) return;
    run.end_at = std::chrono::floor<Seconds>(*run.begin_at + took);
    service.store.tries.push_back(
        {.execute_id = run.id, .number = 1, .begin_at = *run.begin_at, .end_at = *run.begin_at + took});
}

}  // namespace

TEST_CASE("a history counts the caller's executions in buckets", "[management]") {
    Service service;
    service.store.counted = {.buckets = {{.success = 1, .abandon = 2, .interrupt = 3},
                                         {.failure = 4, .executing = 5, .pending = 6, .late = 7}},
                             .complete_from = service.clock.now() - Seconds{30}};
    const Reply reply =
        service.get("/history?from=2026-01-05T09:58:00.900Z&to=2026-01-05T09:59:59.1Z&step=1m");
    REQUIRE(reply.status() == 200);
    CHECK(reply.json() == bj::parse(R"({"from":"2026-01-05T09:58:00.000Z","to":"2026-01-05T10:00:00.000Z",
        "step":"1m","complete_from":"2026-01-05T09:59:30.000Z","buckets":[
        {"at":"2026-01-05T09:58:00.000Z","success":1,"abandon":2,"interrupt":3,"failure":0,"executing":0,"pending":0,
         "late":0},
        {"at":"2026-01-05T09:59:00.000Z","success":0,"abandon":0,"interrupt":0,"failure":4,"executing":5,"pending":6,
         "late":7}]})"));
    CHECK(service.store.history_read.step == Seconds{60});
    CHECK(service.store.history_read.from == service.clock.now() - Seconds{120});
    CHECK_FALSE(service.store.history_read.tenant);
    service.get("/history?tenant=you");
    CHECK(service.store.history_read.tenant == TenantId{"you"});
    CHECK(service.store.history_read.from == service.clock.now() - std::chrono::days{1});
    CHECK(service.store.history_read.to == service.clock.now());
    CHECK(service.store.history_read.step == Seconds{3'600});
    service.store.away = true;
    CHECK(service.get("/history").status() == 503);
    CHECK(service.get("/history?job_id=a").status() == 503);
}

TEST_CASE("invalid ranges of a history are refused, each with its reason", "[management]") {
    Service service;
    const auto [query, field] = GENERATE(table<std::string, std::string>({
        {"from=x", "from"},
        {"to=x", "to"},
        {"from=2026-01-05T10:00:00Z&to=2026-01-05T10:00:00Z", "to"},
        {"step=0", "step"},
        {"step=500ms", "step"},
        {"step=1500ms", "step"},
        {"step=1s", "step"},
    }));
    CAPTURE(query);
    const Reply reply = service.get("/history?" + query);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters/0") == field.c_str());
}

TEST_CASE("a history without an end reaches as far as its buckets", "[management]") {
    Service service;  // it is 2026-01-05T10:00:00Z
    const auto [from, to] = GENERATE(table<std::string, std::string>({
        {"2026-01-05T09:00:00Z", "2026-01-05T10:00:00.000Z"},
        {"2000-01-01T00:00:00Z", "2000-01-01T16:40:00.000Z"},
        {"2026-01-06T10:00:00Z", "2026-01-06T10:01:00.000Z"},
    }));
    const Reply reply = service.get("/history?step=1m&from=" + from);
    CHECK(reply.status() == 200);
    CHECK(reply.at("/to") == to.c_str());
}

TEST_CASE("the history of a job has the percentiles of its durations and delays", "[management]") {
    Service service;
    const std::string job = service.given_job("job");
    for (int i = 0; i < 100; ++i)
        given_run(service, "run-" + std::to_string(i), job, ExecutionState::success, Seconds{i},
                  Millis{i + 1}, Millis{2 * i});
    given_run(service, "failed", job, ExecutionState::abandon, Seconds{120}, Millis{86'400'000},
              Millis{60'000});
    given_run(service, "running", job, ExecutionState::executing, Seconds{121});
    given_run(service, "waits", job, ExecutionState::pending, Seconds{122});
    given_run(service, "other", service.given_job("other"), ExecutionState::success, Seconds{1});
    service.clock.advance(Seconds{150});
    const Reply reply =
        service.get("/history?from=2026-01-05T10:00:00Z&to=2026-01-05T10:03:00Z&step=1m&job_id=" + job);
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/complete_from") == "2026-01-05T10:00:00.000Z");
    CHECK(reply.at("/buckets/0/success") == 60);
    CHECK(reply.at("/buckets/1/success") == 40);
    CHECK(reply.at("/buckets/2") ==
          bj::parse(R"({"at":"2026-01-05T10:02:00.000Z","success":0,"abandon":1,"interrupt":0,"failure":0,
        "executing":1,"pending":1,"late":1})"));
    CHECK(reply.at("/statistics/ended") == 101);
    CHECK(reply.at("/statistics/duration_ms") == bj::parse(R"({"p50":51,"p95":96,"p99":100})"));
    CHECK(reply.at("/statistics/lateness_ms") == bj::parse(R"({"p50":100,"p95":190,"p99":198})"));
    CHECK(reply.at("/statistics/durations/0") == bj::parse(R"({"from_ms":0,"to_ms":10,"count":9})"));
    CHECK(reply.at("/statistics/durations/1") == bj::parse(R"({"from_ms":10,"to_ms":20,"count":10})"));
    const bj::array durations = reply.at("/statistics/durations").as_array();
    CHECK(durations.back() == bj::parse(R"({"from_ms":86400000,"to_ms":null,"count":1})"));
}

TEST_CASE("the history of a job without executions has no percentiles", "[management]") {
    Service service;
    const auto job = GENERATE(std::string{"unknown"}, std::string(200, 'x'));
    const Reply reply = service.get("/history?job_id=" + job);
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/buckets").as_array().size() == 24);
    CHECK(reply.at("/statistics") == bj::parse(R"({"ended":0,"duration_ms":{"p50":null,"p95":null,"p99":null},
        "lateness_ms":{"p50":null,"p95":null,"p99":null},"durations":[]})"));
}

TEST_CASE("the history of a job with many executions is complete from the oldest that was read",
          "[management]") {
    Service service;
    for (int i = 0; i < 2'005; ++i)
        given_run(service, "run-" + std::to_string(i), "job", ExecutionState::success, Seconds{i / 2});
    const Reply reply =
        service.get("/history?from=2026-01-05T10:00:00Z&to=2026-01-05T10:20:00Z&step=20m&job_id=job");
    // Executions 0 to 3 were not read; 4 was, and began in the same second as 5.
    CHECK(reply.at("/complete_from") == "2026-01-05T10:00:03.000Z");
    CHECK(reply.at("/buckets/0/success") == 1'999);
}

TEST_CASE("the history of a job is limited to the caller's tenant", "[management]") {
    Guarded service;
    const std::string id = service.job_of("me", "mine");
    service.given_execution("own", id, ExecutionState::executing).tenant = TenantId{"me"};
    const std::string path =
        "/history?from=2026-01-05T09:00:00Z&to=2026-01-05T11:00:00Z&step=2h&job_id=" + id;
    CHECK(service.as("me", Method::get, path).at("/buckets/0/executing") == 1);
    CHECK(service.as("you", Method::get, path).at("/buckets/0/executing") == 0);
    CHECK(service.as("boss", Method::get, path + "&tenant=*").at("/buckets/0/executing") == 1);
    service.as("you", Method::get, "/history");
    CHECK(service.store.history_read.tenant == TenantId{"you"});
}

TEST_CASE("percentiles are values of the list, by nearest rank", "[management]") {
    using Values = std::vector<Millis>;
    CHECK_FALSE(JobHistory::percentiles({}).p50);
    CHECK(JobHistory::percentiles(Values{Millis{7}}).p99 == Millis{7});
    CHECK(JobHistory::percentiles(Values{Millis{2}, Millis{1}}).p50 == Millis{1});
    CHECK(JobHistory::percentiles(Values{Millis{2}, Millis{1}}).p95 == Millis{2});
}
