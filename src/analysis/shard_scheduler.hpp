#pragma once
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "missed.hpp"
#include "plan_change.hpp"
#include "planned_job.hpp"
#include "scheduler_context.hpp"
#include "start_queue.hpp"

namespace ecron::analysis {

/// A loaded job and the instant from which it is planned.
struct LoadedJob {
    PlannedJob job;
    Instant from;
    std::optional<Instant> claimed{};
};

/// Prefix of the reason of a stop that a leader requests from another node; callers' names never start with
/// it.
inline const std::string kInternalCancelPrefix{":"};
/// Change-log requests that do not stop an execution: a report that the attempt failed, with or without
/// retry.
inline const std::string kFailed{":failure"};
inline const std::string kGivenUp{":abandon"};

/// The end of a pause of one tenant or of all.
struct Resume {
    ChangeNumber number{};
    std::optional<Group> tenant{};
    Instant at{};
    std::optional<Instant> since{};
};

/// A request in the change log to stop an execution.
struct Cancel {
    ChangeNumber number{};
    ExecuteId execution{};
    std::string by{};
};

/// The planning of one shard, one file per part: follow.cpp (follower mode), term.cpp (terms), recovery.cpp
/// (unfinished executions), remote_executions.cpp (remote executions), reconcile.cpp (reconciliation),
/// decide.cpp (the loop and the planner's decisions), claim.cpp, attempt.cpp (starts), dispatch.cpp (starts
/// on any node), outcome.cpp, request.cpp (requests of the API and the change log).
///
/// It knows its jobs whether or not it leads. After a loss of leadership everything stays in memory until
/// another node has begun a term; if none has, planning resumes unchanged.
class ShardScheduler {
public:
    ShardScheduler(SchedulerContext& context, Shard shard);

    [[nodiscard]] Shard shard() const { return shard_; }
    [[nodiscard]] bool is_loaded() const { return loaded_; }
    /// Returns true while a term is beginning, active or ending.
    [[nodiscard]] bool in_term() const { return in_term_; }
    [[nodiscard]] bool is_releasing() const { return releasing_; }
    /// Returns true if changes are planned immediately: this process holds the leader's state.
    [[nodiscard]] bool plans_changes() const { return term_.has_value(); }
    [[nodiscard]] bool leads() const { return planning_ && context_.store.leads(shard_); }
    /// Returns how far planning is behind the clock, not counting tenants without capacity.
    [[nodiscard]] Millis lag() const;
    /// Returns the delay of the oldest occurrence that waits for the capacity of its tenant.
    [[nodiscard]] Millis held_for() const;
    [[nodiscard]] std::size_t jobs() const { return planner_.jobs(); }
    [[nodiscard]] std::size_t runs() const { return runs_.size() + orphans_.size(); }
    [[nodiscard]] std::size_t memory() const { return planner_.memory(); }

    // follow.cpp
    void begin_load(const store::ShardState& state);
    void put(const std::vector<LoadedJob>& jobs);
    [[nodiscard]] const store::ShardState& position() const { return position_; }
    asio::awaitable<void> end_load();
    void changed(const PlanChange& change);
    void pause(std::optional<Group> tenant, std::optional<Instant> since);
    void resume(const Resume& resume);
    asio::awaitable<void> observe(store::ShardState state);

    // term.cpp
    void begin_term() { in_term_ = true; }
    /// Leads while possible, until release(). Requires that the lock is held and begin_term() was called.
    asio::awaitable<void> lead();
    /// Stops planning, requeues unstarted runs and releases the lock.
    void release();
    /// Drops the state of a term that was lost.
    void abandon_term();
    /// Requeues attempts that this process carries out.
    enum class Abandon : std::uint8_t { all, what_goes_on };
    void abandon_attempts(Abandon which);

    /// Kills the commands that this process runs: it cannot renew its lease and may be declared dead.
    void end_commands();

    // remote_executions.cpp
    asio::awaitable<void> look_elsewhere();
    using Look = std::function<void(Run&, const model::Execution*)>;
    asio::awaitable<void> look_at_rows(std::vector<ExecuteId> ids, Look look);

    // reconcile.cpp
    [[nodiscard]] bool misses(const model::Execution& row);
    asio::awaitable<void> take_up(model::Execution row);

    // dispatch.cpp
    asio::awaitable<void> begin_offered(model::Execution row);
    asio::awaitable<void> look_at_offers();

    // attempt.cpp
    void record_long_runs();
    void slot_freed(const std::string& key);

    // request.cpp
    void refresh_tasks(const model::Job& job);
    void job_deleted_by(JobKey key, std::string_view by);
    void job_gone(JobKey key, std::string_view reason);
    asio::awaitable<Result<model::Execution>> run_now(model::Job job, execution::TaskPtr task,
                                                      model::Trigger trigger, ExecuteId id);
    /// Stops the execution. Returns true if it is known here.
    bool stop(const ExecuteId& id, std::string_view reason, const std::string& by);
    [[nodiscard]] const Run* find(const ExecuteId& id);
    void continue_run(const model::Execution& row);
    asio::awaitable<void> requested(ExecuteId id);
    void cancel_told(const Cancel& cancel);
    void failure_told(const ExecuteId& id, bool given_up);
    asio::awaitable<void> callback_told(ExecuteId id);
    asio::awaitable<void> take_result(ExecuteId id, std::string result);

private:
    asio::awaitable<void> cancel_unknown(Cancel cancel);

    /// Next step after an outcome is committed.
    enum class Next : std::uint8_t { over, retry, await_callback };

    // follow.cpp
    void replay_since(const store::Term& term);
    void replay_from(const Resume& resume);
    asio::awaitable<void> skip_until(Instant watermark);

    // term.cpp
    asio::awaitable<bool> take();
    asio::awaitable<bool> catch_up(ChangeNumber head);
    asio::awaitable<void> resign();
    void drop_term_state(Gate& gate);
    asio::awaitable<void> requeue(Run run);

    // recovery.cpp
    struct Recovered {
        std::size_t count{0};
        bool complete{true};
    };
    asio::awaitable<void> recover(std::uint64_t term);
    asio::awaitable<Recovered> recover_rows(std::uint64_t term, SteadyInstant since);
    asio::awaitable<bool> knows(ExecuteId id, std::uint64_t term);
    asio::awaitable<void> adopt(model::Execution row, std::uint64_t term);
    void track_remote(model::Execution row, execution::TaskPtr task);
    static void mark_begun(model::Execution& row, std::string executor, Instant began);
    [[nodiscard]] bool still_named(const model::Execution& row, const execution::TaskPtr& task) const;
    [[nodiscard]] bool is_in_pause(const model::Execution& row) const;
    [[nodiscard]] bool survives(const model::Execution& row, const execution::TaskPtr& task) const;
    /// Result of handling a lost node; changed: the row differed from the one that was read.
    enum class AfterLoss : std::uint8_t { goes_on, ended, changed };
    asio::awaitable<AfterLoss> handle_node_loss(model::Execution& row, execution::TaskPtr task);

    // remote_executions.cpp
    void looked_at(Run& run, const model::Execution* row);
    void came_back(Run& run);
    [[nodiscard]] bool is_lost(const model::Execution& row);
    [[nodiscard]] bool is_claim_over(const model::Execution& row) const;
    asio::awaitable<void> take_over(RunId id);
    asio::awaitable<void> ask_cancel(model::Execution row, std::string by);

    // decide.cpp
    asio::awaitable<void> plan();
    void step();
    [[nodiscard]] std::chrono::microseconds until_next() const;
    void carry_out(const Claim& claim);
    void carry_out(const Start& start);
    void carry_out(const Refuse& refuse);
    void carry_out(const Withdraw& withdraw);
    [[nodiscard]] bool awaits_withdrawal(const std::vector<Claim>& batch,
                                         const SchedulerContext::Tasks& tasks);
    void carry_out(const Stop& stop);
    void carry_out(const Expire& expire);
    void carry_out(const Missed& missed);
    void attach_summaries(std::size_t before);
    [[nodiscard]] bool owes_watermark() const;
    asio::awaitable<void> withdraw(std::vector<RunId> ids);

    // claim.cpp
    asio::awaitable<void> claim_decided();
    asio::awaitable<void> claim_batch(std::vector<Claim> batch, Instant watermark, ChangeNumber planned);
    std::vector<RunId> add_runs(const std::vector<Claim>& batch, const SchedulerContext::Tasks& tasks);
    asio::awaitable<void> commit(std::vector<RunId> ids, std::vector<store::Missed> missed, Instant watermark,
                                 ChangeNumber planned);

    // missed.cpp
    asio::awaitable<std::vector<store::Missed>> without_known(std::vector<store::Missed> missed);
    asio::awaitable<std::vector<Instant>> known_of(store::Missed missed, JobId job,
                                                   model::Occurrences occurrences);
    Run new_run(const Claim& claim, const execution::TaskPtr& task) const;
    void settle_claim(const std::vector<RunId>& ids, const store::Claimed& claimed);
    void hand_back_unclaimed();

    // dispatch.cpp
    [[nodiscard]] bool may_offer(const Run& run) const;
    void offer(Run& run);
    void offer_looked_at(Run& run, const model::Execution* row);
    void start_here(Run& run);

    // attempt.cpp
    asio::awaitable<void> start_queued();
    void start(Run& run);
    asio::awaitable<void> begin_then_submit(RunId id);
    [[nodiscard]] std::optional<store::Slot> slot_of(const Run& run) const;
    [[nodiscard]] static std::string key_of(const Run& run);
    void start_begun(Run& run);
    [[nodiscard]] static bool tells_start(const Run& run);
    [[nodiscard]] std::vector<store::Announcement> told_of_start(const Run& run) const;
    void wait_for_slot(Run& run);
    void submit(Run& run);
    void hand_to_pool(Run& run);
    void end_unstarted(Run& run);
    asio::awaitable<void> record_begin(RunId id);

    // outcome.cpp
    asio::awaitable<void> finish_attempt(RunId id, execution::AttemptResult result);
    asio::awaitable<void> finish_without_attempt(RunId id, std::string reason);
    asio::awaitable<void> end_as(Run& run, model::ExecutionState state, std::string reason);
    asio::awaitable<void> complete_by_callback(RunId id);
    [[nodiscard]] model::Attempt record_of(const model::Execution& row,
                                           const execution::AttemptResult& result) const;
    Next decide_loss(Run& run, const execution::AttemptResult& result, store::Outcome& outcome);
    Next decide_outcome(Run& run, const execution::AttemptResult& result, store::Outcome& outcome);
    asio::awaitable<void> write_and_settle(RunId id, Next next, store::Outcome outcome);
    asio::awaitable<std::optional<bool>> write_outcome(store::Outcome& outcome, execution::TaskPtr task);
    void look_later(Run& run);
    void free_slot(const Run& run);
    void settle(RunId id, Next next, const store::Outcome& outcome);
    void end_run(RunId id);

    /// Returns a run of this term, or one that an earlier term of this process started; nullptr if there is
    /// none.
    [[nodiscard]] Run* find(RunId id);
    void move(Run& run, Stage stage);
    [[nodiscard]] bool is_orphan(RunId id) { return orphans_.find(id) != nullptr; }

    SchedulerContext& context_;
    const Shard shard_;
    Wakeup wake_;  // wakes the planning loop

    bool loaded_{false};
    bool following_{false};  // the planner is advancing to a watermark
    bool in_term_{false};
    bool planning_{false};
    bool releasing_{false};
    std::optional<store::Term> term_;  // the term that the state in memory belongs to
    SteadyInstant term_began_{};       // no earlier term adds rows after it
    std::uint64_t term_count_{0};      // changes when that state is dropped

    Planner planner_;
    store::ShardState position_;      // how far the planner has followed another leader
    std::deque<PlanChange> pending_;  // changes that the leader has not recorded as planned
    std::deque<Cancel> pending_cancels_;
    std::deque<Resume> pending_resumes_;
    ChangeNumber applied_{};  // the newest change that this term's planner received directly
    RunTable runs_;
    RunTable orphans_;  // runs that continue here although the leadership and the other state were dropped
    ChangeNumber planned_;  // the newest change that was completely planned when the planner last became idle

    std::vector<Decision> decisions_;
    std::deque<Claim> decided_;
    StartQueue to_start_;
    std::deque<RunId> unrecorded_;                                     // attempts in the order of their start
    std::unordered_map<std::string, std::deque<RunId>> slot_waiters_;  // by concurrency key
    std::unordered_set<ExecuteId> inserting_;                          // requested, being stored
    std::vector<RunId> to_withdraw_;
    std::unordered_set<ExecuteId> withdrawing_;
    std::vector<store::Missed> missed_;                   // until the watermark has passed them
    std::unordered_map<RunId, store::Missed> summaries_;  // for the row of the run that represents them
    Instant first_undecided_{};  // when this term began: the earlier term may have claimed some runs of it
    std::unordered_set<JobKey> replayed_{};  // jobs whose later runs may also have been claimed
    bool passes_runs_{false};                // a pause began or ended since the watermark was last committed
    std::vector<Run> unclaimed_;             // dropped while they were being claimed
    bool claiming_{false};
    bool uncommitted_{false};  // a claim is in progress or was abandoned
    bool denied_{false};       // another node has begun a term since
    bool starting_{false};
    bool recovering_{false};  // unfinished executions of earlier terms are being read
    bool looking_{false};
    bool looking_at_offers_{false};
};

}  // namespace ecron::analysis
