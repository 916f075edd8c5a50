#pragma once
#include <unordered_set>

#include "analysis/shard/outcomes.hpp"

namespace ecron::analysis {

/// Deletes the rows of claimed runs that are no longer occurrences of their job.
class Withdrawals {
public:
    Withdrawals(ShardState& shard, Outcomes& outcomes)
        : context_(shard.context),
          shard_(shard),
          outcomes_(outcomes) {}

    void add(RunId id);
    /// Deletes the rows of what was added.
    void run();
    /// Returns true if the row is being deleted.
    [[nodiscard]] bool is_pending(const ExecuteId& id) const { return pending_.contains(id); }
    [[nodiscard]] bool any_pending() const { return !pending_.empty(); }
    /// The term ended.
    void drop();

private:
    asio::awaitable<void> write(std::vector<RunId> ids);

    SchedulerContext& context_;
    ShardState& shard_;
    Outcomes& outcomes_;
    std::vector<RunId> added_;
    std::unordered_set<ExecuteId> pending_;
};

}  // namespace ecron::analysis
