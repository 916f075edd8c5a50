#include "ecron/store/insights.hpp"

#include <catch2/catch.hpp>

#include "store/run_world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

const TenantId kTenant{"tenant-a"};

struct Insightful : RunWorld {
    using Ids = std::vector<std::string>;

    std::vector<Ids> runs_of(const std::vector<model::Job>& jobs, std::size_t per_job = 20) {
        LastRunsQuery query{.jobs = {}, .per_job = per_job};
        for (const model::Job& job : jobs) query.jobs.push_back({job.id, job.tenant});
        std::vector<Ids> all;
        for (const auto& of_job : must(store().insights->last_runs(query))) {
            Ids& ids = all.emplace_back();
            for (const ExecutionSummary& one : of_job) ids.push_back(one.execution.id.value());
        }
        return all;
    }
    /// A client of that tenant reports an execution of the job.
    void told(const std::string& id, const model::Job& job, const TenantId& tenant, Seconds offset) {
        model::Execution execution = a_run(job, Epoch{}, now);
        execution.id = ExecuteId{id};
        execution.state = ExecutionState::success;
        execution.begin_at = now + offset;
        execution.end_at = now + offset + Seconds{1};
        execution.tenant = tenant;
        must(store().reports->put_executions(tenant, {execution}, {}));
    }
    History history(const std::optional<TenantId>& tenant = {},
                    std::size_t examined = HistoryQuery::kExamined) {
        return must(store().insights->count_history({.tenant = tenant,
                                                     .from = now,
                                                     .to = now + Seconds{10},
                                                     .step = Seconds{5},
                                                     .now = now + Seconds{100},
                                                     .examined = examined}));
    }
    std::vector<FailingJob> failing(const std::optional<TenantId>& tenant = {}) {
        wait_for_none("select case when count(*) < 1 then 1 else 0 end from t_cron_job_last");
        return must(store().insights->failing_jobs(tenant, 20));
    }
};

}  // namespace

TEST_CASE("the last runs of several jobs are read together, newest first", "[store]") {
    Insightful world;
    std::vector<model::Job> jobs;
    for (int i = 0; i < 40; ++i) jobs.push_back(world.given_job("job " + std::to_string(i)));
    world.begin_term();
    const std::string a = world.given_run(jobs[0], ExecutionState::success).id.value();
    const std::string b = world.given_run(jobs[0], ExecutionState::abandon, Seconds{1}).id.value();
    const std::string c = world.given_run(jobs[39], ExecutionState::executing, Seconds{2}).id.value();
    world.given_run(jobs[39], ExecutionState::pending, Seconds{3});
    const auto all = world.runs_of(jobs);
    REQUIRE(all.size() == 40);
    CHECK(all[0] == Insightful::Ids{b, a});
    CHECK(all[1].empty());
    CHECK(all[39] == Insightful::Ids{c});
    CHECK(world.runs_of({jobs[0]}, 1).front() == Insightful::Ids{b});
    CHECK(world.runs_of({jobs[0]}, 0).front().empty());
    CHECK(world.runs_of({}).empty());
    const auto runs = world.must(world.store().insights->last_runs({.jobs = {{jobs[0].id, kTenant}}}));
    CHECK(runs.front().back().begin == world.now + Millis{3});
    CHECK(runs.front().back().end == world.now + Millis{1'234});
}

TEST_CASE("executions of another tenant that name a job are not its last runs", "[store]") {
    Insightful world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    const std::string own = world.given_run(job, ExecutionState::success).id.value();
    for (int i = 1; i <= 3; ++i)
        world.told("foreign-" + std::to_string(i), job, TenantId{"tenant-b"}, Seconds{i});
    const auto per_job = GENERATE(std::size_t{2}, std::size_t{20});
    CHECK(world.runs_of({job}, per_job).front() == Insightful::Ids{own});
    world.sql("update t_cron_job_status set f_is_deleted = 1 where f_execute_id = '" + own + "'");
    CHECK(world.runs_of({job}, per_job).front().empty());
}

TEST_CASE("a history counts executions by start and state", "[store]") {
    Insightful world;
    const model::Job job = world.given_job("job");
    const model::Job other = world.given_job("other", "tenant-b");
    world.begin_term();
    world.given_run(job, ExecutionState::success);
    const std::string late = world.given_run(job, ExecutionState::success, Seconds{4}).id.value();
    world.given_run(job, ExecutionState::abandon, Seconds{5});
    world.given_run(job, ExecutionState::interrupt, Seconds{6});
    world.given_run(job, ExecutionState::failure, Seconds{7});
    world.given_run(job, ExecutionState::executing, Seconds{8});
    world.given_run(job, ExecutionState::pending, Seconds{9});
    world.given_run(other, ExecutionState::success, Seconds{1});
    world.told("before", job, kTenant, Seconds{-1});
    world.told("after", job, kTenant, Seconds{10});
    world.sql("update t_cron_job_status set f_due = f_due - 60000 where f_execute_id = '" + late + "'");
    const HistoryBucket second{
        .abandon = 1, .interrupt = 1, .failure = 1, .executing = 1, .pending = 1, .late = 1};
    const History all = world.history();
    CHECK(all.buckets == std::vector{HistoryBucket{.success = 3, .late = 1}, second});
    CHECK(all.complete_from == world.now);
    CHECK(world.history(kTenant).buckets == std::vector{HistoryBucket{.success = 2, .late = 1}, second});
    CHECK(world.history(TenantId{"tenant-b"}).buckets == std::vector{HistoryBucket{.success = 1}, {}});
    CHECK(world.history(TenantId{"tenant-b "}).buckets == std::vector<HistoryBucket>(2));
    world.sql("update t_cron_job_status set f_is_deleted = 1 where f_job_status in (5, 6)");
    CHECK(world.history().buckets[1] == HistoryBucket{.interrupt = 1, .failure = 1, .executing = 1});
}

TEST_CASE("a history examines a bounded number of executions and says from when it is complete", "[store]") {
    Insightful world;
    const model::Job job = world.given_job("job");
    world.begin_term();
    for (int i = 0; i < 10; ++i) world.given_run(job, ExecutionState::success, Seconds{i});
    const History bounded = world.history(kTenant, 3);
    CHECK(bounded.complete_from == world.now + Seconds{7});
    CHECK(bounded.buckets == std::vector{HistoryBucket{}, HistoryBucket{.success = 4}});
    CHECK(world.history(kTenant, 9).complete_from == world.now + Seconds{1});
    CHECK(world.history(kTenant, 10).complete_from == world.now);
}

TEST_CASE("failing jobs are listed with their streak and its cause", "[store]") {
    Insightful world;
    const model::Job failing = world.given_job("failing");
    const model::Job recovered = world.given_job("recovered");
    const model::Job always = world.given_job("always", "tenant-b");
    world.begin_term();
    world.given_run(failing, ExecutionState::success);
    world.given_run(failing, ExecutionState::abandon, Seconds{1});
    world.given_run(failing, ExecutionState::interrupt, Seconds{2});
    const std::string last = world.given_run(failing, ExecutionState::abandon, Seconds{3}).id.value();
    world.given_run(failing, ExecutionState::executing, Seconds{4});
    world.given_run(recovered, ExecutionState::abandon);
    world.given_run(recovered, ExecutionState::success, Seconds{1});
    world.given_run(always, ExecutionState::abandon, Seconds{5});
    for (int i = 0; i < 20; ++i)
        world.sql(
            "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
            "f_begin_time, f_end_time, f_tenant_id, f_is_deleted, f_trigger) values ('old-" +
            std::to_string(i) + "', '" + always.id.value() +
            "', 2, 'always', 5, 1000, 1001, 'tenant-b', 0, 1)");
    world.reopen();  // writes the last states
    const auto of_tenant = world.failing(kTenant);
    REQUIRE(of_tenant.size() == 1);
    const FailingJob& one = of_tenant.front();
    CHECK(one.job.name == "failing");
    CHECK(one.job.id == failing.id);
    CHECK(one.execution.value() == last);
    CHECK(one.code == 500);
    CHECK(one.reason == "HTTP status 500");
    CHECK(one.streak == 3);
    CHECK(one.is_streak_complete);
    CHECK(one.since == world.now + Seconds{2});
    CHECK(one.last_success == world.now + Seconds{1});
    const auto all = world.failing();
    REQUIRE(all.size() == 2);
    CHECK(all.front().job.name == "always");
    CHECK(all.front().streak == 20);
    CHECK_FALSE(all.front().is_streak_complete);
    CHECK_FALSE(all.front().last_success);
}

TEST_CASE("the executions that run longest are found, of one tenant or of all", "[store]") {
    Insightful world;
    const model::Job job = world.given_job("job");
    const model::Job other = world.given_job("other", "tenant-b");
    world.begin_term();
    const std::string a = world.given_run(job, ExecutionState::executing, Seconds{3}).id.value();
    const std::string b = world.given_run(other, ExecutionState::executing, Seconds{1}).id.value();
    const std::string c = world.given_run(job, ExecutionState::executing, Seconds{2}).id.value();
    world.given_run(job, ExecutionState::success);
    const auto ids = [&](const std::optional<TenantId>& tenant, std::size_t limit) {
        Insightful::Ids found;
        for (const ExecutionSummary& one : world.must(world.store().insights->longest_running(tenant, limit)))
            found.push_back(one.execution.id.value());
        return found;
    };
    CHECK(ids({}, 20) == Insightful::Ids{b, c, a});
    CHECK(ids({}, 2) == Insightful::Ids{b, c});
    CHECK(ids(kTenant, 20) == Insightful::Ids{c, a});
    CHECK(ids(TenantId{"tenant"}, 20).empty());
}

TEST_CASE("incidents are counted since an instant, of one tenant or of all", "[store]") {
    Insightful world;
    const model::Job job = world.given_job("job");
    const model::Job other = world.given_job("other", "tenant-b");
    world.begin_term();
    world.given_run(job, ExecutionState::success);
    world.given_run(job, ExecutionState::success, Seconds{1});
    world.given_run(other, ExecutionState::pending, Seconds{2});
    const auto incidents = [&](const std::optional<TenantId>& tenant, Seconds since,
                               std::size_t examined = 20'000) {
        const Incidents found = world.must(world.store().insights->incidents({.tenant = tenant,
                                                                              .since = world.now + since,
                                                                              .now = world.now + Seconds{62},
                                                                              .examined = examined}));
        return std::vector{found.late, found.missed, found.dead_letters};
    };
    using Counts = std::vector<std::int64_t>;
    CHECK(incidents(kTenant, Seconds{0}) == Counts{0, 0, 0});
    CHECK(incidents({}, Seconds{0}) == Counts{1, 0, 0});  // the pending one is due for a minute
    world.sql("update t_cron_job_status set f_due = f_due - 60000 where f_job_status = 1");
    CHECK(incidents(kTenant, Seconds{0}) == Counts{2, 0, 0});
    CHECK(incidents(kTenant, Seconds{1}) == Counts{1, 0, 0});
    CHECK(incidents(kTenant, Seconds{0}, 1) == Counts{1, 0, 0});
    const auto missed = [&](const model::Job& of, Seconds offset, int count) {
        const std::string at = std::to_string(to_unix_millis(world.now + offset));
        world.sql("insert into t_cron_missed (f_job_key, f_from, f_to, f_count, f_reason, f_at) values (" +
                  std::to_string(of.key.value()) + ", " + at + ", " + at + ", " + std::to_string(count) +
                  ", 'misfire', " + at + ")");
    };
    missed(job, Seconds{5}, 3);
    missed(job, Seconds{-5}, 7);
    missed(other, Seconds{5}, 2);
    const auto dead_letter = [&](const std::string& tenant) {
        world.sql(
            "insert into t_cron_dead_letter (f_channel, f_message_id, f_execute_id, f_tenant_id, f_receiver, "
            "f_url, f_payload, f_created, f_died, f_tries, f_code, f_reason) values (1, 'm', 'e', '" +
            tenant + "', 'r', 'u', '{}', 1, 1, 1, 0, '')");
    };
    dead_letter("tenant-a");
    dead_letter("tenant-a");
    dead_letter("tenant-b");
    CHECK(incidents(kTenant, Seconds{0}) == Counts{2, 3, 2});
    CHECK(incidents({}, Seconds{-10}) == Counts{3, 12, 3});
}

TEST_CASE("the health names the database and its version", "[store]") {
    World world;
    world.open();
    const Health health = world.store().health();
    CHECK(health.driver == world.options().driver);
    CHECK(health.version.contains('.'));
}
