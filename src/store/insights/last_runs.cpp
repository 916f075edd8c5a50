#include "store/insights/last_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "store/executions/execution_search.hpp"
#include "store/executions/summaries.hpp"
#include "store/jobs/job_search.hpp"
#include "store/sql/conditions.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

/// The parts of a union: SQLite permits 500.
constexpr std::size_t kJobsOfStatement = 32;
constexpr int kOpenExamined = 10'000;

using Runs = std::vector<model::Execution>;

/// One part per job, because MySQL 5.7 has no window functions, and those would read all rows of a job. The
/// parts read the index only.
std::string newest_of(const Dialect& dialect, std::size_t jobs, std::size_t per_job) {
    std::string parts;
    for (std::size_t i = 0; i < jobs; ++i)
        parts += fmt::format(
            "{0}select * from (select f_key_id as f_run from t_cron_job_status{1} where f_job_id = :p{2} and "
            "f_begin_time > 0 order by f_begin_time desc, f_key_id desc limit {3}) r{2}",
            i == 0 ? "" : " union all ", dialect.use_index("t_cron_job_status", "index_job_begin"), i,
            per_job);
    return fmt::format("select {} from ({}) r {} t_cron_job_status on f_key_id = f_run", kSummaryColumns,
                       parts, dialect.texts.ordered_join);
}

bool is_own(const model::Execution& execution, const OwnedJob& job) {
    return execution.job_id == job.id && execution.tenant == job.tenant && !execution.deleted;
}

/// A client may have stored executions that name a job of another tenant.
Runs own_runs(Session& session, Runs runs, const OwnedJob& job, std::size_t per_job) {
    const std::size_t read = runs.size();
    std::erase_if(runs, [&](const model::Execution& execution) { return !is_own(execution, job); });
    if (read < per_job || runs.size() == read) return runs;
    ExecutionPage page = search_executions(session, {.tenant = job.tenant, .job = job.id, .limit = per_job});
    Runs found;
    for (ExecutionSummary& summary : page.executions)
        if (summary.execution.begin_at) found.push_back(std::move(summary.execution));
    return found;
}

/// The newest executions that have started, newest first, for each job.
std::vector<Runs> newest_runs(Session& session, std::span<const OwnedJob> jobs, std::size_t per_job) {
    std::vector<Runs> all(jobs.size());
    if (per_job == 0) return all;
    std::unordered_map<std::string_view, std::size_t> place;
    for (std::size_t i = 0; i < jobs.size(); ++i) place.emplace(jobs[i].id.value(), i);
    for (std::size_t at = 0; at < jobs.size(); at += kJobsOfStatement) {
        const std::size_t count = std::min(kJobsOfStatement, jobs.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(newest_of(session.dialect(), size, per_job),
                                            std::string(size, 's'), kExecutionTypes);
        for (std::size_t i = 0; i < size; ++i) select << (i < count ? jobs[at + i].id.value() : "");
        for (select.run(); select.fetch();) {
            const auto found = place.find(select.text(2));
            if (found != place.end()) all[found->second].push_back(read_execution_row(select));
        }
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        std::ranges::sort(all[i], std::ranges::greater{}, [](const model::Execution& execution) {
            return std::pair{execution.begin_at, execution.key};
        });
        all[i] = own_runs(session, std::move(all[i]), jobs[i], per_job);
    }
    return all;
}

/// The owners of the jobs that still exist.
std::vector<OwnedJob> owned(Session& session, std::span<const JobPlace> places) {
    std::unordered_map<std::int64_t, std::string> tenants;
    for (std::size_t at = 0; at < places.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, places.size() - at);
        const std::size_t size = list_size(count);
        Statement& select =
            session.prepare(fmt::format("select f_key_id, coalesce(f_tenant_id, '') from t_cron_job where "
                                        "f_key_id in ({})",
                                        placeholders(size)),
                            std::string(size, 'i'), "is");
        for (std::size_t i = 0; i < size; ++i) select << places[at + std::min(i, count - 1)].key.value();
        for (select.run(); select.fetch();) tenants.emplace(select.integer(0), select.text(1));
    }
    std::vector<OwnedJob> jobs;
    for (const JobPlace& place : places) jobs.push_back({place.id, TenantId{tenants[place.key.value()]}});
    return jobs;
}

/// Reads the streak from the runs of a job, newest first.
void add_streak(FailingJob& failing, const Runs& runs) {
    for (const model::Execution& run : runs) {
        if (!model::is_end(run.state)) continue;
        if (run.state == model::ExecutionState::success) {
            failing.last_success = run.end_at;
            return;
        }
        if (failing.execution.value().empty()) {
            failing.execution = run.id;
            failing.reason = run.reason;
        }
        failing.since = run.end_at;
        ++failing.streak;
    }
    failing.is_streak_complete = runs.size() < FailingJob::kExamined;
}

/// Adds the code and the reason of the last attempt of each execution.
void add_outcomes(Session& session, std::vector<FailingJob>& failing) {
    for (FailingJob& one : failing) {
        if (one.execution.value().empty()) continue;
        Statement& read = session.prepare(
            "select f_code, f_reason from t_cron_attempt where f_execute_id = :id order by f_attempt desc "
            "limit "
            "1",
            "s", "is");
        read << one.execution.value();
        if (!read.first()) continue;
        one.code = static_cast<int>(read.integer(0));
        if (!read.text(1).empty()) one.reason = read.text(1);
    }
}

}  // namespace

std::vector<std::vector<ExecutionSummary>> last_runs(Session& session, const LastRunsQuery& query) {
    std::vector<std::vector<ExecutionSummary>> all;
    for (Runs& runs : newest_runs(session, query.jobs, query.per_job)) {
        auto& summaries = all.emplace_back();
        for (model::Execution& run : runs) summaries.push_back({std::move(run), {}, {}});
    }
    std::vector<ExecutionSummary*> summaries;
    for (auto& of_job : all)
        for (ExecutionSummary& summary : of_job) summaries.push_back(&summary);
    add_attempts(session, summaries);
    return all;
}

std::vector<FailingJob> failing_jobs(Session& session, const std::optional<TenantId>& tenant,
                                     const std::size_t& limit) {
    JobPage page = search_jobs(
        session,
        {.tenant = tenant, .enabled = true, .state = model::ExecutionState::abandon, .limit = limit});
    const std::vector<Runs> runs = newest_runs(session, owned(session, page.places), FailingJob::kExamined);
    std::vector<FailingJob> failing;
    for (std::size_t i = 0; i < page.places.size(); ++i) {
        failing.push_back({.job = std::move(page.places[i])});
        add_streak(failing.back(), runs[i]);
    }
    add_outcomes(session, failing);
    return failing;
}

std::vector<ExecutionSummary> longest_running(Session& session, const std::optional<TenantId>& tenant,
                                              const std::size_t& limit) {
    Conditions conditions;
    if (tenant) conditions.add_exactly(session.dialect(), "f_tenant_id", tenant->value());
    Statement& select = session.prepare(
        fmt::format("select f_key_id from (select f_key_id, f_begin_time, f_tenant_id, f_is_deleted from "
                    "t_cron_job_status{} where f_job_status = 2 and f_trigger in (1, 2, 3) limit {}) r where "
                    "coalesce(f_is_deleted, 0) = 0{} order by f_begin_time, f_key_id limit :rows",
                    session.dialect().use_index("t_cron_job_status", "index_open"), kOpenExamined,
                    conditions.sql()),
        conditions.types() + 'i', "i");
    conditions.bind(select);
    select << static_cast<std::int64_t>(limit);
    std::vector<std::int64_t> keys;
    for (select.run(); select.fetch();) keys.push_back(select.integer(0));
    std::vector<ExecutionSummary> running;
    for (model::Execution& execution : executions_at(session, keys))
        if (execution.state == model::ExecutionState::executing)  // may have ended since
            running.push_back({std::move(execution), {}, {}});
    std::ranges::sort(running, {}, [](const ExecutionSummary& summary) {
        return std::pair{summary.execution.begin_at, summary.execution.key};
    });
    std::vector<ExecutionSummary*> all;
    for (ExecutionSummary& summary : running) all.push_back(&summary);
    add_attempts(session, all);
    return running;
}

}  // namespace ecron::store
