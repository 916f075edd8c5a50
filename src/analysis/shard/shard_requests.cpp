#include "analysis/shard/shard_requests.hpp"

namespace ecron::analysis {
namespace {

/// Maps to literals, as the planner requires.
std::string_view reason_of(const std::string& by) {
    for (const std::string_view own : {std::string_view{"replaced"}, std::string_view{"deleted"}, kRowEnded})
        if (by.starts_with(kInternalCancelPrefix) && by.substr(kInternalCancelPrefix.size()) == own)
            return own;
    return "cancelled";
}

}  // namespace

void ShardRequests::refresh_tasks(const execution::TaskPtr& task) {
    for (const RunId id : shard_.runs.of_job(task->job_key)) {
        Run& run = *shard_.runs.find(id);
        const bool unstarted = run.stage == Stage::unclaimed || run.stage == Stage::waiting;
        if (!unstarted || run.row.trigger != model::Trigger::schedule) continue;
        context_.tasks.put(task->job_key, task);
        run.task = task;
    }
}

void ShardRequests::job_deleted_by(JobKey key, std::string_view by) {
    for (const RunId id : shard_.runs.of_job(key))
        if (Run& run = *shard_.runs.find(id); run.asked_by.empty()) run.asked_by = by;
}

void ShardRequests::job_gone(JobKey key, std::string_view reason) {
    for (const RunId id : shard_.runs.of_job(key))
        if (shard_.runs.find(id)->stage != Stage::unclaimed) shard_.planner.report(id, StopRequested{reason});
    shard_.wake.notify();
}

asio::awaitable<Result<model::Execution>> ShardRequests::run_now(model::Job job, execution::TaskPtr task,
                                                                 model::RunRequest request) {
    model::Execution row = context_.requested_run(job, std::move(request));
    row.node = context_.options.node;
    row.epoch = shard_.term->epoch;
    Run run{.stage = Stage::waiting, .task = task, .row = row};
    // Stored as begun only if it starts at once: otherwise it is pending until it does.
    run.needs_begin = !slot_key(*task).empty() || starts_.commits_begin(run);
    run.begin_recorded = !run.needs_begin;
    if (run.begin_recorded) {
        row.state = run.row.state = model::ExecutionState::executing;
        mark_begun(row, context_.options.executor_id, *row.begin_at);
    }
    const Term term = shard_.term.token();
    const int execute_times = row.execute_times;
    const JobKey key = job.key;
    SchedulerContext::add_snapshot(row, std::move(job));
    inserting_.insert(run.row.id);
    Result<model::Execution> stored =
        co_await context_.store.executions->insert_execution(std::move(row), store::NotifyLeader::no);
    inserting_.erase(run.row.id);
    if (!stored) {
        continue_run(run.row);
        co_return stored;
    }
    if (term.ended()) {  // the current leader finds it in the store, marked as not started
        context_.gate.spawn("requeue", outcomes_.requeue(std::move(run)));
        co_return stored;
    }
    run.id = shard_.planner.add({.job = key, .due = context_.clock.now(), .policy = shard_.policy_of(*task)});
    run.row.execute_times = execute_times;  // counts as started although the attempt is recorded at its end
    shard_.runs.add(std::move(run));
    shard_.wake.notify();
    co_return stored;
}

/// A repeated request starts the pending retry of an execution immediately.
void ShardRequests::continue_run(const model::Execution& row) {
    const Run* const run = shard_.runs.find(row.id);
    if (run == nullptr || run->stage != Stage::retrying || run->row.job_id != row.job_id) return;
    shard_.planner.report(run->id, RetryAt{context_.clock.now()});
    shard_.wake.notify();
}

bool ShardRequests::stop(const ExecuteId& id, std::string_view reason, const std::string& by) {
    Run* const run = shard_.runs.find(id);
    if (run == nullptr) return false;
    if (run->asked_by.empty() && !by.starts_with(kInternalCancelPrefix)) run->asked_by = by;
    shard_.planner.report(run->id, StopRequested{reason});
    shard_.wake.notify();
    return true;
}

/// The node that runs the execution ends it; the leader does not start it again.
void ShardRequests::cancel(const Cancel& cancel) {
    if (cancel.by == kFailed || cancel.by == kGivenUp) {
        if (shard_.term.is_active()) fail(cancel.execution, cancel.by == kGivenUp);
        return;
    }
    const std::string_view reason = reason_of(cancel.by);
    if (Run* const run = shard_.orphans.find(cancel.execution)) {
        run->stop_reason = reason;
        if (!cancel.by.starts_with(kInternalCancelPrefix)) run->asked_by = cancel.by;
        if (run->stage == Stage::running) context_.pool.cancel(run->row.id);
    }
    if (!shard_.term.is_active()) {
        pending_cancels_.push_back(cancel);
        return;
    }
    Run* const run = shard_.runs.find(cancel.execution);
    if (run == nullptr)
        context_.gate.spawn("cancel", cancel_unknown(cancel));
    else if (run->stage == Stage::remote || run->stage == Stage::offered)
        run->stop_reason = reason;  // the node that runs it has received the request, too
    else
        stop(cancel.execution, reason, cancel.by);
}

/// The execution may not be adopted yet.
asio::awaitable<void> ShardRequests::cancel_unknown(Cancel cancel) {
    co_await recovery_.requested(cancel.execution);
    if (shard_.term.is_active()) stop(cancel.execution, "cancelled", cancel.by);
}

void ShardRequests::fail(const ExecuteId& id, bool given_up) {
    Run* const run = shard_.runs.find(id);
    if (run == nullptr || run->stage != Stage::accepted) return;
    run->given_up = given_up;
    outcomes_.fail_accepted(*run, "reported as failed");
}

asio::awaitable<void> ShardRequests::read_result(ExecuteId id) {
    std::vector<ExecuteId> ids{id};
    const auto rows = co_await context_.store.queries->find_executions(std::move(ids));
    if (!rows || rows->empty()) co_return;  // stored reports are found at the next poll of the row
    co_await take_result(id, rows->front().result);
}

asio::awaitable<void> ShardRequests::take_result(ExecuteId id, std::string result) {
    Run* const run = shard_.find(id);
    const bool waits = run == nullptr || run->stage == Stage::retrying || run->stage == Stage::offered ||
                       run->stage == Stage::remote;
    if (waits || result.empty()) co_return;
    run->early_result = std::move(result);
    if (run->stage == Stage::accepted) co_await outcomes_.complete_by_callback(run->id);
}

void ShardRequests::drop_cancels_until(ChangeNumber planned) {
    while (!pending_cancels_.empty() && pending_cancels_.front().number <= planned)
        pending_cancels_.pop_front();
}

void ShardRequests::carry_out_cancels() {
    for (const Cancel& one : std::exchange(pending_cancels_, {})) cancel(one);
}

}  // namespace ecron::analysis
