#pragma once
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/planner/due_timers.hpp"
#include "analysis/planner/job_index.hpp"
#include "analysis/planner/pauses.hpp"
#include "analysis/planner/policy_table.hpp"
#include "analysis/planner/run_state.hpp"
#include "analysis/planner/slab.hpp"
#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/timer_wheel.hpp"

namespace ecron::analysis {

/// The planner's state and its parts, one file each: planner_jobs.cpp (jobs and pauses), planner_claims.cpp
/// (from jobs to claims: occurrences, misfires, watermark), planner_runs.cpp (from claims to starts and
/// ends).
///
/// A job plans one occurrence at a time, its `next`, in order. The time to decide it is in a wheel or, if
/// already past, in a queue. Runs have their own wheel and queue.
class Planner::Impl {
public:
    Impl(Instant now, PlannerOptions options);

    // planner_jobs.cpp
    void reserve(std::size_t jobs);
    void clear(Instant now, Instant decided);
    void upsert(const PlannedJob& planned, Instant from, std::optional<Instant> claimed);
    void update_policy(const PlannedJob& planned);
    void remove(JobKey key);
    [[nodiscard]] std::optional<PlannedJob> find(JobKey key) const;
    void keep_remaining_until(JobKey key, Instant until);
    void skip_until(JobKey key, Instant until);
    void pause(std::optional<Group> tenant, Instant since);
    void resume(std::optional<Group> tenant, Instant at, std::optional<Instant> since);
    [[nodiscard]] bool is_paused(Group tenant, Instant due) const;
    std::vector<JobKey> replay_from(std::optional<Group> tenant, Instant at);
    [[nodiscard]] std::optional<Instant> next_nominal(JobKey key) const;
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] std::size_t jobs() const { return known_; }
    [[nodiscard]] std::size_t runs() const { return runs_.size(); }
    [[nodiscard]] std::size_t memory() const;

    // planner_claims.cpp
    bool advance_to(Instant now, Instant watermark);

    // planner_runs.cpp
    void claimed(RunId id, bool mine);
    RunId run_now(JobKey job, const JobPolicy& policy);
    RunId adopt(JobKey job, std::optional<Instant> nominal, Instant due, Adopted state,
                const JobPolicy& policy, Group tenant);
    void retry_at(RunId id, Instant due);
    void accepted(RunId id, Instant deadline);
    void ended(RunId id);
    void stop(RunId id, std::string_view reason);

    void advance(Instant now, const Room& room, std::vector<Decision>& out);
    [[nodiscard]] Instant watermark() const;
    [[nodiscard]] Instant decided_but_held() const;
    [[nodiscard]] std::optional<Instant> held_since() const;
    [[nodiscard]] bool caught_up() const;
    [[nodiscard]] std::optional<Instant> next_wake() const;
    [[nodiscard]] bool waits_for_room() const { return !crowded_.empty(); }

private:
    struct Job {
        Job() {}  // NOLINT(modernize-use-equals-default): the schedule is assigned when the job becomes known
        union {
            cron::Schedule schedule;
        };
        JobKey key{};
        std::uint64_t jitter_seed{};
        Instant next{};         // the next scheduled time to claim; kNever: none
        Instant since{};        // no occurrence up to this instant
        std::uint64_t timer{};  // a TimerId, or the position in the queue
        std::uint32_t policy{kNone};
        Group tenant{};
        std::uint32_t activity{kNone};  // the job's runs; free-list link while the job is free
        Armed armed{Armed::no};
        bool known{false};  // false: kept only for its runs
        bool rest{false};   // not a job but the undecided occurrences of a replaced schedule
    };
    static_assert(sizeof(Job) <= 112);

    /// The runs of a job.
    struct Activity {
        std::uint32_t first{kNone};   // its runs, newest first; free-list link while free
        std::uint32_t active{0};      // runs that started or wait only for their concurrency group
        std::uint32_t queued{kNone};  // the run that waits for the active ones
        Instant known_until{};        // up to here, occurrences of the schedule may already have a run
    };

    struct Run {
        std::uint32_t generation{1};
        std::uint32_t job{kNone};
        std::uint32_t policy{kNone};
        std::uint32_t next{kNone}, previous{kNone};  // of the same job; next is the free-list link while free
        std::uint32_t group_next{kNone}, group_previous{kNone};  // waiting for the same group
        std::uint64_t timer{};
        Instant nominal{};
        Instant due{};
        std::string_view stop_reason{};  // not empty: to be stopped
        RunState state{RunState::claiming};
        Armed armed{Armed::no};
        bool planned{true};     // false: requested
        bool spends{false};     // the only run of a one-shot
        bool withdrawn{false};  // set while claiming: delete once committed
    };

    struct Concurrency {
        std::uint32_t live{0};
        std::uint32_t first{kNone}, last{kNone};
    };
    /// The remaining capacity of one advance.
    class RoomLeft {
    public:
        explicit RoomLeft(const Room& room) : room_(room), total_(room.total) {}
        [[nodiscard]] bool any() const { return total_ > 0; }
        [[nodiscard]] std::size_t of(Group tenant) { return room_.of_tenant ? left(tenant) : total_; }
        void take(Group tenant) {
            --total_;
            if (room_.of_tenant) --left(tenant);
        }

    private:
        std::size_t& left(Group tenant) {
            const auto [entry, is_new] = tenants_.try_emplace(tenant);
            if (is_new) entry->second = room_.of_tenant(tenant);
            return entry->second;
        }
        const Room& room_;
        std::size_t total_;
        std::unordered_map<Group, std::size_t> tenants_;
    };
    using Out = std::vector<Decision>;

    static constexpr Instant kNever = Instant::max();
    static constexpr Instant kAlways = Instant::min();

    // planner_jobs.cpp
    [[nodiscard]] std::optional<std::uint32_t> find_job(JobKey key) const;
    std::uint32_t job_of(JobKey key);
    void drop_if_unused(std::uint32_t job);
    void reconcile_runs(std::uint32_t job, Instant from);
    bool replay_from(std::uint32_t job, Instant at);
    void expect_runs_after(std::uint32_t job, Instant from);

    // planner_claims.cpp
    [[nodiscard]] model::Occurrences occurrences(const Job& job) const;
    [[nodiscard]] Instant first_after(const Job& job, Instant after) const;
    [[nodiscard]] Instant claim_horizon() const;
    [[nodiscard]] Instant claimed_from(Instant claim_by) const;
    void pass_claimed(Job& job, Instant claimed) const;
    void pass_followed(std::uint32_t job, Instant watermark);
    void drop_rest_if_done(std::uint32_t job);
    void arm_job(std::uint32_t job, Instant seen, bool settled);
    void disarm_job(std::uint32_t job);
    void note_gap(std::size_t room);
    [[nodiscard]] Instant known_since(Instant instant) const;
    void hold(const DueQueue::Entry& entry);
    void release_held(RoomLeft& room);
    void release_held(Group tenant, std::size_t count);
    void plan(const Room& given, Out& out);
    std::size_t decide(DueQueue::Entry entry, RoomLeft& room, Out& out);
    std::size_t settle_misfire(Job& job, Instant cut, Out& out);
    void emit_claim(std::uint32_t job, Instant claim_by, Out& out);
    [[nodiscard]] bool has_run(const Job& job, Instant nominal) const;

    // planner_runs.cpp
    [[nodiscard]] std::optional<std::uint32_t> find_run(RunId id) const;
    [[nodiscard]] RunId id_of(std::uint32_t run) const;
    std::uint32_t new_run(std::uint32_t job, std::uint32_t policy, Instant nominal, Instant due);
    static void apply(RunEvent event, Run& run);
    void arm_run(std::uint32_t run, Instant at);
    void run_timers(Out& out);
    void fire(std::uint32_t run, Out& out);
    void fire_waiting(std::uint32_t run, Out& out);
    void fire_grouped(std::uint32_t run, Out& out);
    [[nodiscard]] bool gives_way(std::uint32_t run, Out& out);
    void displace_others(std::uint32_t run, Out& out);
    [[nodiscard]] bool too_late(const Run& run) const;
    void enter(std::uint32_t run, Out& out);
    void start(std::uint32_t run, Out& out);
    void go_live(Run& run);
    void wake_group(Group group);
    void withdraw(std::uint32_t run, Out& out);
    void refuse(std::uint32_t run, std::string_view reason, Out& out);
    void forget(std::uint32_t run);
    void leave_group(std::uint32_t run);

    Instant now_;
    const PlannerOptions options_;

    Slab<Job, &Job::activity> jobs_;
    JobIndex index_;
    PolicyTable policies_;
    std::size_t known_{0};
    DueTimers<Slab<Job, &Job::activity>> claims_;  // by the instant by which the next occurrence is claimed
    std::unordered_map<Group, DueQueue> crowded_;  // due jobs of tenants without capacity
    Instant attended_;                             // the time of the last planning
    std::vector<Span> gaps_;                       // planning gaps, sorted
    Pauses pauses_;

    Slab<Run, &Run::next> runs_;
    Slab<Activity, &Activity::first> activities_;
    std::unordered_map<Group, Concurrency> groups_;
    DueTimers<Slab<Run, &Run::next>> starts_;
    Out pending_;  // decided between two calls of advance
};

}  // namespace ecron::analysis
