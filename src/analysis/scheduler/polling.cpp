#include "analysis/scheduler/polling.hpp"

#include "ecron/base/log.hpp"

namespace ecron::analysis {
namespace {

constexpr Millis kWatch{1'000};
constexpr Millis kOffers{100};
constexpr Millis kReconcile{5'000};
constexpr Millis kStarting{100};
constexpr Millis kCountFailing{15'000};
constexpr Millis kOverdue{5'000};  // executions that became due since then may still be in progress
constexpr std::size_t kPage = 500;

}  // namespace

/// Polls the progress of shards that other nodes lead, and the live nodes.
asio::awaitable<void> Polling::watch_cluster() {
    while (!context_.over) {
        co_await cluster_.wait(kWatch);
        for (const auto& shard : shards_) {
            shard->starts().record_long_runs();
            shard->watch().check();
        }
        context_.signals.log_suppressed();
        if (!feed_.is_loaded() || context_.over) continue;
        const SteadyInstant asked = context_.clock.steady();
        const auto cluster = co_await context_.store.election->cluster();
        if (!cluster) {
            context_.watch.not_answered();
            continue;
        }
        context_.watch.answered(*cluster, asked);
        // From the beginning, so that it is known at once since when one is away.
        for (const store::NodeState& node : cluster->nodes)
            if (node.alive && node.node != context_.options.node)
                context_.connections.watch(node.node, asked);
        for (const store::ShardState& state : cluster->shards)
            if (state.shard.value() < shards_.size()) co_await shards_[state.shard.value()]->observe(state);
        for (const auto& shard : shards_)
            if (shard->in_term())
                context_.gate.spawn("poll remote executions", shard->recovery().poll_remote());
    }
}

/// Counts the failing jobs on one node of the cluster.
asio::awaitable<void> Polling::count_failing() {
    while (!context_.over) {
        if (!context_.store.election->leads(Shard{0})) {
            failing_jobs_.reset();
        } else if (const auto count = co_await context_.store.listings->count_failing()) {
            failing_jobs_ = *count;
        }
        co_await failing_.wait(kCountFailing);
    }
}

/// Polls attempts that were offered to all nodes.
asio::awaitable<void> Polling::watch_offers() {
    while (!context_.over) {
        co_await sleep(context_.io, kOffers);
        for (const auto& shard : shards_)
            if (shard->in_term()) co_await shard->offers().poll();
    }
}

/// Requeues what an earlier process of this node's name has left unfinished in shards that another node leads
/// by now: for that node, a process that restarts at once has never been away.
asio::awaitable<void> Polling::requeue_earlier() {
    while (!context_.over && !(context_.owns_name && feed_.is_loaded())) co_await reconcile_.wait(kStarting);
    const Instant until = context_.latest() + context_.options.claim_ahead + 2 * kClockTolerance;
    std::int64_t after = 0;
    for (std::size_t tries = 0; !context_.stopping;) {
        const auto rows = co_await context_.store.queries->overdue(until, kPage, after);
        if (context_.stopping) co_return;
        if (!rows) {
            const bool again = co_await context_.back_off(tries++);
            if (!again) co_return;
            continue;
        }
        co_await requeue_left(*rows);
        if (rows->size() < kPage) co_return;
        after = rows->back().key;
    }
}

bool Polling::is_left(const model::Execution& row) {
    ShardScheduler& shard = shards_.of(row.job_id);  // a led shard recovers it
    return row.node == context_.options.node && !model::is_end(row.state) && !shard.in_term() &&
           shard.misses(row);
}

/// Reads the rows again: one that is not in memory before that is not on its way out of it.
asio::awaitable<void> Polling::requeue_left(const std::vector<model::Execution>& rows) {
    std::vector<ExecuteId> ids;
    for (const model::Execution& row : rows)
        if (is_left(row)) ids.push_back(row.id);
    if (ids.empty()) co_return;
    auto again = co_await context_.store.queries->find_executions(std::move(ids));
    if (!again || context_.stopping) co_return;  // reconciliation finds them later
    const bool knows_pauses = co_await context_.read_changes();
    if (!knows_pauses) co_return;
    Gate requeueing{context_.io};
    for (model::Execution& row : *again)
        if (is_left(row))
            requeueing.spawn("requeue earlier", shards_.of(row.job_id).recovery().take_up(std::move(row)));
    co_await requeueing.close();
}

/// Compares page by page. A row must be missing in two rounds, because it may be on its way into or out of
/// memory.
asio::awaitable<void> Polling::reconcile() {
    co_await requeue_earlier();
    std::unordered_map<ExecuteId, int> before;  // with their attempts, of the previous and the current round
    std::unordered_map<ExecuteId, int> found;
    std::int64_t after = 0;
    while (!context_.over) {
        co_await reconcile_.wait(kReconcile);
        if (!feed_.is_loaded() || context_.stopping) continue;
        auto rows = co_await context_.store.queries->overdue(context_.now() - kOverdue, kPage, after);
        if (!rows || context_.stopping) continue;
        // What was due in a pause is not attempted again, also if another node leads its shard.
        const auto is_missing = [&](const model::Execution& row) {
            return shards_.of(row.job_id).misses(row);
        };
        if (std::ranges::any_of(*rows, is_missing)) {
            const bool knows_pauses = co_await context_.read_changes();
            if (!knows_pauses) continue;
        }
        for (model::Execution& row : *rows) {
            ShardScheduler& shard = shards_.of(row.job_id);
            if (!shard.misses(row)) continue;
            const auto seen = before.find(row.id);
            const bool again = seen != before.end() && seen->second == row.attempt;
            found.emplace(row.id, row.attempt);
            if (again) context_.gate.spawn("reconcile", shard.recovery().take_up(std::move(row)));
        }
        after = rows->size() < kPage ? 0 : rows->back().key;
        if (after == 0) before = std::exchange(found, {});
    }
}

void Polling::notify() {
    cluster_.notify();
    reconcile_.notify();
    failing_.notify();
}

}  // namespace ecron::analysis
