#pragma once
#include "analysis/scheduler/change_feed.hpp"

namespace ecron::analysis {

/// Periodic reads of the store.
class Polling {
public:
    Polling(SchedulerContext& context, Shards& shards, ChangeFeed& feed)
        : context_(context),
          shards_(shards),
          feed_(feed),
          cluster_(context.io),
          reconcile_(context.io),
          failing_(context.io) {}

    /// Polls the progress of shards that other nodes lead, and the live nodes.
    asio::awaitable<void> watch_cluster();
    /// Polls attempts that were offered to all nodes.
    asio::awaitable<void> watch_offers();
    /// Finds overdue executions that are missing in the memory of their owner, because a response of the
    /// store was lost or a process restarted under its name before it could be declared dead. The leader
    /// adopts those of its shard; every node requeues those in its own name that do not wait for the leader.
    asio::awaitable<void> reconcile();
    /// Counts the failing jobs of the store while this node leads the first shard.
    asio::awaitable<void> count_failing();
    [[nodiscard]] std::optional<std::int64_t> failing_jobs() const { return failing_jobs_; }
    /// Lets the above notice the end of the drain.
    void notify();

private:
    asio::awaitable<void> requeue_earlier();
    asio::awaitable<void> requeue_left(const std::vector<model::Execution>& rows);
    [[nodiscard]] bool is_left(const model::Execution& row);

    SchedulerContext& context_;
    Shards& shards_;
    ChangeFeed& feed_;
    Wakeup cluster_;
    Wakeup reconcile_;
    Wakeup failing_;
    std::optional<std::int64_t> failing_jobs_{};
};

}  // namespace ecron::analysis
