#include <algorithm>

#include "ecron/base/log.hpp"
#include "shard_scheduler.hpp"

/// Remote executions: runs of this shard that another node claimed or carries out because it was the leader
/// before. They count for overlap and are polled every second until they end, are requeued, or their node is
/// dead.
namespace ecron::analysis {
namespace {

constexpr std::size_t kLookPage = 500;

}  // namespace

void ShardScheduler::track_remote(model::Execution row, execution::TaskPtr task) {
    const bool planned = row.trigger == model::Trigger::schedule && row.nominal.has_value();
    const JobPolicy policy = task == nullptr
                                 ? context_.options.policy
                                 : policy_of(task->context.plan, task->job_type, task->tenant.value(),
                                             context_.options.policy, context_.interner);
    const RunId id = planner_.adopt(row.job_key, planned ? row.nominal : std::nullopt,
                                    row.due.value_or(context_.clock.now()), Planner::Adopted::running, policy,
                                    context_.interner.intern(row.tenant.value()));
    runs_.add(Run{.id = id,
                  .stage = Stage::remote,
                  .task = std::move(task),
                  .row = std::move(row),
                  .needs_begin = true});
}

asio::awaitable<void> ShardScheduler::look_elsewhere() {
    if (looking_ || !term_) co_return;
    looking_ = true;
    std::vector<ExecuteId> ids;
    for (const RunId id : runs_.ids())
        if (const Run& run = *runs_.find(id); run.stage == Stage::remote) ids.push_back(run.row.id);
    co_await look_at_rows(std::move(ids), [this](Run& run, const model::Execution* row) {
        if (run.stage == Stage::remote) looked_at(run, row);
    });
    looking_ = false;
}

/// Passes each remaining run its stored row, or null if it has none; stops when the term ends.
asio::awaitable<void> ShardScheduler::look_at_rows(std::vector<ExecuteId> ids, Look look) {
    const std::uint64_t term = term_count_;
    for (std::size_t at = 0; at < ids.size() && term == term_count_; at += kLookPage) {
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = static_cast<std::ptrdiff_t>(std::min(kLookPage, ids.size() - at));
        const std::vector<ExecuteId> page(first, first + count);
        const auto rows = co_await context_.store.find_executions(page);
        if (!rows || term != term_count_) break;
        std::unordered_map<ExecuteId, const model::Execution*> found;
        for (const model::Execution& row : *rows) found.emplace(row.id, &row);
        for (const ExecuteId& id : page) {
            Run* const run = runs_.find(id);
            const auto row = found.find(id);
            if (run != nullptr) look(*run, row == found.end() ? nullptr : row->second);
        }
        co_await yield(context_.io);
    }
}

void ShardScheduler::looked_at(Run& run, const model::Execution* row) {
    if (row == nullptr || model::is_end(row->state)) {
        end_run(run.id);
        return;
    }
    const bool handed_back = row->state == model::ExecutionState::pending && row->node.value().empty();
    const bool not_due = row->state == model::ExecutionState::pending &&
                         row->due.value_or(Instant::min()) > context_.latest() &&
                         (is_lost(*row) || is_claim_over(*row));
    if ((handed_back || not_due) && row->attempt <= 1 && run.stop_reason.empty()) {
        // It never started: the current job definition applies, as for every waiting run.
        model::Execution waiting = *row;
        end_run(run.id);
        context_.gate.spawn("adopt", adopt(std::move(waiting), term_count_));
        return;
    }
    run.row = *row;
    const bool waits = row->accepted || row->state == model::ExecutionState::failure || handed_back;
    if (waits)
        came_back(run);
    else if (is_lost(*row))
        context_.gate.spawn("recover remote", take_over(run.id));
}

/// The node that ran it has finished its part: the leader decides the next step.
void ShardScheduler::came_back(Run& run) {
    const Instant due = run.row.due.value_or(context_.clock.now());
    runs_.move(run, run.row.accepted ? Stage::accepted : Stage::retrying);
    run.offered_at.reset();
    if (run.row.accepted)
        planner_.accepted(run.id, due);
    else
        planner_.retry_at(run.id, due);
    wake_.notify();
    if (!run.stop_reason.empty() || run.task == nullptr) {
        const std::string reason = run.stop_reason.empty() ? "job_gone" : run.stop_reason;
        context_.gate.spawn("stop", finish_without_attempt(run.id, reason));
    } else if (run.row.accepted && !run.row.result.empty()) {
        run.early_result = run.row.result;
        context_.gate.spawn("callback", complete_by_callback(run.id));
    }
}

bool ShardScheduler::is_lost(const model::Execution& row) {
    if (orphans_.find(row.id) != nullptr) return false;
    return row.node == context_.options.node || context_.watch.is_dead(row.node);
}

/// Returns true if the claim of an earlier term no longer leads to a start: its claimer starts what becomes
/// due within one lease at most, or it has restarted under the same name without knowledge of the claim.
bool ShardScheduler::is_claim_over(const model::Execution& row) const {
    return row.state == model::ExecutionState::pending && row.attempt <= 1 && term_ &&
           row.epoch != term_->epoch &&
           row.due.value_or(Instant::min()) > context_.now() + context_.options.lease;
}

asio::awaitable<void> ShardScheduler::take_over(RunId id) {
    Run* run = runs_.find(id);
    if (run == nullptr || run->stage != Stage::remote) co_return;
    runs_.move(*run, Stage::ending);
    model::Execution row = run->row;
    const std::uint64_t term = term_count_;
    const AfterLoss after = co_await handle_node_loss(row, run->task);
    if (term != term_count_) {  // dropped as if this node had an attempt of it
        end_run(id);
        co_return;
    }
    run = runs_.find(id);
    if (run == nullptr) co_return;
    if (after == AfterLoss::changed) {
        runs_.move(*run, Stage::remote);
        co_return;
    }
    if (after == AfterLoss::ended) {
        end_run(id);
        co_return;
    }
    run->row = std::move(row);
    came_back(*run);
}

asio::awaitable<void> ShardScheduler::ask_cancel(model::Execution row, std::string by) {
    for (std::size_t tries = 0;; ++tries) {
        const Result<void> asked = co_await context_.store.ask_cancel(row, by);
        if (asked) co_return;
        const bool again = co_await context_.back_off(tries);
        if (again) continue;
        log::warn("failed to request cancel execution={} error={}", row.id, asked.error().what);
        co_return;
    }
}

}  // namespace ecron::analysis
