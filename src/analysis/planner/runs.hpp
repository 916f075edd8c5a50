#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/planner/concurrency_groups.hpp"
#include "analysis/planner/due_timers.hpp"
#include "analysis/planner/pauses.hpp"
#include "analysis/planner/policy_table.hpp"
#include "analysis/planner/run_list.hpp"

namespace ecron::analysis {

/// From claims to starts and ends: the life of each run, as run_state.hpp has it. Overlap and concurrency are
/// decided when a run could start.
class Runs {
public:
    /// `now`: the planner's time.
    Runs(const Instant& now, JobTable& jobs, PolicyTable& policies, const Pauses& pauses)
        : now_(now),
          jobs_(jobs),
          policies_(policies),
          pauses_(pauses),
          starts_(runs_, now) {}
    void clear();

    // --- new runs
    /// Adds the run of an occurrence that is to be claimed, of a known job or a rest.
    RunId claim(std::uint32_t job, Instant due, bool spends);
    RunId add(const ExternalRun& external);

    // --- reports
    void on(RunId id, Committed);
    void on(RunId id, RetryAt retry) { wait(id, RunEvent::retry, retry.due); }
    void on(RunId id, AcceptedUntil accepted) { wait(id, RunEvent::accept, accepted.deadline); }
    void on(RunId id, Ended);
    void on(RunId id, StopRequested stop);

    // --- changes of a job
    /// Keeps and updates unstarted runs that are occurrences of the job's new schedule, planned from `from`;
    /// withdraws the others.
    void reconcile(std::uint32_t job, Instant from);
    void update_policy(std::uint32_t job);
    /// Withdraws the unstarted runs of a job, except for the only run of a one-shot.
    void withdraw_unstarted(std::uint32_t job);

    // --- time
    void advance(std::vector<Decision>& out);
    /// Returns when `advance` must be called next.
    [[nodiscard]] std::optional<Instant> next_wake() const;

    /// The occurrences of a job that have a run.
    [[nodiscard]] RunList& list() { return runs_; }
    [[nodiscard]] const RunList& list() const { return runs_; }
    [[nodiscard]] std::size_t memory() const;

private:
    using Out = std::vector<Decision>;
    using Run = RunList::Run;

    [[nodiscard]] const JobPolicy& policy(const Run& run) const { return policies_[run.policy]; }
    void arm(std::uint32_t run, Instant at);
    void wait(RunId id, RunEvent event, Instant until);
    void share_policy(Run& run, std::uint32_t policy);
    void fire(std::uint32_t run, Out& out);
    void fire_waiting(std::uint32_t run, Out& out);
    void fire_queued(std::uint32_t run, Out& out);
    void fire_grouped(std::uint32_t run, Out& out);
    [[nodiscard]] bool gives_way(std::uint32_t run, Out& out);
    void displace_others(std::uint32_t run, Out& out);
    [[nodiscard]] bool is_too_late(const Run& run) const;
    void enter(std::uint32_t run, Out& out);
    void start(std::uint32_t run, Out& out);
    void wake_group(Group group);
    void withdraw(std::uint32_t run, Out& out);
    void refuse(std::uint32_t run, std::string_view reason, Out& out);
    void forget(std::uint32_t run);

    const Instant& now_;
    JobTable& jobs_;
    PolicyTable& policies_;
    const Pauses& pauses_;
    RunList runs_{jobs_};
    ConcurrencyGroups groups_{runs_};
    DueTimers<RunList> starts_;
    Out pending_;  // decided between two calls of advance
};

}  // namespace ecron::analysis
