#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "scheduler_impl.hpp"

/// What the API tells and asks.
namespace ecron::analysis {
namespace {

constexpr Millis kLongestWaitForEnd{10'000};

std::unexpected<Error> not_leading() {
    return fail(Errc::unavailable, "this node does not lead at the moment, try again");
}

std::unexpected<Error> no_execution() {
    return fail(Errc::not_found, "This execution does not exist", {"execute_id"});
}

bool may_see(const std::optional<TenantId>& tenant, const TenantId& owner) {
    return !tenant || *tenant == owner;
}

}  // namespace

execution::TaskPtr Scheduler::Impl::make_task(const model::Job& job) const {
    auto context = model::read_context(job.context);
    if (!context) {
        log::warn("context of a job cannot be read job={} reason={}", job.id, context.error().what);
        return nullptr;
    }
    auto task = std::make_shared<execution::Task>();
    task->job_id = job.id;
    task->job_key = job.key;
    task->job_name = job.name;
    task->job_type = job.type;
    task->tenant = job.tenant;
    task->revision = job.revision;
    task->snapshot = job.key == JobKey{} ? job.context : std::string{};
    task->context = std::move(*context);
    return task;
}

execution::TaskPtr Scheduler::Impl::remember_task(const model::Job& job) {
    execution::TaskPtr task = make_task(job);
    if (task != nullptr) tasks_.put(job.key, task);
    return task;
}

void Scheduler::Impl::job_changed(const model::Job& job) {
    if (!planning_ || !changes_.note(job.revision)) return;
    apply(job);
    wake_.notify();
}

/// Brings a job's newest state into memory, whether or not its schedule changed.
void Scheduler::Impl::apply(const model::Job& job) {
    tasks_.erase(job.key);
    for (const RunId id : runs_.of_job(job.key)) {  // runs that have not started run what the job says now
        Run& run = *runs_.find(id);
        if (run.stage != Stage::waiting || run.row.trigger != model::Trigger::schedule) continue;
        if (execution::TaskPtr task = remember_task(job); task != nullptr) run.task = std::move(task);
    }
    if (!job.enabled) {
        planner_.remove(job.key);
        return;
    }
    const auto planned = planned_job(job, options_, groups_);
    if (!planned) {
        planner_.remove(job.key);
        return;
    }
    const std::optional<PlannedJob> before = planner_.find(job.key);
    const bool same_schedule = before && before->schedule == planned->schedule &&
                               before->timing.jitter == planned->timing.jitter &&
                               before->timing.begin_at == planned->timing.begin_at &&
                               before->timing.end_at == planned->timing.end_at;
    if (same_schedule)
        planner_.adjust(*planned);
    else
        planner_.upsert(*planned, job.effective_from);
}

void Scheduler::Impl::job_deleted(const model::Job& job, std::string_view by) {
    if (!planning_) return;
    changes_.note(job.revision);
    log::info("job deleted job={} by={}", job.id, by);
    forget_job(job.key, "deleted");
    wake_.notify();
}

void Scheduler::Impl::forget_job(JobKey key, std::string_view reason) {
    planner_.remove(key);
    tasks_.erase(key);
    for (const RunId id : runs_.of_job(key))
        if (runs_.find(id)->stage != Stage::unclaimed) planner_.stop(id, reason);
}

void Scheduler::Impl::paused(const std::optional<TenantId>& tenant, bool is_paused) {
    const std::optional<Group> group = tenant ? std::optional{groups_.of(tenant->value())} : std::nullopt;
    if (is_paused)
        planner_.pause(group);
    else
        planner_.resume(group);
    passes_runs_ = true;
    wake_.notify();
}

asio::awaitable<Result<model::Execution>> Scheduler::Impl::run_now(model::Job job, model::Trigger trigger,
                                                                   std::optional<ExecuteId> id) {
    if (!leads()) co_return not_leading();
    if (runs_.size() - runs_.parked() >= 2 * options_.claim_window)
        co_return fail(Errc::unavailable, "too many executions are under way, try again");
    const execution::TaskPtr task = make_task(job);
    if (task == nullptr) co_return fail(Errc::invalid, "Invalid parameter", {"job_context"});

    const Instant now = clock_.now();
    model::Execution row{.id = id.value_or(ExecuteId{random_uuid()}),
                         .job_id = job.id,
                         .job_key = job.key,
                         .job_type = job.type,
                         .job_name = job.name,
                         .state = model::ExecutionState::executing,
                         .begin_at = now,
                         .executors = {{options_.executor_id, now}},
                         .execute_times = 1,
                         .tenant = job.tenant,
                         .trigger = trigger,
                         .nominal = now,
                         .due = now,
                         .attempt = 1,
                         .node = options_.node,
                         .epoch = term_->epoch,
                         .revision = job.revision,
                         .snapshot = task->snapshot};
    const std::uint64_t term = term_count_;
    Result<model::Execution> stored = co_await store_.insert_execution(row, store::Tell::nobody);
    if (!stored && stored.error().code == Errc::conflict) {
        auto existing = co_await store_.find_execution(job.tenant, row.id);
        const bool same = existing && *existing && (*existing)->job_id == row.job_id;
        if (same) {
            continue_run(row.id);
            co_return std::move(**existing);
        }
        co_return std::unexpected(stored.error());
    }
    if (!stored) co_return std::unexpected(stored.error());
    if (term == term_count_) {  // else the next term finds it in the store
        const Timing timing = timing_of(task->context.plan, job.type, options_.timing, groups_);
        Run run{.id = planner_.run_now(job.key, timing),
                .stage = Stage::waiting,
                .task = task,
                .row = row,
                .begin_recorded = true};
        run.row.executors.clear();  // the attempt enters itself when it ends
        runs_.add(std::move(run));
        wake_.notify();
    }
    co_return stored;
}

/// Asked for again, an execution that waits for its next attempt gets it now.
void Scheduler::Impl::continue_run(const ExecuteId& id) {
    const Run* const run = runs_.find(id);
    if (run == nullptr || run->stage != Stage::retrying) return;
    planner_.retry_at(run->id, clock_.now());
    wake_.notify();
}

asio::awaitable<Result<model::Execution>> Scheduler::Impl::cancel(std::optional<TenantId> tenant,
                                                                  ExecuteId id, std::string by) {
    if (!leads()) co_return not_leading();
    const Run* const run = runs_.find(id);
    if (run == nullptr || !may_see(tenant, run->row.tenant)) {
        auto found = co_await store_.find_execution(tenant, id);
        if (!found) co_return std::unexpected(found.error());
        if (!*found) co_return no_execution();
        co_return fail(Errc::conflict, "This execution has ended", {"execute_id"});
    }
    log::info("execution cancelled execution={} by={}", id, by);
    planner_.stop(run->id, "cancelled");
    wake_.notify();
    const SteadyInstant deadline = clock_.steady() + kLongestWaitForEnd;
    while (runs_.find(id) != nullptr && clock_.steady() < deadline) co_await sleep(io_, Millis{5});
    auto ended = co_await store_.find_execution(tenant, id);
    if (!ended) co_return std::unexpected(ended.error());
    if (!*ended) co_return no_execution();
    if ((*ended)->state != model::ExecutionState::interrupt)
        co_return fail(Errc::conflict, "This execution has ended", {"execute_id"});
    co_return std::move(**ended);
}

asio::awaitable<Result<void>> Scheduler::Impl::callback(std::optional<TenantId> tenant, ExecuteId id,
                                                        std::string result) {
    if (!leads()) co_return not_leading();
    if (const Run* const run = runs_.find(id); run != nullptr && !may_see(tenant, run->row.tenant))
        co_return no_execution();
    auto found = co_await store_.find_execution(tenant, id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return no_execution();
    if (Result<void> kept = co_await store_.record_result(id, result, store::Tell::nobody); !kept)
        co_return kept;
    Run* const run = runs_.find(id);
    if (run == nullptr || run->stage == Stage::retrying) co_return Result<void>{};
    run->early_result = std::move(result);
    if (run->stage == Stage::accepted) co_await complete_by_callback(run->id);
    co_return Result<void>{};
}

SchedulerStatistics Scheduler::Impl::statistics() const {
    SchedulerStatistics statistics = statistics_;
    statistics.lateness_buckets = lateness_.buckets();
    statistics.lateness_sum = lateness_.sum();
    const Millis lag = clock_.now() - planner_.watermark();
    statistics.lag_seconds = planning_ ? std::max(0.0, std::chrono::duration<double>(lag).count()) : 0;
    return statistics;
}

}  // namespace ecron::analysis
