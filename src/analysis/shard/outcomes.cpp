#include "analysis/shard/outcomes.hpp"

#include <algorithm>

#include "analysis/shard/refused.hpp"
#include "ecron/base/log.hpp"
#include "ecron/model/attempts.hpp"
#include "ecron/store/refusal.hpp"

namespace ecron::analysis {
namespace {

constexpr int kMaxLosses = 3;

/// The attempt record that the lost node could not write.
model::Attempt lost_attempt(const model::Execution& row, Instant now) {
    return {.execute_id = row.id,
            .number = row.attempt,
            .begin_at = model::attempt_begin(row).value_or(now),
            .end_at = now,
            .node = row.node,
            .outcome = model::ExecutionState::interrupt,
            .reason = "node_lost"};
}

/// A client ended the row while the attempt ran: the row does not change, and the record of the attempt is
/// kept with it.
bool had_ended(const store::Outcome& outcome) { return outcome.after.reason == kRowEnded; }

void log_discarded(const store::Outcome& outcome) {
    if (had_ended(outcome)) return;
    log::warn("outcome discarded, the execution had changed execute_id={}", outcome.id);
}

/// Returns why an attempt was stopped, and which part of it may still be running.
std::string stopped_because(const std::string& reason, const execution::AttemptResult& result) {
    const bool clean = result.outcome != model::ExecutionState::interrupt || result.reason.empty() ||
                       result.reason == "cancelled";
    return clean ? reason : reason + "; " + result.reason;
}

}  // namespace

asio::awaitable<void> Outcomes::finish_attempt(RunId id, execution::AttemptResult result) {
    co_await watch_.settled(id);
    Run* const run = shard_.find(id);
    // Dropped with its term, or ended for another reason while an announcement of it was being written.
    if (run == nullptr || (run->stage != Stage::running && run->stage != Stage::accepted)) co_return;
    if (run->stage == Stage::running) {
        if (run->row.due) context_.lateness.record(result.begin_at - *run->row.due);
        context_.signals.attempt_began(run->row.tenant,
                                       result.begin_at - run->row.due.value_or(result.begin_at));
        context_.signals.attempt_ended(run->row.tenant, result);
    }
    const std::optional<Instant> due = is_resumed(run->row, run->task) ? std::nullopt : run->row.due;
    shard_.move(*run, Stage::ending);
    store::Outcome outcome;
    const bool lost =
        run->lease_lost && run->stop_reason.empty() && result.outcome == model::ExecutionState::interrupt;
    const Next next = lost ? decide_loss(*run, result, outcome) : decide_outcome(*run, result, outcome);
    run->failure = reason_of(outcome.after, run->task.get(), &result);
    co_await write_and_settle(id, next, std::move(outcome), due);
}

model::Attempt Outcomes::record_of(const model::Execution& row,
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

/// The attempt did not end: its node could not continue. It is retried as after the node's death.
Outcomes::Next Outcomes::decide_loss(Run& run, const execution::AttemptResult& result,
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

Outcomes::Next Outcomes::decide_outcome(Run& run, const execution::AttemptResult& result,
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
            row.due = context_.now() + context_.retries.delay(row.tenant, context_.clock.steady(), *delay);
            outcome.next_attempt = row.attempt + 1;
            next = Next::retry;
        } else if (result.outcome == model::ExecutionState::failure) {
            row.state = model::ExecutionState::abandon;
        }
    }
    outcome.after = row;
    return next;
}

asio::awaitable<void> Outcomes::finish_without_attempt(RunId id, std::string reason) {
    co_await watch_.settled(id);
    Run* const run = shard_.find(id);
    if (run == nullptr || run->stage == Stage::ending) co_return;
    co_await end_as(*run, model::ExecutionState::interrupt, std::move(reason));
}

void Outcomes::fail_accepted(Run& run, std::string reason) {
    execution::AttemptResult result;
    result.reason = std::move(reason);
    result.begin_at = run.began;
    result.end_at = context_.clock.now();
    context_.gate.spawn("fail accepted", finish_attempt(run.id, std::move(result)));
}

/// Ends an execution for a reason other than an attempt.
asio::awaitable<void> Outcomes::end_as(Run& run, model::ExecutionState state, std::string reason) {
    shard_.move(run, Stage::ending);
    run.row.state = state;
    run.row.end_at = context_.now();
    run.row.reason = std::move(reason);
    run.row.accepted = false;
    run.failure = reason_of(run.row, run.task.get(), nullptr);
    store::Outcome outcome{.id = run.row.id, .attempt = run.row.attempt, .after = run.row};
    return write_and_settle(run.id, Next::over, std::move(outcome));
}

asio::awaitable<void> Outcomes::write_and_settle(RunId id, Next next, store::Outcome outcome,
                                                 std::optional<Instant> due) {
    Announced announced;
    std::string_view failure;
    execution::TaskPtr task;
    if (Run* const told = shard_.find(id); told != nullptr) {
        failure = told->failure;
        task = told->task;
        announced = announce(outcome, told->task);
        told->row.announced = outcome.after.announced;
    }
    const std::optional<bool> written = co_await write_outcome(outcome, std::move(announced));
    if (written == false) log_discarded(outcome);
    if (written == true) context_.outcome_stored(outcome, failure);
    if (written == true || (written == false && had_ended(outcome))) report_attempt(outcome, task, due);
    Run* const run = shard_.find(id);
    if (run == nullptr) co_return;
    if (!written || (!*written && run->stop_reason == kRowEnded))
        end_run(id);
    else if (!*written)
        look_later(*run);
    else
        settle(id, next, outcome);
}

Outcomes::Announced Outcomes::announce(store::Outcome& outcome, execution::TaskPtr task) const {
    if (task == nullptr) return {};
    std::vector<model::Event> events = notify::due_events(task->context, outcome.after, context_.now());
    outcome.after.announced.insert(outcome.after.announced.end(), events.begin(), events.end());
    context_.announcer.announce(task->context, outcome, events);
    return {std::move(task), std::move(events)};
}

/// Writes an outcome, retrying while the node runs. If the store rejects its content, the payload is dropped;
/// any other rejection is retried until an operator resolves it. Returns nullopt if the node stops, false if
/// the row had changed.
asio::awaitable<std::optional<bool>> Outcomes::write_outcome(store::Outcome& outcome, Announced announced) {
    bool reduced = false;
    for (std::size_t tries = 0;; ++tries) {
        const Result<bool> written = co_await context_.store.executions->finish(outcome);
        if (written) co_return *written;
        const Error& error = written.error();
        if (!reduced && needs_less(error, tries)) {
            log::warn("outcome rejected, retrying without payload execute_id={} error=\"{}\"", outcome.id,
                      error.what);
            reduced = true;
            store::drop_payload(outcome, error.what);
            if (announced.task != nullptr)
                context_.announcer.announce(announced.task->context, outcome, announced.events);
            continue;
        }
        log_refusal("outcome", outcome.id, error, tries);
        const bool again = co_await context_.back_off(tries);
        if (!again) co_return std::nullopt;
    }
}

void Outcomes::report_attempt(const store::Outcome& outcome, const execution::TaskPtr& task,
                              std::optional<Instant> due) const {
    if (!outcome.record || !context_.options.attempt_ended) return;
    context_.options.attempt_ended({outcome.after, *outcome.record, task.get(), due});
}

void Outcomes::look_later(Run& run) {
    if (shard_.is_orphan(run.id)) {
        end_run(run.id);
        return;
    }
    shard_.move(run, Stage::remote);
    run.needs_begin = true;
    run.begin_recorded = false;  // if it comes back, it may be at a later attempt
}

void Outcomes::settle(RunId id, Next next, const store::Outcome& outcome) {
    Run* const run = shard_.find(id);
    log::debug("attempt ended execute_id={} job_id={} attempt={} state={} reason={}", outcome.id,
               run->row.job_id, outcome.attempt, model::to_text(outcome.after.state), outcome.after.reason);
    run->begin_recorded = next == Next::await_callback;
    if (next == Next::over || shard_.is_orphan(id)) {  // the leader handles what follows an orphan's attempt
        end_run(id);
        return;
    }
    free_slot(*run);
    if (next == Next::retry) {
        shard_.move(*run, Stage::retrying);
        run->needs_begin = true;
        run->offered_at.reset();
        ++run->row.attempt;
        shard_.planner.report(id, RetryAt{*outcome.after.due});
    } else {
        shard_.move(*run, Stage::accepted);
        shard_.planner.report(id, AcceptedUntil{*outcome.after.due});
    }
    // A stop or a callback may have arrived while the outcome was being written.
    if (!run->stop_reason.empty())
        context_.gate.spawn("stop", finish_without_attempt(id, run->stop_reason));
    else if (next == Next::await_callback && !run->early_result.empty())
        context_.gate.spawn("callback", complete_by_callback(id));
    shard_.wake.notify();
}

asio::awaitable<void> Outcomes::complete_by_callback(RunId id) {
    co_await watch_.settled(id);
    Run* const run = shard_.find(id);
    if (run == nullptr || run->stage != Stage::accepted) co_return;
    run->row.result = run->early_result;
    co_await end_as(*run, model::ExecutionState::success, {});
}

void Outcomes::end_run(RunId id) {
    if (const Run* const run = shard_.find(id)) free_slot(*run);
    if (shard_.is_orphan(id)) {
        shard_.orphans.erase(id);
    } else {
        shard_.runs.erase(id);
        shard_.planner.report(id, Ended{});
    }
    shard_.wake.notify();
    context_.progress.notify();
}

void Outcomes::free_slot(const Run& run) {
    if (run.task == nullptr || context_.shards == 1) return;
    const std::string key = slot_key(*run.task);
    if (!key.empty()) context_.slot_freed(key);
}

/// Handles the loss of the node that ran it: the run returns to pending, as a new attempt unless this one
/// continues without a node, or it ends. Whether it had started is usually unknown; if it was due in a pause,
/// it is assumed not to have started.
asio::awaitable<Outcomes::AfterLoss> Outcomes::handle_node_loss(model::Execution& row,
                                                                execution::TaskPtr task) {
    const bool may_have_begun = row.state != model::ExecutionState::pending;  // as read
    store::Outcome outcome{.id = row.id,
                           .attempt = row.attempt,
                           .owner = store::Outcome::Owner{row.node, row.epoch, may_have_begun}};
    const bool resumes = task != nullptr && execution::outlives_node(task->context);
    const bool in_pause = !resumes && is_in_pause(row);
    const bool goes_on = resumes || (!in_pause && survives(row, task));
    const bool lost = !resumes && !row.node.value().empty() && (may_have_begun || goes_on);
    if (lost) outcome.record = lost_attempt(row, context_.now());
    if (resumes) {
        mark_begun(row, row.node.value(), row.begin_at.value_or(row.due.value_or(context_.clock.now())));
        row.state = model::ExecutionState::pending;
        row.due = context_.now();
    } else if (++row.losses; goes_on) {
        row.state = model::ExecutionState::pending;
        row.due = std::max(context_.now(), row.due.value_or(Instant::min()));  // it may still be ahead
        outcome.next_attempt = row.attempt + 1;
    } else {
        row.state = model::ExecutionState::interrupt;
        row.reason = task == nullptr ? "job_gone" : in_pause ? "paused" : "node_lost";
        row.end_at = context_.now();
    }
    log::info("execution lost its node execute_id={} job_id={} node={} attempt={} continues={}", row.id,
              row.job_id, row.node, row.attempt, goes_on);
    row.node = NodeId{};
    outcome.after = row;
    Announced announced = announce(outcome, task);
    row.announced = outcome.after.announced;
    const std::optional<bool> written = co_await write_outcome(outcome, std::move(announced));
    if (written == false) log_discarded(outcome);
    if (written == true) {
        context_.outcome_stored(outcome, reason_of(outcome.after, task.get(), nullptr));
        report_attempt(outcome, task, std::nullopt);  // its start is known to the second only
    }
    if (goes_on && !resumes) ++row.attempt;
    if (written != true) co_return AfterLoss::changed;
    co_return goes_on ? AfterLoss::goes_on : AfterLoss::ended;
}

/// Returns true if the execution is scheduled, was due in a pause, and is not known to have started.
bool Outcomes::is_in_pause(const model::Execution& row) const {
    if (!is_planned(row) || !row.due || row.attempt > 1) return false;
    const Group tenant = context_.interner.intern(row.tenant.value());
    return row.state == model::ExecutionState::pending && shard_.planner.is_paused(tenant, *row.due);
}

/// Returns true if an execution that loses its node is attempted again.
bool Outcomes::survives(const model::Execution& row, const execution::TaskPtr& task) const {
    if (task == nullptr) return false;
    const model::NodeLoss policy = task->context.on_node_loss.value_or(context_.options.on_node_loss);
    return policy == model::NodeLoss::retry && row.losses + 1 < kMaxLosses;
}

/// Requeues a run that this process will not finish, so that the leader starts it immediately; no effect if
/// another node owns it by now. A run that this node never owned is left alone: the owner according to its
/// row may have started it in the meantime.
asio::awaitable<void> Outcomes::requeue(Run run) {
    const bool unfinished = run.stage == Stage::running || run.stage == Stage::starting;
    if (!unfinished && run.row.node != context_.options.node) co_return;
    const ExecuteId execution = run.row.id;
    // Whether an attempt that was just being started already belongs to this node is unknown. A requested one
    // is stored as started and may still be waiting.
    const bool may_have_begun = unfinished || run.begin_recorded;
    store::Outcome outcome{
        .id = execution,
        .attempt = run.row.attempt,
        .after = run.row,
        .owner = store::Outcome::Owner{context_.options.node, run.row.epoch, may_have_begun}};
    outcome.after.state = model::ExecutionState::pending;
    outcome.after.node = NodeId{};
    const bool goes_on = run.task != nullptr && execution::outlives_node(run.task->context);
    if (unfinished && goes_on) {
        mark_begun(outcome.after, context_.options.executor_id,
                   run.stage == Stage::running ? run.began : context_.clock.now());
    } else if (unfinished) {
        const Instant began = run.stage == Stage::running ? run.began : context_.clock.now();
        outcome.after.losses = run.row.losses + 1;
        add_executor(outcome.after, {context_.options.executor_id, began});
        outcome.next_attempt = run.row.attempt + 1;
        outcome.record = model::Attempt{.execute_id = execution,
                                        .number = run.row.attempt,
                                        .begin_at = began,
                                        .end_at = context_.clock.now(),
                                        .node = context_.options.node,
                                        .outcome = model::ExecutionState::interrupt,
                                        .reason = "the node was shut down"};
    }
    const std::optional<bool> written = co_await write_outcome(outcome, {});
    if (!written) log::warn("failed to requeue execution: execute_id={}", execution);
    if (written == true) report_attempt(outcome, run.task, run.row.due);
}

void Outcomes::abandon_attempts(Abandon which) {
    for (const RunId id : shard_.orphans.ids()) {
        const Run& orphan = *shard_.orphans.find(id);
        if (orphan.stage != Stage::running && orphan.stage != Stage::starting) continue;
        const bool outlives = orphan.task != nullptr && execution::outlives_node(orphan.task->context);
        if (which == Abandon::what_goes_on && !outlives) continue;
        std::optional<Run> run = shard_.orphans.take(id);
        context_.pool.detach(run->row.id);
        context_.gate.spawn("requeue", requeue(std::move(*run)));
    }
}

void Outcomes::end_commands() {
    for (RunTable* const table : {&shard_.runs, &shard_.orphans}) {
        for (const RunId id : table->ids()) {
            Run& run = *table->find(id);
            const bool stops = run.task != nullptr && execution::stops_with_lease(run.task->context);
            if (run.stage != Stage::running || !stops || run.lease_lost) continue;
            run.lease_lost = true;
            context_.pool.cancel(run.row.id);
        }
    }
}

}  // namespace ecron::analysis
