#pragma once
#include <unordered_set>

#include "analysis/shard/shard_state.hpp"

namespace ecron::analysis {

/// Announces that executions begin late or take long, as soon as that is the case. The announcement and the
/// note that it was made are stored in one transaction, on condition that the execution has not ended: a
/// node that takes over reads the note. An outcome that is decided first announces them itself.
class RunWatch {
public:
    explicit RunWatch(ShardState& shard) : context_(shard.context), shard_(shard) {}

    /// Watches a run that was started or recovered, if its job subscribes.
    void add(const Run& run);
    /// Checks the watched runs; expected about every second.
    void check();
    /// Returns once no announcement of the run is being stored, so that its outcome follows it.
    asio::awaitable<void> settled(RunId id);

private:
    [[nodiscard]] model::Execution as_stored(const Run& run) const;
    asio::awaitable<void> announce(RunId id, std::vector<model::Event> events);
    asio::awaitable<std::optional<bool>> write(store::Outcome outcome);

    SchedulerContext& context_;
    ShardState& shard_;
    std::unordered_set<RunId> watched_;
    std::unordered_set<RunId> storing_;
};

}  // namespace ecron::analysis
