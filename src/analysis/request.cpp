#include <algorithm>

#include "ecron/base/log.hpp"
#include "shard_scheduler.hpp"

/// Requests of the API to the shard's leader, and requests of other nodes from the change log.
namespace ecron::analysis {
namespace {

/// Maps to literals, as the planner requires.
std::string_view reason_of(const std::string& by) {
    for (const std::string_view own : {"replaced", "deleted"})
        if (by == kInternalCancelPrefix + std::string{own}) return own;
    return "cancelled";
}

}  // namespace

/// Unstarted runs use the new job definition.
void ShardScheduler::refresh_tasks(const model::Job& job) {
    for (const RunId id : runs_.of_job(job.key)) {
        Run& run = *runs_.find(id);
        const bool unstarted = run.stage == Stage::unclaimed || run.stage == Stage::waiting;
        if (!unstarted || run.row.trigger != model::Trigger::schedule) continue;
        if (execution::TaskPtr task = context_.remember_task(job); task != nullptr)
            run.task = std::move(task);
    }
}

/// The deletion arrives through the change log, which does not contain the caller.
void ShardScheduler::job_deleted_by(JobKey key, std::string_view by) {
    for (const RunId id : runs_.of_job(key))
        if (Run& run = *runs_.find(id); run.asked_by.empty()) run.asked_by = by;
}

void ShardScheduler::job_gone(JobKey key, std::string_view reason) {
    for (const RunId id : runs_.of_job(key))
        if (runs_.find(id)->stage != Stage::unclaimed) planner_.stop(id, reason);
    wake_.notify();
}

asio::awaitable<Result<model::Execution>> ShardScheduler::run_now(model::Job job, execution::TaskPtr task,
                                                                  model::Trigger trigger, ExecuteId id) {
    model::Execution row = context_.requested_run(job, *task, trigger, std::move(id));
    row.node = context_.options.node;
    row.epoch = term_->epoch;
    Run run{.stage = Stage::waiting, .task = task, .row = row};
    // Stored as begun only if it starts at once: otherwise it is pending until it does.
    run.needs_begin = !key_of(run).empty() || tells_start(run) || may_offer(run);
    run.begin_recorded = !run.needs_begin;
    if (run.begin_recorded) {
        row.state = run.row.state = model::ExecutionState::executing;
        mark_begun(row, context_.options.executor_id, *row.begin_at);
    }
    const std::uint64_t term = term_count_;
    const int execute_times = row.execute_times;
    inserting_.insert(run.row.id);
    Result<model::Execution> stored =
        co_await context_.store.insert_execution(std::move(row), store::Tell::nobody);
    inserting_.erase(run.row.id);
    if (!stored) {
        continue_run(run.row);
        co_return stored;
    }
    if (term != term_count_) {  // the current leader finds it in the store, marked as not started
        context_.gate.spawn("requeue", requeue(std::move(run)));
        co_return stored;
    }
    const JobPolicy policy = policy_of(task->context.plan, job.type, task->tenant.value(),
                                       context_.options.policy, context_.interner);
    run.id = planner_.run_now(job.key, policy);
    run.row.execute_times = execute_times;  // counts as started although the attempt is recorded at its end
    runs_.add(std::move(run));
    wake_.notify();
    co_return stored;
}

/// A repeated request starts the pending retry of an execution immediately.
void ShardScheduler::continue_run(const model::Execution& row) {
    const Run* const run = runs_.find(row.id);
    if (run == nullptr || run->stage != Stage::retrying || run->row.job_id != row.job_id) return;
    planner_.retry_at(run->id, context_.clock.now());
    wake_.notify();
}

const Run* ShardScheduler::find(const ExecuteId& id) {
    const Run* const run = runs_.find(id);
    return run != nullptr ? run : orphans_.find(id);
}

bool ShardScheduler::stop(const ExecuteId& id, std::string_view reason, const std::string& by) {
    Run* const run = runs_.find(id);
    if (run == nullptr) return false;
    if (run->asked_by.empty() && !by.starts_with(kInternalCancelPrefix)) run->asked_by = by;
    planner_.stop(run->id, reason);
    wake_.notify();
    return true;
}

/// An execution that another node inserted for the leader to run.
asio::awaitable<void> ShardScheduler::requested(ExecuteId id) {
    const std::uint64_t term = term_count_;
    for (std::size_t tries = 0; term_ && term == term_count_; ++tries) {
        std::vector<ExecuteId> ids{id};
        auto rows = co_await context_.store.find_executions(std::move(ids));
        if (!term_ || term != term_count_) co_return;
        if (rows) {
            const bool open = !rows->empty() && !model::is_end(rows->front().state);
            if (open) co_await adopt(std::move(rows->front()), term);
            co_return;
        }
        const bool again = co_await context_.back_off(tries);
        if (!again) co_return;
    }
}

/// The node that runs the execution ends it; the leader does not start it again.
void ShardScheduler::cancel_told(const Cancel& cancel) {
    if (cancel.by == kFailed || cancel.by == kGivenUp) {
        if (term_) failure_told(cancel.execution, cancel.by == kGivenUp);
        return;
    }
    const std::string_view reason = reason_of(cancel.by);
    if (Run* const run = orphans_.find(cancel.execution)) {
        run->stop_reason = reason;
        if (!cancel.by.starts_with(kInternalCancelPrefix)) run->asked_by = cancel.by;
        if (run->stage == Stage::running) context_.pool.cancel(run->row.id);
    }
    if (!term_) {
        pending_cancels_.push_back(cancel);
        return;
    }
    Run* const run = runs_.find(cancel.execution);
    if (run == nullptr)
        context_.gate.spawn("cancel", cancel_unknown(cancel));
    else if (run->stage == Stage::remote || run->stage == Stage::offered)
        run->stop_reason = reason;  // the node that runs it has received the request, too
    else
        stop(cancel.execution, reason, cancel.by);
}

/// The execution may not be adopted yet.
asio::awaitable<void> ShardScheduler::cancel_unknown(Cancel cancel) {
    co_await requested(cancel.execution);
    if (term_) stop(cancel.execution, "cancelled", cancel.by);
}

/// Another component reports the failure of an execution that the target accepted.
void ShardScheduler::failure_told(const ExecuteId& id, bool given_up) {
    Run* const run = runs_.find(id);
    if (run == nullptr || run->stage != Stage::accepted) return;
    run->given_up = given_up;
    execution::AttemptResult result;
    result.reason = "reported as failed";
    result.begin_at = run->began;
    result.end_at = context_.clock.now();
    context_.gate.spawn("reported", finish_attempt(run->id, std::move(result)));
}

asio::awaitable<void> ShardScheduler::callback_told(ExecuteId id) {
    std::vector<ExecuteId> ids{id};
    const auto rows = co_await context_.store.find_executions(std::move(ids));
    if (!rows || rows->empty()) co_return;  // stored reports are found at the next poll of the row
    co_await take_result(id, rows->front().result);
}

asio::awaitable<void> ShardScheduler::take_result(ExecuteId id, std::string result) {
    Run* run = runs_.find(id);
    if (run == nullptr) run = orphans_.find(id);
    const bool waits = run == nullptr || run->stage == Stage::retrying || run->stage == Stage::offered ||
                       run->stage == Stage::remote;
    if (waits || result.empty()) co_return;
    run->early_result = std::move(result);
    if (run->stage == Stage::accepted) co_await complete_by_callback(run->id);
}

}  // namespace ecron::analysis
