#include <catch2/catch.hpp>

#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::model;

namespace {

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

std::string warnings_of(std::string_view cron_time, std::string_view context,
                        std::string_view type = "scheduled") {
    const std::string text = R"({"job_name":"a","job_cron_time":")" + std::string{cron_time} +
                             R"(","job_type":")" + std::string{type} +
                             R"(","job_context":{"mode":"http","exec":"http://h/")" + std::string{context} +
                             "}}";
    const auto input = read_job(text, Purpose::store, Rules{}, at("2026-01-05T00:00:00Z"));
    REQUIRE(input);
    std::string all;
    for (const std::string& warning : input->warnings) all += (all.empty() ? "" : "; ") + warning;
    return all;
}

}  // namespace

TEST_CASE("warns of a plan that contradicts its schedule", "[model]") {
    const auto [cron_time, context, warning] = GENERATE(table<std::string, std::string, std::string>({
        {"0 2 * * *", "", ""},
        {"0 2 * * *", R"(,"begin_at":"2026-01-05T02:00:00Z","end_at":"2026-01-05T02:00:00Z")", ""},
        {"0 2 * * *", R"(,"begin_at":"2026-01-05T02:00:01Z","end_at":"2026-01-06T01:59:59Z")",
         "the schedule has no occurrence between begin_at 2026-01-05T02:00:01Z and end_at "
         "2026-01-06T01:59:59Z, so the job never runs"},
        {"0 2 * * *", R"(,"end_at":"2026-01-05T01:00:00Z")",
         "the schedule has no occurrence until end_at 2026-01-05T01:00:00Z, so the job never runs"},
        {"0 2 * * *", R"(,"end_at":"2020-01-01T00:00:00Z")",
         "end_at 2020-01-01T00:00:00Z is in the past, so the job never runs"},
        {"0 0 0 1 1 * 2027", R"(,"begin_at":"2028-01-01T00:00:00Z")",
         "the schedule has no occurrence after begin_at 2028-01-01T00:00:00Z, so the job never runs"},
        {"*/5 * * * *", R"(,"jitter":"5m")", ""},
        {"*/5 * * * *", R"(,"jitter":"6m")",
         "the jitter 6m is longer than the interval 5m between occurrences, so executions may overlap or "
         "start in another order"},
        {"0,10 9 * * *", R"(,"jitter":"1h")",
         "the jitter 1h is longer than the interval 10m between occurrences, so executions may overlap or "
         "start in another order"},
        {"@every 30s", R"(,"jitter":"1m")",
         "the jitter 1m is longer than the interval 30s between occurrences, so executions may overlap or "
         "start in another order"},
    }));
    CAPTURE(cron_time, context);
    CHECK(warnings_of(cron_time, context) == warning);
}

TEST_CASE("checks the window of a timed job at its instant", "[model]") {
    CHECK(warnings_of("2026-01-05T02:00:00.5Z", R"(,"end_at":"2026-01-05T02:00:00Z","jitter":"1h")", "timed")
              .empty());
    CHECK_FALSE(warnings_of("2026-01-05T02:00:01Z", R"(,"end_at":"2026-01-05T02:00:00Z")", "timed").empty());
}

TEST_CASE("H depends on the id of the job to be created", "[model]") {
    const std::string text = R"({"job_name":"a","job_cron_time":"H H * * *","job_type":"scheduled",)"
                             R"("job_context":{"mode":"http","exec":"http://h/"}})";
    const Instant now = at("2026-01-05T00:00:00Z");
    CHECK(read_job(text, Purpose::store, Rules{}, now)->warnings.size() == 1);
    CHECK(read_job(text, Purpose::store, Rules{}, now, nullptr, JobId{"job"})->warnings.empty());
}
