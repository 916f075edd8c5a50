#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/planner/due_timers.hpp"
#include "analysis/planner/held_jobs.hpp"
#include "analysis/planner/job_table.hpp"
#include "analysis/planner/pauses.hpp"
#include "analysis/planner/planning_gaps.hpp"
#include "analysis/planner/room_left.hpp"
#include "analysis/planner/runs.hpp"

namespace ecron::analysis {

/// From jobs to claims. A job plans one occurrence at a time, its `next`, in order. It is in the timers at
/// the instant by which that occurrence must be claimed. When it comes due, the occurrence is claimed, missed
/// or skipped, and the job is added again for the next occurrence. A job whose tenant has no capacity is
/// held.
class ClaimPlanner {
public:
    /// `now`: the planner's time.
    ClaimPlanner(const Instant& now, const PlannerOptions& options, JobTable& jobs, Runs& runs,
                 const Pauses& pauses)
        : now_(now),
          options_(options),
          jobs_(jobs),
          runs_(runs),
          pauses_(pauses),
          timers_(jobs, now),
          held_(jobs),
          gaps_(now) {}
    /// Forgets everything; all occurrences up to `decided` are decided.
    void clear(Instant decided);

    // --- jobs, by number
    /// Plans the job's occurrences after `from`. `claimed`: those with a claim time up to it are claimed.
    void plan(std::uint32_t job, Instant from, std::optional<Instant> claimed);
    /// Plans nothing of the job any more.
    void disarm(std::uint32_t job);
    /// Undecided occurrences up to `until` stay planned, whatever happens to the job.
    void keep_remaining(std::uint32_t job, Instant until);
    void skip_until(std::uint32_t job, Instant until);
    /// Plans the occurrences due after `at` again that are already decided. Returns false if there are none.
    bool replay_from(std::uint32_t job, Instant at);

    // --- time
    void advance(const Room& room, std::vector<Decision>& out);
    bool advance_to(Instant watermark);

    [[nodiscard]] Progress progress() const;
    [[nodiscard]] std::size_t memory() const { return timers_.memory() + held_.memory(); }

private:
    using Out = std::vector<Decision>;
    using Job = JobTable::Job;
    using Entry = DueQueue::Entry;

    void arm(std::uint32_t job, Instant seen, bool settled);
    void arm(std::uint32_t job) { arm(job, now_, false); }
    [[nodiscard]] Instant claim_horizon() const;
    [[nodiscard]] Instant claimed_from(Instant claim_by) const;
    void skip_claimed(Job& job, Instant claimed) const;
    void skip_followed(std::uint32_t job, Instant watermark);
    void release_held(RoomLeft& room);
    [[nodiscard]] std::size_t decide(Entry entry, RoomLeft& room, Out& out);
    [[nodiscard]] bool skip_paused(const Entry& entry);
    [[nodiscard]] std::size_t settle(Entry& entry, Out& out);
    [[nodiscard]] std::size_t settle_misfire(Job& job, Instant cut, Out& out) const;
    [[nodiscard]] bool has_run(const Job& job) const;
    void claim(const Entry& entry, Out& out);

    const Instant& now_;
    const PlannerOptions options_;
    JobTable& jobs_;
    Runs& runs_;
    const Pauses& pauses_;
    DueTimers<JobTable> timers_;
    HeldJobs held_;
    PlanningGaps gaps_;
};

}  // namespace ecron::analysis
