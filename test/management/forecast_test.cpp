#include "management/forecast.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::management;

namespace {

const Instant kFrom{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
constexpr std::chrono::hours kDay{24};

/// Adds jobs to a table, and forecasts them.
struct Table {
    model::Rules rules;
    PlanTable table{rules};
    std::int64_t last_key{0};

    JobKey add(const std::string& cron_time, const std::string& tenant = "a",
               model::JobType type = model::JobType::scheduled) {
        const JobKey key{++last_key};
        const std::string id = "job-" + std::to_string(last_key);
        table.put({.key = key,
                   .id = id,
                   .cron_time = cron_time,
                   .type = type,
                   .tenant = tenant,
                   .created_at = kFrom + Seconds{last_key}});
        return key;
    }
    template <class Collector>
    Collector given(Collector collector, const std::optional<TenantId>& tenant = {}) {
        PlanTable::Cursor cursor;
        table.each(cursor, tenant, [&](const PlanTable::Group& group) {
            collector.add(group);
            return true;
        });
        return collector;
    }
};

}  // namespace

TEST_CASE("jobs with the same schedule are one group", "[management]") {
    Table jobs;
    for (int i = 0; i < 3; ++i) jobs.add("0 * * * *");
    jobs.add("0 * * * *", "b");
    jobs.add("5 * * * *");
    CHECK(jobs.table.groups() == 3);
    // These depend on the id or the creation of the job.
    for (int i = 0; i < 2; ++i) jobs.add("H * * * *"), jobs.add("@every 90s");
    CHECK(jobs.table.groups() == 7);
    CHECK(jobs.table.jobs() == 9);
    const Forecast forecast =
        jobs.given(Forecast{{.from = kFrom, .to = kFrom + kDay, .step = kDay}, 2}, TenantId{"b"});
    CHECK(forecast.total() == 24);
    REQUIRE(forecast.buckets().front().jobs.size() == 1);
    CHECK(forecast.buckets().front().jobs.front().job == JobId{"job-4"});
}

TEST_CASE("a group ends with its last job", "[management]") {
    Table jobs;
    const JobKey first = jobs.add("0 12 * * *");
    const JobKey second = jobs.add("0 12 * * *");
    const JobKey third = jobs.add("0 12 * * *");
    const auto total = [&] {
        return jobs.given(Forecast{{.from = kFrom, .to = kFrom + kDay, .step = kDay}, 3}).total();
    };
    jobs.table.remove(first);
    CHECK(total() == 2);
    jobs.table.remove(third);
    jobs.table.remove(third);
    CHECK(total() == 1);
    jobs.table.remove(second);
    CHECK(total() == 0);
    CHECK(jobs.table.groups() == 0);
}

TEST_CASE("a cursor stays valid while groups are added and removed", "[management]") {
    Table jobs;
    const JobKey first = jobs.add("0 1 * * *");
    jobs.add("0 2 * * *");
    jobs.add("0 3 * * *", "b");
    PlanTable::Cursor cursor;
    const auto next = [&](const std::optional<TenantId>& tenant = {}) {
        JobId job;
        jobs.table.each(cursor, tenant, [&](const PlanTable::Group& group) {
            job = group.job(0);
            return false;
        });
        return job;
    };
    CHECK(next() == JobId{"job-1"});
    jobs.table.remove(first);
    CHECK(next() == JobId{"job-2"});
    CHECK(next(TenantId{"a"}) == JobId{});
    CHECK(next() == JobId{"job-3"});
    CHECK(next() == JobId{});
}

TEST_CASE("schedules of every second do not make a forecast unlimited", "[management]") {
    Table jobs;
    for (int i = 0; i < 100; ++i) jobs.add("* * * * * *", std::to_string(i));
    const Forecast::Range year{.from = kFrom, .to = kFrom + 365 * kDay, .step = kDay};
    const Forecast forecast = jobs.given(Forecast{year, 1});
    CHECK_FALSE(forecast.is_complete());
    CHECK(forecast.examined() <= 2'000'000);
    CHECK(forecast.total() <= 2'000'000);
}

TEST_CASE("the next runs are the earliest of all jobs, one per job", "[management]") {
    Table jobs;
    jobs.add("0 12 * * *");
    jobs.add("0 * * * *");
    jobs.add("0 * * * *");
    jobs.add("30 * * * *");
    const NextRuns runs = jobs.given(NextRuns{kFrom + Seconds{1}, kFrom + kDay, 3});
    REQUIRE(runs.next().size() == 3);
    CHECK(runs.next()[0].job == JobId{"job-4"});
    CHECK(runs.next()[1].at == kFrom + std::chrono::hours{1});
    CHECK(runs.next()[2].at == kFrom + std::chrono::hours{1});
}

TEST_CASE("a timed job counts once in a forecast, and a job on request not at all", "[management]") {
    Table jobs;
    jobs.add("0 * * * *", "a", model::JobType::timed);
    jobs.add("", "a", model::JobType::real_time);
    jobs.add("not an expression");
    const Forecast forecast =
        jobs.given(Forecast{{.from = kFrom, .to = kFrom + 2 * kDay, .step = std::chrono::hours{1}}, 0});
    CHECK(forecast.total() == 1);
    CHECK(forecast.is_complete());
}
