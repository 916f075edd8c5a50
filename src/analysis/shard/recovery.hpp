#pragma once
#include "analysis/shard/outcomes.hpp"

namespace ecron::analysis {

/// Recovers executions that are not in memory: unfinished ones of earlier terms, requested ones that another
/// node inserted, and remote ones, which another node claimed or carries out because it was the leader
/// before. Remote executions count for overlap and are polled every second until they end, are requeued, or
/// their node is dead. Claims of a node that is gone are taken over much earlier than its lease ends.
class Recovery {
public:
    Recovery(ShardState& shard, Outcomes& outcomes, RunWatch& watch)
        : context_(shard.context),
          shard_(shard),
          outcomes_(outcomes),
          watch_(watch) {}

    /// Earlier terms add no rows after this, and permit starts for store::kStartPermit.
    void earlier_terms_ended(SteadyInstant at) { earlier_ended_ = at; }
    /// Begins to recover unfinished executions of earlier terms; also if an earlier try of a claim may have
    /// committed rows under the previous epoch.
    void begin();
    [[nodiscard]] bool is_busy() const { return busy_; }  // reading unfinished executions
    /// The term ended.
    void drop() {
        busy_ = false;
        watching_claims_ = false;
        earlier_claims_.clear();
    }
    /// An execution that another node inserted for the leader to run.
    asio::awaitable<void> requested(ExecuteId id);
    /// An execution that is active according to its row, and was found missing in memory.
    asio::awaitable<void> take_up(model::Execution row);

    // remote_executions.cpp
    asio::awaitable<void> poll_remote();
    asio::awaitable<void> look_at_remote(std::vector<ExecuteId> ids);
    /// Passes each remaining run its stored row, or null if it has none; stops when the term ends.
    using Look = std::function<void(Run&, const model::Execution*)>;
    asio::awaitable<void> look_at_rows(std::vector<ExecuteId> ids, Look look);
    void looked_at(Run& run, const model::Execution* row);
    /// Requests the node that carries out an execution to stop it, for the run's reason.
    void request_stop(const Run& run);

private:
    struct Recovered {
        std::size_t count{0};
        bool complete{true};
    };
    asio::awaitable<void> recover(Term term);
    asio::awaitable<Recovered> recover_rows(Term term, SteadyInstant since);
    asio::awaitable<bool> knows(ExecuteId id, Term term);
    asio::awaitable<void> adopt(model::Execution row, Term term);
    void adopt_waiting(model::Execution row, execution::TaskPtr task, Instant now);
    [[nodiscard]] bool still_named(const model::Execution& row, const execution::TaskPtr& task) const;

    // remote_executions.cpp
    void track_remote(model::Execution row, execution::TaskPtr task);
    void adopt_again(const Run& run, model::Execution row);
    void came_back(Run& run);
    [[nodiscard]] bool is_lost(const model::Execution& row, const execution::TaskPtr& task);
    [[nodiscard]] bool is_earlier_claim(const model::Execution& row, const execution::TaskPtr& task) const;
    [[nodiscard]] bool is_claimer_gone(const NodeId& node);
    asio::awaitable<void> watch_earlier_claims(Term term);
    [[nodiscard]] std::vector<ExecuteId> next_claims();
    [[nodiscard]] bool is_claim_over(const model::Execution& row) const;
    asio::awaitable<void> take_over(RunId id);
    asio::awaitable<void> ask_cancel(model::Execution row, std::string by);

    SchedulerContext& context_;
    ShardState& shard_;
    Outcomes& outcomes_;
    RunWatch& watch_;
    SteadyInstant earlier_ended_{};
    bool busy_{false};
    bool polling_{false};
    bool watching_claims_{false};
    std::vector<RunId> earlier_claims_{};  // remote ones that are watched
};

}  // namespace ecron::analysis
