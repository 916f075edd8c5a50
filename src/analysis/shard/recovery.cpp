#include "analysis/shard/recovery.hpp"

#include "ecron/base/log.hpp"
#include "ecron/model/shard.hpp"

namespace ecron::analysis {
namespace {

constexpr Millis kRecheck{1'000};
constexpr std::size_t kRowsPerTurn = 32;  // yield to other coroutines after this many

}  // namespace

void Recovery::begin() {
    busy_ = true;
    context_.gate.spawn("recover", recover(shard_.term.token()));
}

/// Recovers unfinished executions of earlier terms. Those of a tenant without capacity are skipped and read
/// again later, so that they do not delay other tenants.
asio::awaitable<void> Recovery::recover(Term term) {
    co_await yield(context_.io);  // terms that began in one transaction share the pages they read
    std::size_t count = 0;
    for (SteadyInstant since = earlier_ended_; !term.ended() && !context_.stopping;) {
        const Recovered found = co_await recover_rows(term, since);
        if (term.ended()) break;
        count += found.count;
        busy_ = false;
        context_.progress.notify();
        if (found.complete) break;
        co_await context_.progress.wait(kRecheck);
        since = context_.clock.steady();
    }
    if (count > 0) log::info("recovered unfinished executions shard={} count={}", shard_.id, count);
    if (!term.ended()) busy_ = false;
    context_.progress.notify();
}

/// Recovers all of them once, page by page as capacity permits.
asio::awaitable<Recovery::Recovered> Recovery::recover_rows(Term term, SteadyInstant since) {
    Recovered found;
    std::int64_t after = 0;
    for (std::size_t tries = 0; !term.ended() && !context_.stopping;) {
        if (context_.window() == 0) {
            co_await context_.progress.wait(kRecheck);
            continue;
        }
        const Result<SchedulerContext::Page> page = co_await context_.unended_page(after, since);
        if (term.ended()) break;
        if (!page) {
            const bool again = co_await context_.back_off(tries++);
            if (!again) break;
            continue;
        }
        if ((*page)->empty()) break;
        after = (*page)->back().key;
        std::vector<model::Execution> rows;
        for (const model::Execution& row : **page) {
            if (model::shard_of(row.job_id, context_.shards) != shard_.id || row.epoch == shard_.term->epoch)
                continue;
            if (const Run* run = shard_.runs.find(row.id); run != nullptr && run->stage != Stage::unclaimed)
                continue;
            const bool fits = context_.window_of(context_.interner.intern(row.tenant.value())) > 0;
            if (fits) rows.push_back(row);
            found.complete = found.complete && fits;
        }
        std::vector<JobKey> keys;
        for (const model::Execution& row : rows)
            if (row.snapshot.empty()) keys.push_back(row.job_key);
        if (!keys.empty()) co_await context_.fetch_tasks(std::move(keys));
        for (std::size_t i = 0; i < rows.size() && !term.ended(); ++i) {
            co_await adopt(std::move(rows[i]), term);
            if (i % kRowsPerTurn == 0) co_await yield(context_.io);
        }
        found.count += rows.size();
        shard_.wake.notify();
    }
    co_return found;
}

/// Returns true if a run is in memory once no claim of it is in progress; such a claim may find that the row
/// belongs to another term and drop the run.
asio::awaitable<bool> Recovery::knows(ExecuteId id, Term term) {
    for (;;) {
        const Run* const run = shard_.runs.find(id);
        if (run == nullptr || run->stage != Stage::unclaimed || term.ended()) co_return run != nullptr;
        co_await context_.progress.wait(Millis{50});
    }
}

asio::awaitable<void> Recovery::adopt(model::Execution row, Term term) {
    execution::TaskPtr task = co_await context_.task_of(row);
    const bool here = co_await knows(row.id, term);  // asked last: a request may have adopted it meanwhile
    if (here || term.ended()) co_return;
    const Instant now = context_.latest();
    const bool pending = row.state == model::ExecutionState::pending;
    const bool nobodys =
        row.accepted || row.state == model::ExecutionState::failure || (pending && row.node.value().empty());
    const bool going_on_here = shard_.orphans.find(row.id) != nullptr;
    const bool own =
        row.node == context_.options.node && !going_on_here;  // of an earlier process of its name
    const bool may_start_elsewhere = !nobodys && !own && !is_claim_over(row);
    if (may_start_elsewhere && (going_on_here || !is_lost(row, task))) {
        track_remote(std::move(row), std::move(task));
        co_return;
    }

    // The clock of the process that claimed it may have been ahead, so that it has started just before it was
    // due.
    const bool waits = pending && (row.node.value().empty() || row.due.value_or(now) > now + kClockTolerance);
    const bool untouched = waits && !is_resumed(row, task);
    if (untouched && row.attempt <= 1 && is_planned(row) && !still_named(row, task)) {
        std::vector<ExecuteId> ids{row.id};
        const Result<void> gone =
            co_await context_.store.executions->withdraw(shard_.id, shard_.term->epoch, std::move(ids));
        if (!gone)
            log::warn("failed to withdraw execution: execute_id={} error={}", row.id, gone.error().what);
        co_return;
    }
    const bool under_way = !row.accepted && !waits && row.state != model::ExecutionState::failure;
    if (task == nullptr || under_way) {
        const model::Execution read = row;
        const Outcomes::AfterLoss after = co_await outcomes_.handle_node_loss(row, task);
        if (term.ended()) co_return;
        if (after == Outcomes::AfterLoss::changed) {
            // Its node owns it after all: polling handles the rest.
            const bool known = co_await knows(read.id, term);
            if (!known && !term.ended()) track_remote(read, std::move(task));
            co_return;
        }
        if (after == Outcomes::AfterLoss::ended) co_return;
    }
    const bool claimed_meanwhile = co_await knows(row.id, term);
    if (claimed_meanwhile || term.ended()) co_return;
    adopt_waiting(std::move(row), std::move(task), now);
}

/// Adds a run that waits on no node: for its start, its next attempt or its callback.
void Recovery::adopt_waiting(model::Execution row, execution::TaskPtr task, Instant now) {
    const bool has_begun =
        row.state == model::ExecutionState::failure || row.attempt > 1 || is_resumed(row, task);
    using State = ExternalRun::State;
    const RunId id = shard_.planner.add({.job = row.job_key,
                                         .scheduled_at = is_planned(row) ? row.scheduled_at : std::nullopt,
                                         .due = row.due.value_or(now),
                                         .state = row.accepted ? State::accepted
                                                  : has_begun  ? State::retrying
                                                               : State::waiting,
                                         .policy = shard_.policy_of(*task),
                                         .tenant = context_.interner.intern(row.tenant.value())});
    const Stage stage = row.accepted ? Stage::accepted : has_begun ? Stage::retrying : Stage::waiting;
    const bool reported = row.accepted && !row.result.empty();
    Run& run = shard_.runs.add(
        Run{.id = id, .stage = stage, .task = std::move(task), .row = std::move(row), .needs_begin = true});
    if (has_begun || run.row.accepted) watch_.add(run);
    shard_.wake.notify();
    if (!reported) return;
    run.early_result = run.row.result;  // stored and acknowledged by a process that exited before the end
    context_.gate.spawn("callback", outcomes_.complete_by_callback(id));
}

/// Returns true if a scheduled run that has not started still belongs to its job. A run that was due before a
/// schedule change does, and so does the run of a completed one-shot, whose job is disabled.
bool Recovery::still_named(const model::Execution& row, const execution::TaskPtr& task) const {
    if (task == nullptr) return false;
    if (model::runs_once(task->job_type, task->context.plan)) return true;
    const std::optional<JobPlan> plan = shard_.planner.find(row.job_key);
    return plan && plan->job.occurrences().contains(*row.scheduled_at);
}

asio::awaitable<void> Recovery::requested(ExecuteId id) {
    const Term term = shard_.term.token();
    for (std::size_t tries = 0; !term.ended(); ++tries) {
        std::vector<ExecuteId> ids{id};
        auto rows = co_await context_.store.queries->find_executions(std::move(ids));
        if (term.ended()) co_return;
        if (rows) {
            const bool open = !rows->empty() && !model::is_end(rows->front().state) &&
                              rows->front().trigger != model::Trigger::history;  // nobody here runs it
            if (open) co_await adopt(std::move(rows->front()), term);
            co_return;
        }
        const bool again = co_await context_.back_off(tries);
        if (!again) co_return;
    }
}

asio::awaitable<void> Recovery::take_up(model::Execution row) {
    log::warn("found unknown execution: execute_id={} job_id={} attempt={} node={}", row.id, row.job_id,
              row.attempt, row.node);
    if (shard_.term.is_active()) {
        co_await adopt(std::move(row), shard_.term.token());
        co_return;
    }
    execution::TaskPtr task = co_await context_.task_of(row);
    if (!context_.stopping) co_await outcomes_.handle_node_loss(row, std::move(task));
}

}  // namespace ecron::analysis
