#include "ecron/base/log.hpp"
#include "ecron/model/shard.hpp"
#include "scheduler_impl.hpp"

/// Reconciliation: finds executions that are active according to their rows but missing in the memory of
/// their owner, because a response of the store was lost or a process restarted under its name before it
/// could be declared dead. The leader adopts those of its shard; every node requeues those in its own name.
namespace ecron::analysis {
namespace {

constexpr Millis kLook{5'000};
constexpr Millis kOverdue{5'000};  // executions that became due since then may still be in progress
constexpr std::size_t kPage = 500;

}  // namespace

/// Compares page by page. A row must be missing in two rounds, because it may be on its way into or out of
/// memory.
asio::awaitable<void> Scheduler::Impl::reconcile() {
    std::unordered_map<ExecuteId, int> before;  // with their attempts, of the previous and the current round
    std::unordered_map<ExecuteId, int> found;
    std::int64_t after = 0;
    while (!over_) {
        co_await reconcile_timer_.wait(kLook);
        if (!caught_up_ || context_.stopping) continue;
        auto rows = co_await context_.store.under_way(context_.now() - kOverdue, kPage, after);
        if (!rows || context_.stopping) continue;
        for (model::Execution& row : *rows) {
            ShardScheduler& shard = shard_of(row.job_id);
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

}  // namespace ecron::analysis
