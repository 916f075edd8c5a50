#pragma once
#include "analysis/scheduler/planned_job.hpp"
#include "analysis/scheduler/scheduler_context.hpp"
#include "analysis/shard/current_term.hpp"
#include "ecron/store/executions.hpp"

namespace ecron::analysis {

/// Prefix of the reason of a stop that a leader requests from another node; callers' names never start with
/// it.
inline constexpr std::string_view kInternalCancelPrefix{":"};

/// Reason of the stop of an execution that a client has ended over PUT /jobstatus.
inline constexpr std::string_view kRowEnded = store::kStopEnded.substr(kInternalCancelPrefix.size());

/// What the parts of a shard share: its planner, its runs and its term.
struct ShardState {
    ShardState(SchedulerContext& node, Shard shard);

    /// Returns a run of this term, or one that an earlier term of this process started; nullptr if there is
    /// none.
    [[nodiscard]] Run* find(RunId run);
    [[nodiscard]] Run* find(const ExecuteId& execution);
    [[nodiscard]] bool is_orphan(RunId run) { return orphans.find(run) != nullptr; }
    void move(Run& run, Stage stage);
    [[nodiscard]] JobPolicy policy_of(const execution::Task& task) const;
    [[nodiscard]] bool is_led() const { return context.store.election->leads(id); }

    SchedulerContext& context;
    const Shard id;
    Wakeup wake;  // wakes the planning loop
    Planner planner;
    RunTable runs;
    RunTable orphans;  // runs that continue here although the leadership and the other state were dropped
    CurrentTerm term;
    bool releasing{false};  // the lock is about to be released: nothing new is claimed
    bool denied{false};     // another node has begun a term since
};

}  // namespace ecron::analysis
