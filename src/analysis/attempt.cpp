#include <algorithm>

#include "ecron/base/log.hpp"
#include "scheduler_impl.hpp"

/// Attempts: their start, their outcome, and what follows from it.
namespace ecron::analysis {
namespace {

constexpr std::size_t kStartsPerTurn = 16;  // between them everything else gets its turn
constexpr Millis kLatestUncheckedStart{500};

}  // namespace

asio::awaitable<void> Scheduler::Impl::start_queued() {
    while (!to_start_.empty()) {
        for (std::size_t i = 0; i < kStartsPerTurn && !to_start_.empty(); ++i) {
            const RunId id = to_start_.front();
            to_start_.pop_front();
            if (Run* const run = runs_.find(id); run != nullptr) start(*run);
        }
        co_await yield(io_);
    }
    starting_ = false;
}

void Scheduler::Impl::start(Run& run) {
    if (!run.stop_reason.empty()) {
        gate_.spawn("stop", finish_without_attempt(run.id, run.stop_reason));
        return;
    }
    const bool claim_is_start = !run.needs_begin && store_.leads(kOnlyShard) &&
                                clock_.now() - run.row.due.value_or(clock_.now()) < kLatestUncheckedStart;
    if (claim_is_start) {
        submit(run);
        return;
    }
    runs_.move(run, Stage::starting);
    gate_.spawn("begin", begin_then_submit(run.id));
}

asio::awaitable<void> Scheduler::Impl::begin_then_submit(RunId id) {
    const std::uint64_t term = term_count_;
    for (std::size_t tries = 0;; ++tries) {
        Run* run = runs_.find(id);
        if (run == nullptr) co_return;
        model::Execution after = run->row;
        after.state = model::ExecutionState::executing;
        after.node = options_.node;
        const Result<store::Begun> begun =
            co_await store_.begin_attempt(after.id, after.attempt, after, std::nullopt);
        if (term != term_count_) co_return;
        run = runs_.find(id);
        if (run == nullptr) co_return;  // handed back meanwhile
        if (begun && *begun == store::Begun::yes) {
            run->begin_recorded = true;
            submit(*run);
            co_return;
        }
        if (begun || begun.error().code != Errc::unavailable) {  // somebody ended it, or it is beyond saving
            if (!begun) log::error("attempt not begun execution={} error={}", after.id, begun.error().what);
            end_run(id);
            co_return;
        }
        const bool again = co_await back_off(tries);
        if (!again) co_return;
    }
}

void Scheduler::Impl::submit(Run& run) {
    runs_.move(run, Stage::running);
    run.began = clock_.now();
    if (!run.stop_reason.empty()) {
        gate_.spawn("stop", finish_without_attempt(run.id, run.stop_reason));
        return;
    }
    ++statistics_.started;
    execution::AttemptOrder order{run.row.id, run.row.attempt, run.row.nominal.value_or(run.began), run.task};
    pool_.submit(std::move(order), [this, id = run.id](execution::AttemptResult result) {
        gate_.spawn("finish", finish_attempt(id, std::move(result)));
    });
}

asio::awaitable<void> Scheduler::Impl::finish_attempt(RunId id, execution::AttemptResult result) {
    Run* const run = runs_.find(id);
    if (run == nullptr) co_return;  // forgotten with its term
    if (run->stage == Stage::running && run->row.due) lateness_.record(result.begin_at - *run->row.due);
    runs_.move(*run, Stage::ending);
    store::Outcome outcome;
    const Next next = decide_outcome(*run, result, outcome);
    co_await write_and_settle(id, next, std::move(outcome));
}

Scheduler::Impl::Next Scheduler::Impl::decide_outcome(Run& run, const execution::AttemptResult& result,
                                                      store::Outcome& outcome) {
    model::Execution& row = run.row;
    const model::Context& context = run.task->context;
    const bool expired = row.accepted;  // its attempt is recorded and in the list of executors already
    outcome.id = row.id;
    outcome.attempt = row.attempt;
    outcome.record = model::Attempt{.execute_id = row.id,
                                    .number = row.attempt,
                                    .begin_at = result.begin_at,
                                    .end_at = result.end_at,
                                    .node = options_.node,
                                    .outcome = result.outcome,
                                    .code = result.code,
                                    .reason = result.reason,
                                    .detail = result.detail,
                                    .output = result.output};
    if (expired) {
        outcome.record.reset();
    } else {
        row.executors.push_back({options_.executor_id, result.begin_at});
        row.execute_times = static_cast<int>(row.executors.size());
        if (row.executors.size() == 1) row.begin_at = result.begin_at;
    }
    row.accepted = false;
    row.end_at = result.end_at;
    row.reason = result.reason;
    if (!run.early_result.empty()) row.result = run.early_result;

    Next next = Next::over;
    if (!run.stop_reason.empty() && result.outcome != model::ExecutionState::success) {
        row.state = model::ExecutionState::interrupt;
        row.reason = run.stop_reason;
    } else if (result.accepted && run.early_result.empty()) {
        row.state = model::ExecutionState::executing;
        row.accepted = true;
        row.end_at.reset();
        row.due = clock_.now() + context.callback_timeout.value_or(options_.callback_timeout);
        next = Next::await_callback;
    } else {
        row.state = result.outcome;
        const int counted = row.attempt - row.losses;
        const auto delay =
            execution::next_attempt_after(context.retry.value_or(options_.retry), counted, result, dice());
        if (result.outcome == model::ExecutionState::failure && delay) {
            row.due = clock_.now() + *delay;
            outcome.next_attempt = row.attempt + 1;
            next = Next::retry;
        } else if (result.outcome == model::ExecutionState::failure) {
            row.state = model::ExecutionState::abandon;
        }
    }
    outcome.after = row;
    return next;
}

asio::awaitable<void> Scheduler::Impl::finish_without_attempt(RunId id, std::string reason) {
    Run* const run = runs_.find(id);
    if (run == nullptr || run->stage == Stage::ending) co_return;
    runs_.move(*run, Stage::ending);
    run->row.state = model::ExecutionState::interrupt;
    run->row.end_at = clock_.now();
    run->row.reason = std::move(reason);
    run->row.accepted = false;
    co_await write_and_settle(id, Next::over,
                              {.id = run->row.id, .attempt = run->row.attempt, .after = run->row});
}

asio::awaitable<void> Scheduler::Impl::write_and_settle(RunId id, Next next, store::Outcome outcome) {
    const bool written = co_await write_outcome(outcome);
    if (written)
        settle(id, next, outcome);
    else
        end_run(id);
}

asio::awaitable<bool> Scheduler::Impl::write_outcome(store::Outcome outcome) {
    const std::uint64_t term = term_count_;
    for (std::size_t tries = 0; term == term_count_; ++tries) {
        const Result<bool> written = co_await store_.finish(outcome);
        if (written) {
            if (!*written) log::warn("outcome not kept, the execution had ended execution={}", outcome.id);
            co_return *written;
        }
        if (written.error().code != Errc::unavailable) {
            log::error("outcome not written execution={} error={}", outcome.id, written.error().what);
            co_return false;
        }
        const bool again = co_await back_off(tries);
        if (!again) co_return false;
    }
    co_return false;
}

void Scheduler::Impl::settle(RunId id, Next next, const store::Outcome& outcome) {
    Run* const run = runs_.find(id);
    if (run == nullptr) return;
    log::debug("attempt ended execution={} job={} attempt={} state={} reason={}", outcome.id, run->row.job_id,
               outcome.attempt, model::to_text(outcome.after.state), outcome.after.reason);
    count(outcome.after.state);
    run->begin_recorded = next == Next::await_callback;
    switch (next) {
        case Next::over:
            end_run(id);
            return;
        case Next::retry:
            runs_.move(*run, Stage::retrying);
            run->needs_begin = true;
            ++run->row.attempt;
            planner_.retry_at(id, *outcome.after.due);
            break;
        case Next::await_callback:
            runs_.move(*run, Stage::accepted);
            planner_.accepted(id, *outcome.after.due);
            break;
    }
    // A stop or a callback may have come while the outcome was being written.
    if (!run->stop_reason.empty())
        gate_.spawn("stop", finish_without_attempt(id, run->stop_reason));
    else if (next == Next::await_callback && !run->early_result.empty())
        gate_.spawn("callback", complete_by_callback(id));
    wake_.notify();
}

/// The target's report ends a run that waits for it.
asio::awaitable<void> Scheduler::Impl::complete_by_callback(RunId id) {
    Run* const run = runs_.find(id);
    if (run == nullptr || run->stage != Stage::accepted) co_return;
    runs_.move(*run, Stage::ending);
    run->row.state = model::ExecutionState::success;
    run->row.result = run->early_result;
    run->row.accepted = false;
    run->row.end_at = clock_.now();
    run->row.reason.clear();
    co_await write_and_settle(id, Next::over,
                              {.id = run->row.id, .attempt = run->row.attempt, .after = run->row});
}

void Scheduler::Impl::end_run(RunId id) {
    runs_.erase(id);
    planner_.ended(id);
    wake_.notify();
    progress_.notify();
}

void Scheduler::Impl::count(model::ExecutionState state) {
    switch (state) {
        case model::ExecutionState::success:
            ++statistics_.succeeded;
            break;
        case model::ExecutionState::failure:
            ++statistics_.failed;
            break;
        case model::ExecutionState::abandon:
            ++statistics_.abandoned;
            break;
        case model::ExecutionState::interrupt:
            ++statistics_.interrupted;
            break;
        case model::ExecutionState::executing:
        case model::ExecutionState::pending:
            break;
    }
}

}  // namespace ecron::analysis
