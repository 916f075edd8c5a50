#include "management/forecast.hpp"

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
    CHECK(service.store.searched.state == model::ExecutionState::abandon);
    CHECK_FALSE(reply.json().as_object().contains("next"));
    service.post("/scheduling/pause", "");
    const Reply next = service.get("/overview?next=1");
    CHECK(next.at("/paused") == true);
    CHECK(next.at("/next").as_array().size() == 1);
    CHECK(next.at("/next/0/at") == "2026-01-05T10:30:00.000Z");
    CHECK(next.at("/next_complete") == true);
    CHECK(service.get("/overview?next=101").at("/detail/parameters/0") == "next");
    service.store.away = true;
    CHECK(service.get("/overview").status() == 503);
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
        {"step=0", "step"},
        {"step=soon", "step"},
        {"step=1s", "step"},
        {"jobs=21", "jobs"},
        {"jobs=-1", "jobs"},
        {"step=90s&jobs=20", "jobs"},
    }));
    CAPTURE(query);
    const Reply reply = service.get("/forecast?" + query);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters/0") == field.c_str());
    CHECK_FALSE(reply.at("/detail/reasons/0/reason").as_string().empty());
}

TEST_CASE("schedules of every second do not make a forecast unlimited", "[management]") {
    const model::Rules rules;
    const Instant from{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
    Forecast forecast{
        {.from = from, .to = from + std::chrono::hours{24 * 365}, .step = std::chrono::hours{24}},
        {.jobs_per_bucket = 1, .next = 2},
        std::nullopt,
        rules};
    for (int i = 0; i < 100; ++i)
        forecast.add({.id = "j", .cron_time = "* * * * * *", .type = model::JobType::scheduled});
    CHECK_FALSE(forecast.is_complete());
    CHECK(forecast.total() <= 2'000'000);
    CHECK(forecast.next().size() == 2);
}

TEST_CASE("a timed job counts once in a forecast, and a job on request not at all", "[management]") {
    const model::Rules rules;
    const Instant from{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
    Forecast forecast{{.from = from, .to = from + std::chrono::hours{48}, .step = std::chrono::hours{1}},
                      {},
                      std::nullopt,
                      rules};
    forecast.add({.id = "a", .cron_time = "0 * * * *", .type = model::JobType::timed});
    forecast.add({.id = "b", .cron_time = "", .type = model::JobType::real_time});
    forecast.add({.id = "c", .cron_time = "not an expression", .type = model::JobType::scheduled});
    CHECK(forecast.total() == 1);
    CHECK(forecast.is_complete());
}
