#pragma once
#include <deque>
#include <unordered_map>

#include "analysis/shard/outcomes.hpp"
#include "ecron/base/round_robin.hpp"

namespace ecron::analysis {

/// Starts attempts: on this node, or offers them to all nodes.
class Starts {
public:
    Starts(ShardState& shard, Outcomes& outcomes, RunWatch& watch)
        : context_(shard.context),
          shard_(shard),
          outcomes_(outcomes),
          watch_(watch) {}

    void add(RunId id);
    /// Starts what was added.
    void run();
    /// Commits the start by compare-and-set first.
    asio::awaitable<void> begin_then_submit(RunId id);
    /// Ends a run that the pool does not have. A run that may continue without a node is resumed in order to
    /// be ended.
    void end_unstarted(Run& run);
    /// Returns true if the start of the run is a transaction of its own.
    [[nodiscard]] bool commits_begin(const Run& run) const;
    /// Records long attempts as executing, for the API.
    void record_long_runs();
    /// A slot of a concurrency key was freed on this node.
    void slot_freed(const std::string& key);
    /// The term ended.
    void drop();

private:
    asio::awaitable<void> start_queued();
    void start(Run& run);
    void start_begun(Run& run);
    [[nodiscard]] std::optional<store::Slot> slot_of(const Run& run) const;
    [[nodiscard]] std::vector<store::Announcement> announce_start(const Run& run,
                                                                  model::Execution& begun) const;
    void wait_for_slot(Run& run);
    void submit(Run& run);
    void hand_to_pool(Run& run);
    [[nodiscard]] bool is_recent(const Run& run) const;
    [[nodiscard]] bool is_permitted(const Run& run);
    [[nodiscard]] bool may_start(RunId id);
    void begin_again(RunId id);
    asio::awaitable<void> record_begin(RunId id);
    [[nodiscard]] bool may_offer(const Run& run) const;
    void offer(Run& run);

    SchedulerContext& context_;
    ShardState& shard_;
    Outcomes& outcomes_;
    RunWatch& watch_;
    RoundRobin<Group, RunId> queue_;  // due runs, by tenant
    bool starting_{false};
    std::deque<RunId> unrecorded_;                                     // attempts in the order of their start
    std::unordered_map<std::string, std::deque<RunId>> slot_waiters_;  // by concurrency key
};

}  // namespace ecron::analysis
