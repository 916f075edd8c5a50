#pragma once
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "missed.hpp"
#include "node.hpp"
#include "plan_change.hpp"
#include "planned_job.hpp"

namespace ecron::analysis {

/// A job as it was loaded, and from where its planning goes on.
struct LoadedJob {
    PlannedJob job;
    Instant from;
    std::optional<Instant> claimed{};
};

/// Before the reason of an end that a leader asks another node for; names of callers do not begin so.
inline const std::string kOwnWish{":"};
/// Wishes that are no end: a report that the attempt failed, for good or not.
inline const std::string kFailed{":failure"};
inline const std::string kGivenUp{":abandon"};

/// The end of a pause, of a tenant's jobs or of all.
struct Resume {
    ChangeNumber number{};
    std::optional<Group> tenant{};
    Instant at{};
    std::optional<Instant> since{};
};

/// A wish to end an execution, as the change log tells it.
struct Cancel {
    ChangeNumber number{};
    ExecuteId execution{};
    std::string by{};
};

/// The planning of one shard, and its parts, a file each: follow.cpp (keeping up with another leader),
/// lead.cpp (taking the lead, recovery, letting go), elsewhere.cpp (runs of other nodes), strays.cpp (runs
/// that nobody knows), decide.cpp (the loop and the planner's decisions), claim.cpp, attempt.cpp (starts),
/// spread.cpp (starts on any node),
/// outcome.cpp, request.cpp (what the API and the change log ask).
///
/// It knows its jobs whether or not it leads. A lead that is lost keeps everything in memory until somebody
/// else has begun a term: if nobody has, it goes on as if nothing had been.
class ShardScheduler {
public:
    ShardScheduler(Node& node, Shard shard);

    [[nodiscard]] Shard shard() const { return shard_; }
    [[nodiscard]] bool is_loaded() const { return loaded_; }
    /// A term is being begun, goes on, or is being ended.
    [[nodiscard]] bool in_term() const { return in_term_; }
    [[nodiscard]] bool is_releasing() const { return releasing_; }
    /// A change is planned as soon as it is told: the leader's memory is here.
    [[nodiscard]] bool plans_changes() const { return term_.has_value(); }
    [[nodiscard]] bool leads() const { return planning_ && node_.store.leads(shard_); }
    /// How far planning is behind the clock, apart from tenants without room.
    [[nodiscard]] Millis lag() const;
    /// How overdue the oldest instant is that waits for the room of its tenant.
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

    // lead.cpp
    void begin_term() { in_term_ = true; }
    /// Leads while it can, until release(): the lock is held, and begin_term() was called.
    asio::awaitable<void> lead();
    /// Stops planning, hands back what has not started, gives the lock back.
    void release();
    /// Lets a lead go that was lost.
    void abandon_term();
    /// Puts attempts that this process carries out back to pending.
    enum class Abandon : std::uint8_t { all, what_goes_on };
    void abandon_attempts(Abandon which);

    /// Ends the commands that this process runs: it cannot renew its lease, and may be taken for dead.
    void end_commands();

    // elsewhere.cpp
    asio::awaitable<void> look_elsewhere();
    using Look = std::function<void(Run&, const model::Execution*)>;
    asio::awaitable<void> look_at_rows(std::vector<ExecuteId> ids, Look look);

    // strays.cpp
    [[nodiscard]] bool misses(const model::Execution& row);
    asio::awaitable<void> take_up(model::Execution row);

    // spread.cpp
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
    /// Whether the execution is known here; then it is being ended.
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

    /// What is left to do once an outcome is committed.
    enum class Next : std::uint8_t { over, retry, await_callback };

    // follow.cpp
    void replay_since(const store::Term& term);
    void rewind(const Resume& resume);
    asio::awaitable<void> pass(Instant watermark);

    // lead.cpp
    asio::awaitable<bool> take();
    asio::awaitable<bool> catch_up(ChangeNumber head);
    struct Recovered {
        std::size_t count{0};
        bool complete{true};
    };
    asio::awaitable<void> recover(std::uint64_t term);
    asio::awaitable<Recovered> recover_rows(std::uint64_t term, SteadyInstant since);
    asio::awaitable<bool> knows(ExecuteId id, std::uint64_t term);
    asio::awaitable<void> adopt(model::Execution row, std::uint64_t term);
    void adopt_elsewhere(model::Execution row, execution::TaskPtr task);
    static void mark_begun(model::Execution& row, std::string executor, Instant began);
    [[nodiscard]] bool still_named(const model::Execution& row, const execution::TaskPtr& task) const;
    [[nodiscard]] bool is_in_pause(const model::Execution& row) const;
    [[nodiscard]] bool survives(const model::Execution& row, const execution::TaskPtr& task) const;
    /// What became of a run whose node is gone; changed: it was no longer as it had been read.
    enum class AfterLoss : std::uint8_t { goes_on, ended, changed };
    asio::awaitable<AfterLoss> survive_loss(model::Execution& row, execution::TaskPtr task);
    asio::awaitable<void> hand_over();
    void let_go(Gate& gate);
    asio::awaitable<void> hand_back(Run run);

    // elsewhere.cpp
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
    [[nodiscard]] bool awaits_withdrawal(const std::vector<Claim>& batch, const Node::Tasks& tasks);
    void carry_out(const Stop& stop);
    void carry_out(const Expire& expire);
    void carry_out(const Missed& missed);
    void attach_summaries(std::size_t before);
    [[nodiscard]] bool owes_watermark() const;
    asio::awaitable<void> withdraw(std::vector<RunId> ids);

    // claim.cpp
    asio::awaitable<void> claim_decided();
    asio::awaitable<void> claim_batch(std::vector<Claim> batch, Instant watermark, ChangeNumber planned);
    std::vector<RunId> add_runs(const std::vector<Claim>& batch, const Node::Tasks& tasks);
    asio::awaitable<void> commit(std::vector<RunId> ids, std::vector<store::Missed> missed, Instant watermark,
                                 ChangeNumber planned);

    // missed.cpp
    asio::awaitable<std::vector<store::Missed>> without_known(std::vector<store::Missed> missed);
    asio::awaitable<std::vector<Instant>> known_of(store::Missed missed, JobId job, cron::Schedule schedule);
    Run new_run(const Claim& claim, const execution::TaskPtr& task) const;
    void settle_claim(const std::vector<RunId>& ids, const store::Claimed& claimed);
    void hand_back_unclaimed();

    // spread.cpp
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

    /// A run of this term, or one that an earlier term of this process had begun.
    [[nodiscard]] Run* find(RunId id);
    void move(Run& run, Stage stage);
    [[nodiscard]] bool is_orphan(RunId id) { return orphans_.find(id) != nullptr; }

    Node& node_;
    const Shard shard_;
    Wakeup wake_;  // the planning loop: something happened

    bool loaded_{false};
    bool following_{false};  // the planner is being moved to a watermark
    bool in_term_{false};
    bool planning_{false};
    bool releasing_{false};
    std::optional<store::Term> term_;  // the one that this process's memory is of
    SteadyInstant term_began_{};       // no earlier term adds rows after it
    std::uint64_t term_count_{0};      // changes when that memory was let go

    Planner planner_;
    store::ShardState position_;      // how far the planner follows another leader
    std::deque<PlanChange> pending_;  // changes that he has not said to have planned
    std::deque<Cancel> pending_cancels_;
    std::deque<Resume> pending_resumes_;
    ChangeNumber applied_{};  // the newest change that this term's planner was told at once
    RunTable runs_;
    RunTable orphans_;      // what goes on here although the lead, and with it the rest, was let go
    ChangeNumber planned_;  // what the planner had planned completely when it last ran dry

    std::vector<Decision> decisions_;
    std::deque<Claim> decided_;
    std::deque<RunId> to_start_;
    std::deque<RunId> unrecorded_;                                     // attempts in the order of their begin
    std::unordered_map<std::string, std::deque<RunId>> slot_waiters_;  // by concurrency key
    std::unordered_set<ExecuteId> inserting_;                          // asked for, being stored
    std::vector<RunId> to_withdraw_;
    std::unordered_set<ExecuteId> withdrawing_;
    std::vector<store::Missed> missed_;                   // until the watermark has passed them
    std::unordered_map<RunId, store::Missed> summaries_;  // for the row of the run that stands for them
    Instant first_undecided_{};              // when this term began: some runs of it may have been claimed
    std::unordered_set<JobKey> replayed_{};  // jobs of which later runs, too, may have been claimed
    bool passes_runs_{false};                // a pause began or ended since the watermark was last committed
    std::vector<Run> unclaimed_;             // let go while they were being claimed
    bool claiming_{false};
    bool uncommitted_{false};  // a claim is under way, or was given up
    bool denied_{false};       // somebody has begun a term since
    bool starting_{false};
    bool recovering_{false};  // unended executions of earlier terms are being read
    bool looking_{false};
    bool looking_at_offers_{false};
};

}  // namespace ecron::analysis
