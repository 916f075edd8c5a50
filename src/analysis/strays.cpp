#include "ecron/base/log.hpp"
#include "ecron/model/shard.hpp"
#include "scheduler_impl.hpp"

/// Executions that are under way by their rows while whoever should know them does not: an answer of the
/// store was lost, or a process ended and is back under its name before anybody could take it for dead. The
/// leader takes up what is unknown in its shard; every node hands back what stands in its own name.
namespace ecron::analysis {
namespace {

constexpr Millis kLook{5'000};
constexpr Millis kOverdue{5'000};  // what came due since may be on its way
constexpr std::size_t kPage = 500;

}  // namespace

/// One page after the other. A row must be found unknown in two rounds: it may be on its way into memory, or
/// out of it.
asio::awaitable<void> Scheduler::Impl::look_for_strays() {
    std::unordered_map<ExecuteId, int> before;  // with their attempts, of the round before and of this one
    std::unordered_map<ExecuteId, int> found;
    std::int64_t after = 0;
    while (!over_) {
        co_await strays_.wait(kLook);
        if (!warm_ || node_.stopping) continue;
        auto rows = co_await node_.store.under_way(node_.now() - kOverdue, kPage, after);
        if (!rows || node_.stopping) continue;
        for (model::Execution& row : *rows) {
            ShardScheduler& shard = shard_of(row.job_id);
            if (!shard.misses(row)) continue;
            const auto seen = before.find(row.id);
            const bool again = seen != before.end() && seen->second == row.attempt;
            found.emplace(row.id, row.attempt);
            if (again) node_.gate.spawn("stray", shard.take_up(std::move(row)));
        }
        after = rows->size() < kPage ? 0 : rows->back().key;
        if (after == 0) before = std::exchange(found, {});
    }
}

/// Whether a row that is under way should be known here, and is not.
bool ShardScheduler::misses(const model::Execution& row) {
    if (find(row.id) != nullptr || inserting_.contains(row.id)) return false;
    if (in_term_) return leads() && !recovering_ && node_.window_of(node_.groups.of(row.tenant.value())) > 0;
    return row.node == node_.options.node;
}

asio::awaitable<void> ShardScheduler::take_up(model::Execution row) {
    log::warn("execution found that was not known execution={} job={} attempt={} node={}", row.id, row.job_id,
              row.attempt, row.node);
    if (term_) {
        co_await adopt(std::move(row), term_count_);
        co_return;
    }
    execution::TaskPtr task = co_await node_.task_of(row);
    if (!node_.stopping) co_await survive_loss(row, std::move(task));
}

}  // namespace ecron::analysis
