#include <algorithm>
#include <cassert>
#include <ranges>

#include "analysis/shard/recovery.hpp"
#include "ecron/base/log.hpp"

/// Remote executions.
namespace ecron::analysis {
namespace {

constexpr std::size_t kLookPage = 500;
constexpr Millis kPermitMargin{50};  // for steady clocks that run at different rates
constexpr Millis kLookAtClaims{50};
constexpr Seconds kClaimsWatched{10};
constexpr std::size_t kClaimsLookedAt = 2'000;

}  // namespace

void Recovery::track_remote(model::Execution row, execution::TaskPtr task) {
    const bool is_watched = is_earlier_claim(row, task);
    if (is_watched && !std::exchange(watching_claims_, true))
        context_.gate.spawn("watch claims", watch_earlier_claims(shard_.term.token()));
    const bool planned = row.trigger == model::Trigger::schedule && row.scheduled_at.has_value();
    const JobPolicy policy = task == nullptr
                                 ? context_.options.policy
                                 : policy_of(task->context.plan, task->job_type, task->tenant.value(),
                                             context_.options.policy, context_.interner);
    const RunId id = shard_.planner.add({.job = row.job_key,
                                         .scheduled_at = planned ? row.scheduled_at : std::nullopt,
                                         .due = row.due.value_or(context_.clock.now()),
                                         .state = ExternalRun::State::running,
                                         .policy = policy,
                                         .tenant = context_.interner.intern(row.tenant.value())});
    if (is_watched) earlier_claims_.push_back(id);
    shard_.runs.add(Run{.id = id,
                        .stage = Stage::remote,
                        .task = std::move(task),
                        .row = std::move(row),
                        .needs_begin = true});
}

asio::awaitable<void> Recovery::poll_remote() {
    if (polling_ || !shard_.term.is_active()) co_return;
    polling_ = true;
    std::vector<ExecuteId> ids;
    for (const RunId id : shard_.runs.elsewhere())
        if (const Run& run = *shard_.runs.find(id); run.stage == Stage::remote) ids.push_back(run.row.id);
    co_await look_at_remote(std::move(ids));
    polling_ = false;
}

asio::awaitable<void> Recovery::look_at_remote(std::vector<ExecuteId> ids) {
    co_await look_at_rows(std::move(ids), [this](Run& run, const model::Execution* row) {
        if (run.stage == Stage::remote) looked_at(run, row);
    });
}

/// Passes each remaining run its stored row, or null if it has none; stops when the term ends.
asio::awaitable<void> Recovery::look_at_rows(std::vector<ExecuteId> ids, Look look) {
    const Term term = shard_.term.token();
    for (std::size_t at = 0; at < ids.size() && !term.ended(); at += kLookPage) {
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = static_cast<std::ptrdiff_t>(std::min(kLookPage, ids.size() - at));
        const std::vector<ExecuteId> page(first, first + count);
        const auto rows = co_await context_.store.queries->find_executions(page);
        if (!rows || term.ended()) break;
        std::unordered_map<ExecuteId, const model::Execution*> found;
        for (const model::Execution& row : *rows) found.emplace(row.id, &row);
        for (const ExecuteId& id : page) {
            Run* const run = shard_.runs.find(id);
            const auto row = found.find(id);
            if (run != nullptr) look(*run, row == found.end() ? nullptr : row->second);
        }
        co_await yield(context_.io);
    }
}

void Recovery::looked_at(Run& run, const model::Execution* row) {
    if (row == nullptr || model::is_end(row->state)) {
        outcomes_.end_run(run.id);
        return;
    }
    const bool handed_back = row->state == model::ExecutionState::pending && row->node.value().empty();
    const bool not_due = row->state == model::ExecutionState::pending &&
                         row->due.value_or(Instant::min()) > context_.latest() &&
                         (is_lost(*row, run.task) || is_claim_over(*row));
    if ((handed_back || not_due) && row->attempt <= 1 && run.stop_reason.empty())
        return adopt_again(run, *row);  // it never started: the current job definition applies
    run.row = *row;
    const bool waits = row->accepted || row->state == model::ExecutionState::failure || handed_back;
    if (waits)
        came_back(run);
    else if (is_lost(*row, run.task))
        context_.gate.spawn("recover remote", take_over(run.id));
}

/// As any waiting execution that this process does not know yet.
void Recovery::adopt_again(const Run& run, model::Execution row) {
    outcomes_.end_run(run.id);
    context_.gate.spawn("adopt", adopt(std::move(row), shard_.term.token()));
}

/// The node that ran it has finished its part: the leader decides the next step.
void Recovery::came_back(Run& run) {
    assert(run.needs_begin && !run.begin_recorded);
    // Its refusal was not written, because another node had requeued it as lost; the planner has forgotten
    // it.
    if (run.refused) return adopt_again(run, run.row);
    const Instant due = run.row.due.value_or(context_.clock.now());
    shard_.runs.move(run, run.row.accepted ? Stage::accepted : Stage::retrying);
    watch_.add(run);
    run.offered_at.reset();
    if (run.row.accepted)
        shard_.planner.report(run.id, AcceptedUntil{due});
    else
        shard_.planner.report(run.id, RetryAt{due});
    shard_.wake.notify();
    if (!run.stop_reason.empty() || run.task == nullptr) {
        const std::string reason = run.stop_reason.empty() ? "job_gone" : run.stop_reason;
        context_.gate.spawn("stop", outcomes_.finish_without_attempt(run.id, reason));
    } else if (run.row.accepted && !run.row.result.empty()) {
        run.early_result = run.row.result;
        context_.gate.spawn("callback", outcomes_.complete_by_callback(run.id));
    }
}

bool Recovery::is_lost(const model::Execution& row, const execution::TaskPtr& task) {
    if (shard_.orphans.find(row.id) != nullptr) return false;
    const bool is_lost_claim = is_earlier_claim(row, task) && is_claimer_gone(row.node);
    return row.node == context_.options.node || is_lost_claim || context_.watch.is_dead(row.node);
}

/// Returns true if the row is a claim of an earlier term of which no start is recorded, and an attempt that
/// has started all the same is not continued, or stopped, only when its node's lease ends.
bool Recovery::is_earlier_claim(const model::Execution& row, const execution::TaskPtr& task) const {
    const bool ends_with_node = task != nullptr && !execution::outlives_node(task->context) &&
                                !execution::stops_with_lease(task->context);
    return ends_with_node && row.state == model::ExecutionState::pending && !row.node.value().empty() &&
           entered_attempts(row) < row.attempt && shard_.term.is_active() && row.epoch < shard_.term->epoch;
}

/// Returns true if the node starts none of its claims of earlier terms any more: their permits have expired.
/// It may have started them, but is not connected. If it runs all the same, its outcomes are discarded.
bool Recovery::is_claimer_gone(const NodeId& node) {
    const SteadyInstant now = context_.clock.steady();
    const bool have_expired = now - earlier_ended_ >= store::kStartPermit + kPermitMargin;
    return context_.connections.is_gone(node, now) && have_expired;
}

/// Looks at claims of earlier terms more often than at other remote executions: they are started, handed
/// back, or lost within a second, unless their claimer is frozen or cut off.
asio::awaitable<void> Recovery::watch_earlier_claims(Term term) {
    const SteadyInstant end = context_.clock.steady() + kClaimsWatched;
    while (!term.ended() && !context_.stopping && context_.clock.steady() < end) {
        co_await sleep(context_.io, kLookAtClaims);
        if (term.ended()) co_return;
        std::vector<ExecuteId> ids = next_claims();
        if (ids.empty()) break;
        co_await look_at_remote(std::move(ids));
    }
    if (term.ended()) co_return;
    watching_claims_ = false;
    earlier_claims_.clear();
}

/// Returns the first claims of earlier terms that are still waited for; the usual poll reads the others, too.
std::vector<ExecuteId> Recovery::next_claims() {
    std::erase_if(earlier_claims_, [this](RunId id) {
        const Run* const run = shard_.runs.find(id);
        return run == nullptr || run->stage != Stage::remote || !is_earlier_claim(run->row, run->task);
    });
    std::vector<ExecuteId> ids;
    for (const RunId id : earlier_claims_ | std::views::take(kClaimsLookedAt))
        ids.push_back(shard_.runs.find(id)->row.id);
    return ids;
}

/// Returns true if the claim of an earlier term no longer leads to a start: its claimer starts what becomes
/// due within one lease at most, or it has restarted under the same name without knowledge of the claim.
bool Recovery::is_claim_over(const model::Execution& row) const {
    return row.state == model::ExecutionState::pending && row.attempt <= 1 && shard_.term.is_active() &&
           row.epoch != shard_.term->epoch &&
           row.due.value_or(Instant::min()) > context_.now() + context_.options.lease;
}

asio::awaitable<void> Recovery::take_over(RunId id) {
    Run* run = shard_.runs.find(id);
    if (run == nullptr || run->stage != Stage::remote) co_return;
    shard_.runs.move(*run, Stage::ending);
    model::Execution row = run->row;
    const Term term = shard_.term.token();
    const Outcomes::AfterLoss after = co_await outcomes_.handle_node_loss(row, run->task);
    if (term.ended()) {  // dropped as if this node had an attempt of it
        outcomes_.end_run(id);
        co_return;
    }
    run = shard_.runs.find(id);
    if (run == nullptr) co_return;
    if (after == Outcomes::AfterLoss::changed) {
        shard_.runs.move(*run, Stage::remote);
        co_return;
    }
    if (after == Outcomes::AfterLoss::ended) {
        outcomes_.end_run(id);
        co_return;
    }
    run->row = std::move(row);
    came_back(*run);
}

void Recovery::request_stop(const Run& run) {
    context_.gate.spawn("request cancel",
                        ask_cancel(run.row, std::string{kInternalCancelPrefix} + run.stop_reason));
}

asio::awaitable<void> Recovery::ask_cancel(model::Execution row, std::string by) {
    for (std::size_t tries = 0;; ++tries) {
        const Result<void> asked = co_await context_.store.executions->ask_cancel(row, by);
        if (asked) co_return;
        const bool again = co_await context_.back_off(tries);
        if (again) continue;
        log::warn("failed to request cancel: execute_id={} error={}", row.id, asked.error().what);
        co_return;
    }
}

}  // namespace ecron::analysis
