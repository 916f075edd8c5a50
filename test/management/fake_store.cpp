#include "management/fake_store.hpp"

#include "ecron/model/execute_id.hpp"

#include <algorithm>

#include "ecron/model/json.hpp"

namespace ecron::management::test {
namespace {

std::unexpected<Error> gone() { return fail(Errc::unavailable, "the database is away"); }
std::unexpected<Error> no_job() { return fail(Errc::not_found, "no such job", {"job_id"}); }
template <class T> bool contains(const std::vector<T>& list, const T& wanted) {
    return std::ranges::find(list, wanted) != list.end();
}
bool theirs(const std::optional<TenantId>& tenant, const TenantId& owner) {
    return !tenant || *tenant == owner;
}

bool shown(const model::Execution& execution, const store::ExecutionFilter& filter) {
    const bool state_fits = filter.states.empty() ? execution.state != model::ExecutionState::pending
                                                  : contains(filter.states, execution.state);
    return theirs(filter.tenant, execution.tenant) && !execution.deleted && state_fits &&
           (filter.jobs.empty() || contains(filter.jobs, execution.job_id)) &&
           (!filter.type || *filter.type == execution.job_type) &&
           (!filter.begin_from || execution.begin_at >= filter.begin_from) &&
           (!filter.begin_until || (execution.begin_at && execution.begin_at <= filter.begin_until)) &&
           (!filter.before || std::pair{execution.begin_at, execution.key} <
                                  std::pair{filter.before->begin, filter.before->key});
}

}  // namespace

std::vector<model::Job*> FakeStore::of(const std::optional<TenantId>& tenant, const std::vector<JobId>& ids) {
    std::vector<model::Job*> found;
    for (model::Job& job : jobs)
        if (theirs(tenant, job.tenant) && contains(ids, job.id)) found.push_back(&job);
    return found;
}

store::Awaitable<model::Job> FakeStore::create_job(model::Job job, std::string,
                                                   std::optional<store::AuditEntry> audit) {
    if (away) co_return gone();
    if (names_appear > 0 && names_appear-- > 0) {
        model::Job other = job;
        other.id = JobId{"another client's"};
        other.key = JobKey{++last_key_};
        other.revision = ChangeNumber{++changes};
        jobs.push_back(std::move(other));
    }
    for (const model::Job& other : jobs)
        if (other.name == job.name && other.tenant == job.tenant)
            co_return fail(Errc::conflict, "the name is taken", {"job_name"});
    job.key = JobKey{++last_key_};
    job.revision = changed(job);
    jobs.push_back(job);
    if (audit) audited.add(std::move(*audit));
    co_return job;
}

store::Awaitable<model::Job> FakeStore::replace_job(std::optional<TenantId> tenant, model::Job job,
                                                    std::string, std::optional<ChangeNumber> if_match) {
    if (away) co_return gone();
    const auto found = of(tenant, {job.id});
    if (found.empty()) co_return no_job();
    if (races > 0 && races-- > 0) {
        found.front()->remarks = "changed by a race";
        found.front()->revision = ChangeNumber{++changes};
    }
    for (const model::Job& other : jobs)
        if (other.name == job.name && other.tenant == job.tenant && other.id != job.id)
            co_return fail(Errc::conflict, "the name is taken", {"job_name"});
    if (if_match && *if_match != found.front()->revision)
        co_return fail(Errc::conflict, "another revision", {"revision"});
    job.key = found.front()->key;
    job.revision = changed(job);
    *found.front() = job;
    co_return job;
}

store::Awaitable<std::vector<model::Job>> FakeStore::delete_jobs(std::optional<TenantId> tenant,
                                                                 std::vector<JobId> ids) {
    if (away) co_return gone();
    std::vector<model::Job> deleted;
    for (const model::Job* job : of(tenant, ids)) changed(*job), deleted.push_back(*job);
    std::erase_if(jobs,
                  [&](const model::Job& job) { return theirs(tenant, job.tenant) && contains(ids, job.id); });
    co_return deleted;
}

store::Awaitable<std::vector<model::Job>> FakeStore::enable_jobs(std::optional<TenantId> tenant,
                                                                 std::vector<JobId> ids, bool enabled) {
    if (away) co_return gone();
    const auto found = of(tenant, ids);
    if (found.size() != ids.size()) co_return no_job();
    std::vector<model::Job> enabled_now;
    for (model::Job* job : found) job->enabled = enabled, changed(*job), enabled_now.push_back(*job);
    co_return enabled_now;
}

store::Awaitable<std::vector<model::Job>> FakeStore::notify_jobs(std::optional<TenantId> tenant,
                                                                 std::vector<JobId> ids,
                                                                 std::string webhook) {
    if (away) co_return gone();
    const auto found = of(tenant, ids);
    if (found.size() != ids.size()) co_return no_job();
    std::vector<model::Job> changed;
    for (model::Job* job : found) {
        model::Context context = *model::read_context(job->context);
        context.webhook = webhook;
        job->context = model::write_context(context);
        changed.push_back(*job);
    }
    co_return changed;
}

store::Awaitable<std::optional<model::Job>> FakeStore::find_job(std::optional<TenantId> tenant, JobId id) {
    if (away) co_return gone();
    const auto found = of(tenant, {id});
    if (found.empty()) co_return std::nullopt;
    co_return *found.front();
}

store::Awaitable<std::vector<model::Job>> FakeStore::find_jobs(std::optional<TenantId> tenant,
                                                               std::vector<JobId> ids) {
    if (away) co_return gone();
    std::vector<model::Job> found;
    for (const model::Job* job : of(tenant, ids)) found.push_back(*job);
    co_return found;
}

store::Awaitable<std::vector<model::Job>> FakeStore::list_jobs(store::JobFilter filter) {
    if (away) co_return gone();
    std::vector<model::Job> found;
    for (const model::Job& job : jobs)
        if (theirs(filter.tenant, job.tenant) && (!filter.type || *filter.type == job.type) &&
            (!filter.created_until || job.created_at <= *filter.created_until) &&
            (!filter.before || job.key < *filter.before) && (!filter.name || *filter.name == job.name))
            found.push_back(job);
    std::ranges::reverse(found);
    found.erase(found.begin(),
                found.begin() + static_cast<std::ptrdiff_t>(std::min(filter.offset, found.size())));
    if (found.size() > filter.limit) found.resize(filter.limit);
    co_return found;
}

store::Awaitable<std::int64_t> FakeStore::count_jobs(std::optional<TenantId> tenant,
                                                     std::optional<Instant> from,
                                                     std::optional<Instant> until) {
    if (away) co_return gone();
    co_return std::ranges::count_if(jobs, [&](const model::Job& job) {
        return theirs(tenant, job.tenant) && (!from || job.created_at >= *from) &&
               (!until || job.created_at <= *until);
    });
}

store::Awaitable<std::optional<model::Execution>> FakeStore::find_execution(std::optional<TenantId> tenant,
                                                                            ExecuteId id) {
    if (away) co_return gone();
    for (const model::Execution& execution : executions)
        if (execution.id == id && theirs(tenant, execution.tenant)) co_return execution;
    const ExecuteId marked = tenant ? model::marked_id(id, *tenant) : ExecuteId{};
    for (const model::Execution& execution : executions)
        if (execution.id == marked && theirs(tenant, execution.tenant)) co_return execution;
    co_return std::nullopt;
}

store::Awaitable<std::vector<model::Execution>> FakeStore::list_executions(store::ExecutionFilter filter) {
    if (away || (pages_until_away && (*pages_until_away)-- == 0)) co_return gone();
    std::vector<model::Execution> found;
    for (const model::Execution& execution : executions)
        if (shown(execution, filter)) found.push_back(execution);
    std::ranges::sort(found, [](const model::Execution& left, const model::Execution& right) {
        return std::pair{left.begin_at, left.key} > std::pair{right.begin_at, right.key};
    });
    if (found.size() > filter.limit) found.resize(filter.limit);
    co_return found;
}

store::Awaitable<std::vector<model::Execution>> FakeStore::runs_of(JobId job, Instant from, Instant to) {
    if (away) co_return gone();
    std::vector<model::Execution> found;
    for (const model::Execution& execution : executions)
        if (execution.job_id == job && execution.scheduled_at >= from && execution.scheduled_at <= to)
            found.push_back(execution);
    co_return found;
}

store::Awaitable<std::vector<store::Change>> FakeStore::changes_of(JobId job, TenantId tenant,
                                                                   std::size_t limit) {
    if (away) co_return gone();
    std::vector<store::Change> found;
    for (const store::Change& change : history) {
        const bool felt =
            change.job_id == JobId{} && (change.tenant == tenant || change.tenant == TenantId{});
        if (found.size() < limit && (felt || change.job_id == job)) found.push_back(change);
    }
    co_return found;
}

store::Awaitable<std::vector<store::Missed>> FakeStore::missed_of(JobKey job, Instant from, Instant to) {
    if (away) co_return gone();
    std::vector<store::Missed> found;
    for (const store::Missed& one : summaries)
        if (one.job == job && one.from <= to && one.to >= from) found.push_back(one);
    co_return found;
}

store::Awaitable<store::Cluster> FakeStore::cluster() {
    if (away) co_return gone();
    co_return state_of_cluster;
}

store::Awaitable<std::vector<model::Attempt>> FakeStore::attempts(ExecuteId id) {
    if (away) co_return gone();
    std::vector<model::Attempt> found;
    for (const model::Attempt& attempt : tries)
        if (attempt.execute_id == id) found.push_back(attempt);
    co_return found;
}

store::Awaitable<std::vector<model::Job>> FakeStore::find_jobs_by_key(std::vector<JobKey> keys) {
    if (away) co_return gone();
    std::vector<model::Job> found;
    for (const JobKey key : keys)
        for (const model::Job& job : jobs)
            if (job.key == key) found.push_back(job);
    co_return found;
}

store::Awaitable<std::vector<model::Execution>> FakeStore::find_executions(std::vector<ExecuteId> ids) {
    if (away) co_return gone();
    std::vector<model::Execution> found;
    for (const model::Execution& execution : executions)
        if (contains(ids, execution.id)) found.push_back(execution);
    co_return found;
}

store::Awaitable<std::vector<ExecuteId>> FakeStore::put_executions(std::optional<TenantId> tenant,
                                                                   std::vector<model::Execution> given,
                                                                   store::Announcements announcements) {
    if (away) co_return gone();
    announced = std::move(announcements);
    std::vector<ExecuteId> refused;
    for (model::Execution& execution : given) {
        const auto other = std::ranges::find(executions, execution.id, &model::Execution::id);
        if (other != executions.end() && !theirs(tenant, other->tenant))
            execution.id = model::marked_id(execution.id, *tenant);
        const auto same = std::ranges::find(executions, execution.id, &model::Execution::id);
        if (same == executions.end()) {
            execution.key = ++last_key_;
            executions.push_back(execution);
        } else {
            execution.key = same->key;
            if (!tenant) execution.tenant = same->tenant;
            *same = execution;
        }
    }
    co_return refused;
}

ChangeNumber FakeStore::changed(const model::Job& job) {
    log.push_back({.number = ChangeNumber{++changes},
                   .kind = "update",
                   .job_id = job.id,
                   .job_key = job.key,
                   .tenant = job.tenant});
    return log.back().number;
}

store::Awaitable<std::vector<store::Change>> FakeStore::changes_after(ChangeNumber number,
                                                                      std::size_t limit) {
    if (away) co_return gone();
    std::vector<store::Change> found;
    for (const store::Change& change : log)
        if (change.number > number && found.size() < limit) found.push_back(change);
    co_return found;
}

store::Awaitable<std::size_t> FakeStore::load_plans(std::function<void(const store::StoredPlan&)> each) {
    if (away) co_return gone();
    ++loads;
    for (const model::Job& job : jobs) {
        if (!job.enabled) continue;
        const std::string plan = model::write_plan(model::read_context(job.context)->plan);
        each({.key = job.key,
              .id = job.id.value(),
              .cron_time = job.cron_time,
              .type = job.type,
              .plan = plan,
              .tenant = job.tenant.value(),
              .created_at = job.created_at,
              .revision = job.revision});
    }
    co_return jobs.size();
}

/// Search and labels are the real store's matter; the tests look at what it was asked for.
store::Awaitable<store::JobPage> FakeStore::search_jobs(store::JobSearch search) {
    searched = search;
    if (away) co_return gone();
    std::vector<store::JobPlace> found;
    for (const model::Job& job : jobs) {
        const bool fits = theirs(search.tenant, job.tenant) && (!search.name || *search.name == job.name) &&
                          (!search.enabled || *search.enabled == job.enabled) &&
                          job.name.contains(search.name_contains) && job.name.contains(search.text);
        if (fits) found.push_back({job.key, job.id, job.name});
    }
    const auto sorts_before = [&](const store::JobPlace& left, const store::JobPlace& right) {
        switch (search.order) {
            case store::JobOrder::newest:
                return left.key > right.key;
            case store::JobOrder::oldest:
                return left.key < right.key;
            case store::JobOrder::by_name:
                return left.name < right.name;
            case store::JobOrder::by_name_descending:
                return left.name > right.name;
        }
        return false;
    };
    std::ranges::sort(found, sorts_before);
    if (search.after)
        std::erase_if(found, [&](const auto& place) { return !sorts_before(*search.after, place); });
    found.erase(found.begin(),
                found.begin() + static_cast<std::ptrdiff_t>(std::min(search.offset, found.size())));
    if (found.size() > search.limit) found.resize(search.limit);
    co_return store::JobPage{std::move(found), search_stops_at};
}

store::Awaitable<store::WatchedExecutions> FakeStore::watch_executions(store::ExecutionWatch watch) {
    ++watches;
    if (away) co_return gone();
    store::WatchedExecutions watched;
    for (const model::Execution& one : executions) {
        const bool is_new = watch.behind && one.key > *watch.behind;
        const bool is_open = !watch.behind && !model::is_end(one.state);
        watched.newest = std::max(watched.newest, one.key);
        if (is_new || is_open || std::ranges::count(watch.keys, one.key) > 0)
            watched.executions.push_back({.key = one.key,
                                          .id = one.id,
                                          .job = one.job_id,
                                          .tenant = one.tenant,
                                          .state = one.state,
                                          .attempt = one.attempt});
    }
    co_return watched;
}

store::Awaitable<store::ExecutionPage> FakeStore::search_executions(store::ExecutionSearch search) {
    if (away) co_return gone();
    std::vector<store::ExecutionSummary> found;
    for (const model::Execution& execution : executions) {
        const bool fits = theirs(search.tenant, execution.tenant) && !execution.deleted &&
                          (!search.job || *search.job == execution.job_id) &&
                          (!search.job_name || *search.job_name == execution.job_name) &&
                          (!search.state || *search.state == execution.state) &&
                          (!search.trigger || *search.trigger == execution.trigger) &&
                          (!search.begin_from || execution.begin_at >= search.begin_from) &&
                          (!search.begin_until || execution.begin_at <= search.begin_until) &&
                          (!search.before || std::pair{execution.begin_at, execution.key} <
                                                 std::pair{search.before->begin, search.before->key});
        if (!fits) continue;
        store::ExecutionSummary summary{execution, {}, {}};
        for (const model::Attempt& attempt : tries) {
            if (attempt.execute_id != execution.id) continue;
            summary.begin = std::min(summary.begin.value_or(attempt.begin_at), attempt.begin_at);
            summary.end = std::max(summary.end.value_or(attempt.end_at), attempt.end_at);
        }
        found.push_back(std::move(summary));
    }
    std::ranges::sort(found, std::ranges::greater{},
                      [](const auto& one) { return std::pair{one.execution.begin_at, one.execution.key}; });
    if (found.size() > search.limit) found.resize(search.limit);
    co_return store::ExecutionPage{std::move(found), {}};
}

store::Awaitable<std::vector<store::MissedSummary>> FakeStore::search_missed(store::MissedSearch search) {
    if (away) co_return gone();
    std::vector<store::MissedSummary> found;
    for (std::size_t i = summaries.size(); i-- > 0;) {
        const store::Missed& one = summaries[i];
        const auto key = static_cast<std::int64_t>(i) + 1;
        const auto job = std::ranges::find(jobs, one.job, &model::Job::key);
        if (job == jobs.end() || !theirs(search.tenant, job->tenant)) continue;
        if ((search.job && *search.job != job->id) || (search.before && key >= *search.before)) continue;
        if ((search.from && one.to < *search.from) || (search.until && one.from > *search.until)) continue;
        if (found.size() < search.limit)
            found.push_back(
                {key, job->id, job->name, job->tenant, one.from, one.to, one.count, one.reason, one.to});
    }
    co_return found;
}

store::Awaitable<std::int64_t> FakeStore::count_failing() { co_return 0; }

store::Awaitable<store::JobCounts> FakeStore::count_by_state(std::optional<TenantId> tenant) {
    if (away) co_return gone();
    store::JobCounts counts;
    for (const model::Job& job : jobs)
        if (theirs(tenant, job.tenant)) ++(job.enabled ? counts.enabled : counts.disabled);
    for (const model::Execution& execution : executions)
        if (theirs(tenant, execution.tenant) && execution.state == model::ExecutionState::executing)
            ++counts.executing;
    co_return counts;
}

store::Awaitable<std::vector<std::vector<store::ExecutionSummary>>> FakeStore::last_runs(
    store::LastRunsQuery query) {
    if (away) co_return gone();
    run_reads.push_back(query);
    std::vector<std::vector<store::ExecutionSummary>> all;
    for (const store::OwnedJob& job : query.jobs) {
        auto found =
            co_await search_executions({.tenant = job.tenant, .job = job.id, .limit = query.per_job});
        std::erase_if(found->executions, [](const auto& one) { return !one.execution.begin_at; });
        all.push_back(std::move(found->executions));
    }
    co_return all;
}

store::Awaitable<store::History> FakeStore::count_history(store::HistoryQuery query) {
    if (away) co_return gone();
    history_read = query;
    co_return counted;
}

store::Awaitable<std::vector<store::FailingJob>> FakeStore::failing_jobs(std::optional<TenantId> tenant,
                                                                         std::size_t limit) {
    if (away) co_return gone();
    std::vector<store::FailingJob> found;
    for (const store::FailingJob& one : failures) {
        const auto job = std::ranges::find(jobs, one.job.id, &model::Job::id);
        const bool is_visible = job != jobs.end() && theirs(tenant, job->tenant);
        if (is_visible && found.size() < limit) found.push_back(one);
    }
    co_return found;
}

store::Awaitable<std::vector<store::ExecutionSummary>> FakeStore::longest_running(
    std::optional<TenantId> tenant, std::size_t limit) {
    auto found = co_await search_executions(
        {.tenant = tenant, .state = model::ExecutionState::executing, .limit = executions.size()});
    if (!found) co_return std::unexpected(found.error());
    std::ranges::reverse(found->executions);
    if (found->executions.size() > limit) found->executions.resize(limit);
    co_return found->executions;
}

store::Awaitable<store::Incidents> FakeStore::incidents(store::IncidentQuery) {
    if (away) co_return gone();
    co_return wrong;
}

store::Awaitable<void> FakeStore::set_paused(std::optional<TenantId> tenant, bool is_paused) {
    if (away) co_return gone();
    if (!tenant)
        paused.all = is_paused ? std::optional{Instant{}} : std::nullopt;
    else if (is_paused)
        paused.tenants.push_back({.tenant = *tenant});
    else
        std::erase_if(paused.tenants, [&](const auto& pause) { return pause.tenant == *tenant; });
    co_return Result<void>{};
}

store::Awaitable<store::ActivePauses> FakeStore::pauses() {
    if (away) co_return gone();
    co_return paused;
}

}  // namespace ecron::management::test
