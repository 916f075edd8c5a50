#include "ecron/base/log.hpp"
#include "ecron/model/shard.hpp"
#include "ecron/notify/announce.hpp"
#include "shard_scheduler.hpp"

/// Recovery: what a new leader does with unfinished executions of earlier terms, and what happens to an
/// execution whose node is lost.
namespace ecron::analysis {
namespace {

constexpr Millis kRecheck{1'000};
constexpr int kMostLosses = 3;
constexpr std::size_t kRowsPerTurn = 32;  // yield to other coroutines after this many

bool is_planned(const model::Execution& row) {
    return row.trigger == model::Trigger::schedule && row.nominal.has_value();
}

/// The attempt record that the lost node could not write. If the start was not stored, the due time is used
/// as the start time.
model::Attempt lost_attempt(const model::Execution& row, Instant now) {
    const bool begin_known = entered_attempts(row) >= row.attempt && !row.executors.empty();
    return {.execute_id = row.id,
            .number = row.attempt,
            .begin_at = begin_known ? row.executors.back().executed_at : row.due.value_or(now),
            .end_at = now,
            .node = row.node,
            .outcome = model::ExecutionState::interrupt,
            .reason = "node_lost"};
}

}  // namespace

/// Recovers unfinished executions of earlier terms. Those of a tenant without capacity are skipped and read
/// again later, so that they do not delay other tenants.
asio::awaitable<void> ShardScheduler::recover(std::uint64_t term) {
    recovering_ = true;
    co_await yield(context_.io);  // terms that began in one transaction share the pages they read
    std::size_t count = 0;
    for (SteadyInstant since = term_began_; term == term_count_ && !context_.stopping;) {
        const Recovered found = co_await recover_rows(term, since);
        if (term != term_count_) break;
        count += found.count;
        recovering_ = false;
        context_.progress.notify();
        if (found.complete) break;
        co_await context_.progress.wait(kRecheck);
        since = context_.clock.steady();
    }
    if (count > 0) log::info("recovered unfinished executions shard={} count={}", shard_, count);
    if (term == term_count_) recovering_ = false;
    context_.progress.notify();
}

/// Recovers all of them once, page by page as capacity permits.
asio::awaitable<ShardScheduler::Recovered> ShardScheduler::recover_rows(std::uint64_t term,
                                                                        SteadyInstant since) {
    Recovered found;
    std::int64_t after = 0;
    for (std::size_t tries = 0; term == term_count_ && !context_.stopping;) {
        if (context_.window() == 0) {
            co_await context_.progress.wait(kRecheck);
            continue;
        }
        const Result<SchedulerContext::Page> page = co_await context_.unended_page(after, since);
        if (term != term_count_) break;
        if (!page) {
            const bool again = co_await context_.back_off(tries++);
            if (!again) break;
            continue;
        }
        if ((*page)->empty()) break;
        after = (*page)->back().key;
        std::vector<model::Execution> rows;
        for (const model::Execution& row : **page) {
            if (model::shard_of(row.job_id, context_.shards) != shard_ || row.epoch == term_->epoch) continue;
            if (const Run* run = runs_.find(row.id); run != nullptr && run->stage != Stage::unclaimed)
                continue;
            const bool fits = context_.window_of(context_.interner.intern(row.tenant.value())) > 0;
            if (fits) rows.push_back(row);
            found.complete = found.complete && fits;
        }
        std::vector<JobKey> keys;
        for (const model::Execution& row : rows)
            if (row.snapshot.empty()) keys.push_back(row.job_key);
        if (!keys.empty()) co_await context_.fetch_tasks(std::move(keys));
        for (std::size_t i = 0; i < rows.size() && term == term_count_; ++i) {
            co_await adopt(std::move(rows[i]), term);
            if (i % kRowsPerTurn == 0) co_await yield(context_.io);
        }
        found.count += rows.size();
        wake_.notify();
    }
    co_return found;
}

/// Returns true if a run is in memory once no claim of it is in progress; such a claim may find that the row
/// belongs to another term and drop the run.
asio::awaitable<bool> ShardScheduler::knows(ExecuteId id, std::uint64_t term) {
    for (;;) {
        const Run* const run = runs_.find(id);
        if (run == nullptr || run->stage != Stage::unclaimed || term != term_count_) co_return run != nullptr;
        co_await context_.progress.wait(Millis{50});
    }
}

asio::awaitable<void> ShardScheduler::adopt(model::Execution row, std::uint64_t term) {
    const bool here = co_await knows(row.id, term);
    if (here || term != term_count_) co_return;
    execution::TaskPtr task = co_await context_.task_of(row);
    if (term != term_count_) co_return;
    const Instant now = context_.latest();
    const bool pending = row.state == model::ExecutionState::pending;
    const bool nobodys =
        row.accepted || row.state == model::ExecutionState::failure || (pending && row.node.value().empty());
    const bool going_on_here = orphans_.find(row.id) != nullptr;
    const bool own =
        row.node == context_.options.node && !going_on_here;  // of an earlier process of its name
    const bool may_start_elsewhere = !nobodys && !own && !is_claim_over(row);
    if (may_start_elsewhere && (going_on_here || !context_.watch.is_dead(row.node))) {
        track_remote(std::move(row), std::move(task));
        co_return;
    }

    const bool waits = pending && (row.node.value().empty() || row.due.value_or(now) > now);
    const bool untouched = waits && !is_resumed(row, task);
    if (untouched && row.attempt <= 1 && is_planned(row) && !still_named(row, task)) {
        std::vector<ExecuteId> ids{row.id};
        const Result<void> gone = co_await context_.store.withdraw(shard_, term_->epoch, std::move(ids));
        if (!gone) log::warn("failed to withdraw execution={} error={}", row.id, gone.error().what);
        co_return;
    }
    const bool under_way = !row.accepted && !waits && row.state != model::ExecutionState::failure;
    if (task == nullptr || under_way) {
        const model::Execution read = row;
        const AfterLoss after = co_await handle_node_loss(row, task);
        if (term != term_count_) co_return;
        if (after == AfterLoss::changed) {
            // Its node owns it after all: polling handles the rest.
            const bool known = co_await knows(read.id, term);
            if (!known && term == term_count_) track_remote(read, std::move(task));
            co_return;
        }
        if (after == AfterLoss::ended) co_return;
    }
    const bool claimed_meanwhile = co_await knows(row.id, term);
    if (claimed_meanwhile || term != term_count_) co_return;

    const bool has_begun =
        row.state == model::ExecutionState::failure || row.attempt > 1 || is_resumed(row, task);
    const JobPolicy policy = policy_of(task->context.plan, task->job_type, task->tenant.value(),
                                       context_.options.policy, context_.interner);
    const Planner::Adopted state = row.accepted ? Planner::Adopted::accepted
                                   : has_begun  ? Planner::Adopted::retrying
                                                : Planner::Adopted::waiting;
    const RunId id =
        planner_.adopt(row.job_key, is_planned(row) ? row.nominal : std::nullopt, row.due.value_or(now),
                       state, policy, context_.interner.intern(row.tenant.value()));
    const Stage stage = row.accepted ? Stage::accepted : has_begun ? Stage::retrying : Stage::waiting;
    const bool reported = row.accepted && !row.result.empty();
    Run& run = runs_.add(
        Run{.id = id, .stage = stage, .task = std::move(task), .row = std::move(row), .needs_begin = true});
    wake_.notify();
    if (!reported) co_return;
    run.early_result = run.row.result;  // stored and acknowledged by a process that exited before the end
    context_.gate.spawn("callback", complete_by_callback(id));
}

/// Returns true if a scheduled run that has not started still belongs to its job. A run that was due before a
/// schedule change does, and so does the run of a completed one-shot, whose job is disabled.
bool ShardScheduler::still_named(const model::Execution& row, const execution::TaskPtr& task) const {
    if (task == nullptr) return false;
    if (model::runs_once(task->job_type, task->context.plan)) return true;
    const std::optional<PlannedJob> job = planner_.find(row.job_key);
    return job && job->occurrences().contains(*row.nominal);
}

/// Handles the loss of the node that ran it: the run returns to pending, as a new attempt unless this one
/// continues without a node, or it ends. Whether it had started is usually unknown; if it was due in a pause,
/// it is assumed not to have started.
asio::awaitable<ShardScheduler::AfterLoss> ShardScheduler::handle_node_loss(model::Execution& row,
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
        row.due = context_.now();
        outcome.next_attempt = row.attempt + 1;
    } else {
        row.state = model::ExecutionState::interrupt;
        row.reason = task == nullptr ? "job_gone" : in_pause ? "paused" : "node_lost";
        row.end_at = context_.now();
    }
    log::info("execution lost its node execution={} job={} node={} attempt={} continues={}", row.id,
              row.job_id, row.node, row.attempt, goes_on);
    row.node = NodeId{};
    outcome.after = row;
    if (task != nullptr) notify::announce(task->context, outcome);
    const std::optional<bool> written = co_await write_outcome(outcome, task);
    if (written == false) log::warn("outcome discarded, the execution had changed execution={}", outcome.id);
    if (goes_on && !resumes) ++row.attempt;
    if (written != true) co_return AfterLoss::changed;
    co_return goes_on ? AfterLoss::goes_on : AfterLoss::ended;
}

/// Returns true if the execution is scheduled, was due in a pause, and is not known to have started.
bool ShardScheduler::is_in_pause(const model::Execution& row) const {
    if (!is_planned(row) || !row.due || row.attempt > 1) return false;
    const Group tenant = context_.interner.intern(row.tenant.value());
    return row.state == model::ExecutionState::pending && planner_.is_paused(tenant, *row.due);
}

/// Records the attempt's executor, once.
void ShardScheduler::mark_begun(model::Execution& row, std::string executor, Instant began) {
    if (entered_attempts(row) >= row.attempt) return;
    row.end_at.reset();  // the attempt before it had one
    add_executor(row, {std::move(executor), began});
    if (row.execute_times == 1) row.begin_at = began;
}

/// Returns true if an execution that loses its node is attempted again.
bool ShardScheduler::survives(const model::Execution& row, const execution::TaskPtr& task) const {
    if (task == nullptr) return false;
    const model::NodeLoss policy = task->context.on_node_loss.value_or(context_.options.on_node_loss);
    return policy == model::NodeLoss::retry && row.losses + 1 < kMostLosses;
}

}  // namespace ecron::analysis
