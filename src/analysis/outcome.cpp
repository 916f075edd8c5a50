#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/notify/announce.hpp"
#include "ecron/store/refusal.hpp"
#include "refused.hpp"
#include "shard_scheduler.hpp"

/// Outcomes of attempts and their consequences.
namespace ecron::analysis {

asio::awaitable<void> ShardScheduler::finish_attempt(RunId id, execution::AttemptResult result) {
    Run* const run = find(id);
    if (run == nullptr) co_return;  // dropped with its term
    if (run->stage == Stage::running && run->row.due)
        context_.lateness.record(result.begin_at - *run->row.due);
    move(*run, Stage::ending);
    store::Outcome outcome;
    const bool lost =
        run->lease_lost && run->stop_reason.empty() && result.outcome == model::ExecutionState::interrupt;
    const Next next = lost ? decide_loss(*run, result, outcome) : decide_outcome(*run, result, outcome);
    co_await write_and_settle(id, next, std::move(outcome));
}

model::Attempt ShardScheduler::record_of(const model::Execution& row,
                                         const execution::AttemptResult& result) const {
    return {.execute_id = row.id,
            .number = row.attempt,
            .begin_at = result.begin_at,
            .end_at = result.end_at,
            .node = context_.options.node,
            .outcome = result.outcome,
            .code = result.code,
            .reason = result.reason,
            .detail = result.detail,
            .output = result.output};
}

namespace {

/// Returns why an attempt was stopped, and which part of it may still be running.
std::string stopped_because(const std::string& reason, const execution::AttemptResult& result) {
    const bool clean = result.outcome != model::ExecutionState::interrupt || result.reason.empty() ||
                       result.reason == "cancelled";
    return clean ? reason : reason + "; " + result.reason;
}

}  // namespace

/// The attempt did not end: its node could not continue. It is retried as after the node's death.
ShardScheduler::Next ShardScheduler::decide_loss(Run& run, const execution::AttemptResult& result,
                                                 store::Outcome& outcome) {
    model::Execution& row = run.row;
    outcome.id = row.id;
    outcome.attempt = row.attempt;
    outcome.record = record_of(row, result);
    outcome.record->reason = "the node could not renew its lease";
    add_executor(row, {context_.options.executor_id, result.begin_at});
    const bool goes_on = survives(row, run.task);
    ++row.losses;
    row.node = NodeId{};
    row.due = context_.now();
    if (goes_on) {
        row.state = model::ExecutionState::pending;
        outcome.next_attempt = row.attempt + 1;
    } else {
        row.state = model::ExecutionState::interrupt;
        row.reason = "node_lost";
        row.end_at = context_.now();
    }
    run.lease_lost = false;
    outcome.after = row;
    return goes_on ? Next::retry : Next::over;
}

ShardScheduler::Next ShardScheduler::decide_outcome(Run& run, const execution::AttemptResult& result,
                                                    store::Outcome& outcome) {
    model::Execution& row = run.row;
    const model::Context& context = run.task->context;
    const bool expired = row.accepted;  // its attempt is already recorded and in the list of executors
    outcome.id = row.id;
    outcome.attempt = row.attempt;
    outcome.record = record_of(row, result);
    if (result.outcome == model::ExecutionState::interrupt && !run.asked_by.empty())
        outcome.record->reason = stopped_because(
            (run.stop_reason.empty() ? "cancelled" : run.stop_reason) + " by " + run.asked_by, result);
    if (expired) {
        outcome.record.reset();
    } else {
        if (is_resumed(row, run.task)) outcome.record->begin_at = row.executors.back().executed_at;
        mark_begun(row, context_.options.executor_id, result.begin_at);
    }
    row.accepted = false;
    row.end_at = result.end_at;
    row.reason = result.reason;
    if (!run.early_result.empty()) row.result = run.early_result;

    Next next = Next::over;
    if (!run.stop_reason.empty() && result.outcome != model::ExecutionState::success) {
        row.state = model::ExecutionState::interrupt;
        row.reason = stopped_because(run.stop_reason, result);
    } else if (result.accepted && run.early_result.empty()) {
        row.state = model::ExecutionState::executing;
        row.accepted = true;
        row.end_at.reset();
        row.due = context_.now() + context.callback_timeout.value_or(context_.options.callback_timeout);
        next = Next::await_callback;
    } else {
        row.state = result.outcome;
        const int counted = row.attempt - row.losses;
        const auto delay =
            execution::next_attempt_after(context.retry.value_or(context_.options.retry), counted, result,
                                          context_.uniform(), context_.options.rules.retry_floor);
        if (result.outcome == model::ExecutionState::failure && delay && !run.given_up) {
            row.due = context_.now() + *delay;
            outcome.next_attempt = row.attempt + 1;
            next = Next::retry;
        } else if (result.outcome == model::ExecutionState::failure) {
            row.state = model::ExecutionState::abandon;
        }
    }
    outcome.after = row;
    return next;
}

asio::awaitable<void> ShardScheduler::finish_without_attempt(RunId id, std::string reason) {
    Run* const run = find(id);
    if (run == nullptr || run->stage == Stage::ending) co_return;
    co_await end_as(*run, model::ExecutionState::interrupt, std::move(reason));
}

/// Ends an execution for a reason other than an attempt.
asio::awaitable<void> ShardScheduler::end_as(Run& run, model::ExecutionState state, std::string reason) {
    move(run, Stage::ending);
    run.row.state = state;
    run.row.end_at = context_.now();
    run.row.reason = std::move(reason);
    run.row.accepted = false;
    store::Outcome outcome{.id = run.row.id, .attempt = run.row.attempt, .after = run.row};
    return write_and_settle(run.id, Next::over, std::move(outcome));
}

asio::awaitable<void> ShardScheduler::write_and_settle(RunId id, Next next, store::Outcome outcome) {
    execution::TaskPtr task;
    if (const Run* const told = find(id); told != nullptr) task = told->task;
    if (task != nullptr) notify::announce(task->context, outcome);
    const std::optional<bool> written = co_await write_outcome(outcome, task);
    if (written == false) log::warn("outcome discarded, the execution had changed execution={}", outcome.id);
    Run* const run = find(id);
    if (run == nullptr) co_return;
    if (!written)
        end_run(id);
    else if (!*written)
        look_later(*run);
    else
        settle(id, next, outcome);
}

/// Writes an outcome, retrying while the node runs. If the store rejects its content, the payload is dropped;
/// any other rejection is retried until an operator resolves it. Returns nullopt if the node stops, false if
/// the row had changed.
asio::awaitable<std::optional<bool>> ShardScheduler::write_outcome(store::Outcome& outcome,
                                                                   execution::TaskPtr task) {
    bool reduced = false;
    for (std::size_t tries = 0;; ++tries) {
        const Result<bool> written = co_await context_.store.finish(outcome);
        if (written) co_return *written;
        const Error& error = written.error();
        if (!reduced && needs_less(error, tries)) {
            log::warn("outcome rejected, retrying without payload execution={} error=\"{}\"", outcome.id,
                      error.what);
            reduced = true;
            store::drop_payload(outcome, error.what);
            if (task != nullptr) notify::announce(task->context, outcome);
            continue;
        }
        log_refusal("outcome", outcome.id, error, tries);
        const bool again = co_await context_.back_off(tries);
        if (!again) co_return std::nullopt;
    }
}

/// The row differs from the state in memory: another node changed it, or the response of a commit was lost.
/// The next poll resolves it.
void ShardScheduler::look_later(Run& run) {
    if (is_orphan(run.id)) {
        end_run(run.id);
        return;
    }
    move(run, Stage::remote);
    run.needs_begin = true;
}

void ShardScheduler::settle(RunId id, Next next, const store::Outcome& outcome) {
    Run* const run = find(id);
    log::debug("attempt ended execution={} job={} attempt={} state={} reason={}", outcome.id, run->row.job_id,
               outcome.attempt, model::to_text(outcome.after.state), outcome.after.reason);
    context_.count(outcome.after.state);
    run->begin_recorded = next == Next::await_callback;
    if (next == Next::over || is_orphan(id)) {  // the leader handles what follows an orphan's attempt
        end_run(id);
        return;
    }
    free_slot(*run);
    if (next == Next::retry) {
        move(*run, Stage::retrying);
        run->needs_begin = true;
        run->offered_at.reset();
        ++run->row.attempt;
        planner_.retry_at(id, *outcome.after.due);
    } else {
        move(*run, Stage::accepted);
        planner_.accepted(id, *outcome.after.due);
    }
    // A stop or a callback may have arrived while the outcome was being written.
    if (!run->stop_reason.empty())
        context_.gate.spawn("stop", finish_without_attempt(id, run->stop_reason));
    else if (next == Next::await_callback && !run->early_result.empty())
        context_.gate.spawn("callback", complete_by_callback(id));
    wake_.notify();
}

/// The target's callback ends a run that waits for it.
asio::awaitable<void> ShardScheduler::complete_by_callback(RunId id) {
    Run* const run = find(id);
    if (run == nullptr || run->stage != Stage::accepted) co_return;
    run->row.result = run->early_result;
    co_await end_as(*run, model::ExecutionState::success, {});
}

void ShardScheduler::end_run(RunId id) {
    if (const Run* const run = find(id)) free_slot(*run);
    if (is_orphan(id)) {
        orphans_.erase(id);
    } else {
        runs_.erase(id);
        planner_.ended(id);
    }
    wake_.notify();
    context_.progress.notify();
}

void ShardScheduler::free_slot(const Run& run) {
    if (run.task == nullptr || context_.shards == 1) return;
    const std::string key = key_of(run);
    if (!key.empty()) context_.slot_freed(key);
}

Run* ShardScheduler::find(RunId id) {
    Run* const run = runs_.find(id);
    return run != nullptr ? run : orphans_.find(id);
}

void ShardScheduler::move(Run& run, Stage stage) { (is_orphan(run.id) ? orphans_ : runs_).move(run, stage); }

}  // namespace ecron::analysis
