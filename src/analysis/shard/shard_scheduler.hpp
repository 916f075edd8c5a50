#pragma once
#include "analysis/shard/follower.hpp"
#include "analysis/shard/offers.hpp"
#include "analysis/shard/planning_loop.hpp"
#include "analysis/shard/shard_requests.hpp"

namespace ecron::analysis {

/// The planning of one shard. It knows its jobs whether or not it leads. After a loss of leadership
/// everything stays in memory until another node has begun a term; if none has, planning resumes unchanged.
class ShardScheduler {
public:
    ShardScheduler(SchedulerContext& context, Shard shard);

    [[nodiscard]] Shard id() const { return shard_.id; }
    /// Returns true while a term is beginning, active or ending.
    [[nodiscard]] bool in_term() const { return in_term_; }
    [[nodiscard]] bool is_releasing() const { return shard_.releasing; }
    /// Returns true if changes are planned immediately: this process holds the leader's state.
    [[nodiscard]] bool plans_changes() const { return shard_.term.is_active(); }
    [[nodiscard]] bool leads() const { return loop_.is_running() && shard_.is_led(); }
    [[nodiscard]] const PlanningLoop& loop() const { return loop_; }
    [[nodiscard]] std::size_t jobs() const { return shard_.planner.size().jobs; }
    [[nodiscard]] std::size_t memory() const { return shard_.planner.size().memory; }
    [[nodiscard]] const Run* find(const ExecuteId& id) { return shard_.find(id); }

    [[nodiscard]] Follower& follower() { return follower_; }
    [[nodiscard]] ShardRequests& requests() { return requests_; }
    [[nodiscard]] Recovery& recovery() { return recovery_; }
    [[nodiscard]] Offers& offers() { return offers_; }
    [[nodiscard]] Starts& starts() { return starts_; }
    [[nodiscard]] Outcomes& outcomes() { return outcomes_; }
    [[nodiscard]] RunWatch& watch() { return watch_; }
    /// Adds the jobs with an execution whose start is late by more than `limit`.
    void add_overdue(Millis limit, std::unordered_set<JobKey>& jobs) const;

    void begin_term() { in_term_ = true; }
    /// Leads while possible, until release(). Requires that the lock is held and begin_term() was called.
    asio::awaitable<void> lead();
    /// Stops planning, requeues unstarted runs and releases the lock.
    void release();
    /// Drops the state of a term that was lost.
    void abandon_term();
    /// Processes the shard's row, which is read every second.
    asio::awaitable<void> observe(store::ShardState state);
    /// Returns true if an active row should be in memory here and is not.
    [[nodiscard]] bool misses(const model::Execution& row);

private:
    asio::awaitable<bool> take();
    asio::awaitable<bool> catch_up(ChangeNumber head);
    asio::awaitable<void> resign();
    void drop_term(Gate& gate);
    [[nodiscard]] bool drop_run(Run run, Gate& gate);

    SchedulerContext& context_;
    ShardState shard_;
    RunWatch watch_;
    Outcomes outcomes_;
    Starts starts_;
    Recovery recovery_;
    Offers offers_;
    MissedRecords missed_;
    Withdrawals withdrawals_;
    Claims claims_;
    ShardRequests requests_;
    Follower follower_;
    PlanningLoop loop_;
    bool in_term_{false};
};

}  // namespace ecron::analysis
