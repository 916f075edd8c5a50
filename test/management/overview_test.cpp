#include "management/plans.hpp"

#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

TEST_CASE("the overview counts jobs and executions and shows the planning delay", "[management]") {
    Service service;
    const std::string id = service.given_job("a", "0 12 * * *");
    service.put("/job/" + id + "/enable", R"({"enable":false})");
    service.given_job("b", "30 10 * * *");
    service.given_job("c", "0 11 * * *");
    service.given_execution("r", "j", model::ExecutionState::executing);
    service.store.state_of_cluster.now = service.clock.now();
    service.store.state_of_cluster.shards = {{.watermark = service.clock.now() - Seconds{3}},
                                             {.watermark = service.clock.now() + Seconds{1}}};
    const Reply reply = service.get("/overview");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/jobs") == bj::parse(R"({"enabled":2,"disabled":1})"));
    CHECK(reply.at("/executions/executing") == 1);
    CHECK(reply.at("/lag_seconds").to_number<double>() == 3);
    CHECK(reply.at("/paused") == false);
    CHECK_FALSE(reply.json().as_object().contains("next"));
    service.post("/scheduling/pause", "");
    const Reply next = service.get("/overview?next=1");
    CHECK(next.at("/paused") == true);
    CHECK(next.at("/next").as_array().size() == 1);
    CHECK(next.at("/next/0/at") == "2026-01-05T10:30:00.000Z");
    CHECK(next.at("/next/0/job_name") == "b");
    CHECK(next.at("/next_complete") == true);
    CHECK(service.get("/overview?next=101").at("/detail/parameters/0") == "next");
    service.store.away = true;
    CHECK(service.get("/overview").status() == 503);
}

TEST_CASE("the overview explains what fails, runs long or is late", "[management]") {
    Service service;
    const std::string id = service.given_job("failing");
    service.store.failures = {{.job = {.key = JobKey{1}, .id = JobId{id}, .name = "failing"},
                               .execution = ExecuteId{"last"},
                               .reason = "HTTP status 500",
                               .code = 500,
                               .since = service.clock.now() - Seconds{60},
                               .streak = 20,
                               .is_streak_complete = false}};
    service.store.wrong = {.late = 1, .missed = 2, .dead_letters = 3};
    const auto given = [&](const std::string& name, model::ExecutionState state, Seconds began) {
        model::Execution& run = service.given_execution(name, id, state);
        run.job_name = "failing";
        run.begin_at = service.clock.now() - began;
        if (model::is_end(state)) run.end_at = *run.begin_at + Seconds{4};
    };
    given("ended", model::ExecutionState::success, Seconds{90});
    given("younger", model::ExecutionState::executing, Seconds{30});
    given("older", model::ExecutionState::executing, Seconds{60});
    const Reply reply = service.get("/overview");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/failing") ==
          bj::array{bj::parse(R"({"job_id":")" + id + R"(","job_name":"failing","execute_id":"last",
        "reason":"HTTP status 500","code":500,"since":"2026-01-05T09:59:00.000Z","streak":20,
        "streak_complete":false,"last_success_at":""})")});
    CHECK(reply.at("/executing/0") ==
          bj::parse(R"({"execute_id":"older","job_id":")" + id + R"(","job_name":"failing",
        "begin_at":"2026-01-05T09:59:00.000Z","p95_ms":4000})"));
    CHECK(reply.at("/executing/1/execute_id") == "younger");
    REQUIRE(service.store.run_reads.size() == 1);
    CHECK(service.store.run_reads.front().jobs.size() == 1);
    CHECK(reply.at("/late") == 1);
    CHECK(reply.at("/missed") == 2);
    CHECK(reply.at("/dead_letters") == 3);
}

TEST_CASE("the overview is limited to the caller's tenant", "[management]") {
    Guarded service;
    const std::string id = service.job_of("me", "mine");
    service.store.failures = {{.job = {.key = JobKey{1}, .id = JobId{id}, .name = "mine"}}};
    service.given_execution("run", id, model::ExecutionState::executing).tenant = TenantId{"me"};
    const auto sizes = [&](const std::string& token, const std::string& query) {
        const Reply reply = service.as(token, Method::get, "/overview" + query);
        return std::pair{reply.at("/failing").as_array().size(), reply.at("/executing").as_array().size()};
    };
    using Sizes = std::pair<std::size_t, std::size_t>;
    CHECK(sizes("me", "") == Sizes{1, 1});
    CHECK(sizes("you", "") == Sizes{0, 0});
    CHECK(sizes("boss", "") == Sizes{0, 0});
    CHECK(sizes("boss", "?tenant=*") == Sizes{1, 1});
}

TEST_CASE("a forecast counts occurrences in buckets and names the jobs behind them", "[management]") {
    Service service;
    const std::string often = service.given_job("often", "*/10 * * * *");
    const std::string once = service.given_job("hourly", "5 * * * *");
    const Reply reply =
        service.get("/forecast?from=2026-01-05T10:00:00Z&to=2026-01-05T12:30:00Z&step=1h&jobs=1");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/complete") == true);
    CHECK(reply.at("/total") == 6 + 1 + 6 + 1 + 3 + 1);
    CHECK(reply.at("/step") == "1h");
    CHECK(reply.at("/buckets").as_array().size() == 3);
    CHECK(reply.at("/buckets/1/at") == "2026-01-05T11:00:00.000Z");
    CHECK(reply.at("/buckets/1/count") == 7);
    CHECK(reply.at("/buckets/1/jobs") == bj::array{bj::object{{"job_id", bj::value(often)}, {"count", 6}}});
    CHECK(service.get("/forecast?jobs=2").at("/buckets/0/jobs/1/job_id") == once.c_str());
    CHECK(service.get("/forecast").at("/buckets").as_array().size() == 24);
}

TEST_CASE("a forecast is limited to its range, the caller's jobs and enabled jobs", "[management]") {
    Guarded service;
    service.job_of("you", "theirs");
    const std::string id = service.job_of("me", "mine");
    CHECK(service.as("me", Method::get, "/forecast").at("/total") == 1);
    CHECK(service.as("boss", Method::get, "/forecast?tenant=*").at("/total") == 2);
    service.as("me", Method::put, "/job/" + id + "/enable", R"({"enable":false})");
    CHECK(service.as("me", Method::get, "/forecast").at("/total") == 0);
}

TEST_CASE("invalid ranges of a forecast are refused, each with its reason", "[management]") {
    Service service;
    const auto [query, field] = GENERATE(table<std::string, std::string>({
        {"from=x", "from"},
        {"to=2026-01-05T09:00:00Z", "to"},
        {"from=2026-01-05T10:00:00Z&to=2026-01-05T10:00:00Z", "to"},
        {"from=9999-12-31T00:00:00Z", "to"},
        {"step=0", "step"},
        {"step=soon", "step"},
        {"step=1s", "step"},
        {"jobs=101", "jobs"},
        {"jobs=-1", "jobs"},
        {"step=90s&jobs=20", "jobs"},
    }));
    CAPTURE(query);
    const Reply reply = service.get("/forecast?" + query);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters/0") == field.c_str());
    CHECK_FALSE(reply.at("/detail/reasons/0/reason").as_string().empty());
}

TEST_CASE("a forecast follows changes of jobs without loading all of them again", "[management]") {
    Service service;
    const std::string path = "/forecast?from=2026-01-06T00:00:00Z&to=2026-01-07T00:00:00Z&step=1d";
    const auto total = [&] { return service.get(path).at("/total").to_number<int>(); };
    const std::string daily = service.given_job("daily", "0 12 * * *");
    const std::string hourly = service.given_job("hourly", "0 * * * *");
    CHECK(total() == 25);
    service.given_job("other hourly", "0 * * * *");
    CHECK(total() == 49);
    service.put("/job/" + daily + "/enable", R"({"enable":false})");
    CHECK(total() == 48);
    service.ask(Method::patch, "/job/" + hourly, R"({"job_cron_time":"0 */2 * * *"})");
    CHECK(total() == 36);
    service.ask(Method::delete_, "/job/" + hourly);
    CHECK(total() == 24);
    CHECK(service.store.loads == 1);
    service.clock.advance(std::chrono::hours{2});  // the change log may have lost changes meanwhile
    CHECK(total() == 24);
    CHECK(service.store.loads == 2);
}

TEST_CASE("a tenant has one forecast at a time, and a node a few", "[management]") {
    Service service;
    Plans plans{service.clock, service.store, service.options.rules};
    const Plans::Turn first{plans, TenantId{"a"}};
    CHECK(first.is_free());
    {
        const Plans::Turn second{plans, TenantId{"a"}};
        CHECK_FALSE(second.is_free());
    }
    std::vector<std::unique_ptr<Plans::Turn>> others;
    for (std::size_t i = 1; i < Plans::kMaxForecasts; ++i) {
        others.push_back(std::make_unique<Plans::Turn>(plans, TenantId{std::to_string(i)}));
        CHECK(others.back()->is_free());
    }
    CHECK_FALSE(Plans::Turn(plans, TenantId{"b"}).is_free());
    others.pop_back();
    CHECK(Plans::Turn(plans, TenantId{"b"}).is_free());
}
