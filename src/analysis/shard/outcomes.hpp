#pragma once
#include "analysis/shard/run_watch.hpp"

namespace ecron::analysis {

/// Writes how attempts and executions end, and carries out what follows: the next attempt, the wait for a
/// callback, or the end. Also handles executions whose node is lost or drains.
class Outcomes {
public:
    Outcomes(ShardState& shard, RunWatch& watch) : context_(shard.context), shard_(shard), watch_(watch) {}

    asio::awaitable<void> finish_attempt(RunId id, execution::AttemptResult result);
    asio::awaitable<void> finish_without_attempt(RunId id, std::string reason);
    /// The attempt that the target accepted did not succeed.
    void fail_accepted(Run& run, std::string reason);
    /// The target's callback, stored in `early_result`, ends a run that waits for it.
    asio::awaitable<void> complete_by_callback(RunId id);
    /// The row differs from the state in memory: another node changed it, or the response of a commit was
    /// lost. The next poll resolves it.
    void look_later(Run& run);
    void end_run(RunId id);

    /// Result of handling a lost node; changed: the row differed from the one that was read.
    enum class AfterLoss : std::uint8_t { goes_on, ended, changed };
    asio::awaitable<AfterLoss> handle_node_loss(model::Execution& row, execution::TaskPtr task);
    /// Requeues a run that this process will not finish, so that the leader starts it immediately.
    asio::awaitable<void> requeue(Run run);
    /// Requeues attempts that this process carries out for earlier terms.
    enum class Abandon : std::uint8_t { all, what_goes_on };
    void abandon_attempts(Abandon which);
    /// Kills the commands that this process runs: it cannot renew its lease and may be declared dead.
    void end_commands();

private:
    /// Next step after an outcome is committed.
    enum class Next : std::uint8_t { over, retry, await_callback };
    [[nodiscard]] model::Attempt record_of(const model::Execution& row,
                                           const execution::AttemptResult& result) const;
    Next decide_loss(Run& run, const execution::AttemptResult& result, store::Outcome& outcome);
    Next decide_outcome(Run& run, const execution::AttemptResult& result, store::Outcome& outcome);
    asio::awaitable<void> end_as(Run& run, model::ExecutionState state, std::string reason);
    /// `due`: when the attempt that the outcome records was due, if that is known.
    asio::awaitable<void> write_and_settle(RunId id, Next next, store::Outcome outcome,
                                           std::optional<Instant> due = {});
    /// What is announced with an outcome; `task`: nullptr if nothing is.
    struct Announced {
        execution::TaskPtr task;
        std::vector<model::Event> events;
    };
    [[nodiscard]] Announced announce(store::Outcome& outcome, execution::TaskPtr task) const;
    asio::awaitable<std::optional<bool>> write_outcome(store::Outcome& outcome, Announced announced);
    void report_attempt(const store::Outcome& outcome, const execution::TaskPtr& task,
                        std::optional<Instant> due) const;
    void settle(RunId id, Next next, const store::Outcome& outcome);
    void free_slot(const Run& run);
    [[nodiscard]] bool is_in_pause(const model::Execution& row) const;
    [[nodiscard]] bool survives(const model::Execution& row, const execution::TaskPtr& task) const;

    SchedulerContext& context_;
    ShardState& shard_;
    RunWatch& watch_;
};

}  // namespace ecron::analysis
