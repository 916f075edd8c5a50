#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "analysis/planner/due_timers.hpp"
#include "analysis/planner/job_table.hpp"
#include "analysis/planner/run_state.hpp"
#include "analysis/planner/slab.hpp"

namespace ecron::analysis {

/// The runs of a planner by number, and those of each job.
class RunList {
public:
    struct Run {
        std::uint32_t generation{1};
        std::uint32_t job{kNone};
        std::uint32_t policy{kNone};
        std::uint32_t next{kNone}, previous{kNone};  // of the same job; next is the free-list link while free
        std::uint32_t group_next{kNone}, group_previous{kNone};  // waiting for the same group
        std::uint64_t timer{};
        Instant scheduled_at{};
        Instant due{};
        std::string_view stop_reason{};  // not empty: to be stopped
        RunState state{RunState::claiming};
        Armed armed{Armed::no};
        bool planned{true};     // false: requested
        bool spends{false};     // the only run of a one-shot
        bool withdrawn{false};  // set while claiming: delete once committed
    };

    /// What the runs of a job have in common.
    struct Activity {
        std::uint32_t first{kNone};   // its runs, newest first; free-list link while free
        std::uint32_t active{0};      // runs that started or wait only for their concurrency group
        std::uint32_t queued{kNone};  // the run that waits for the active ones
        Instant known_until{};        // up to here, occurrences of the schedule may already have a run
    };

    explicit RunList(JobTable& jobs) : jobs_(jobs) {}
    /// Forgets all runs; their ids stay unknown.
    void clear();

    [[nodiscard]] Run& operator[](std::uint32_t number) { return runs_[number]; }
    [[nodiscard]] const Run& operator[](std::uint32_t number) const { return runs_[number]; }
    [[nodiscard]] std::optional<std::uint32_t> find(RunId id) const;
    [[nodiscard]] RunId id_of(std::uint32_t number) const {
        return RunId{std::uint64_t{runs_[number].generation} << 32 | number};
    }
    [[nodiscard]] JobTable::Job& job_of(const Run& run) { return jobs_[run.job]; }
    [[nodiscard]] Activity& activity_of(const Run& run) { return activities_[jobs_[run.job].activity]; }

    [[nodiscard]] std::uint32_t add(std::uint32_t job, std::uint32_t policy, Instant scheduled_at,
                                    Instant due);
    /// Removes a run, and its job if that was kept only for this run.
    void remove(std::uint32_t number);

    /// Calls `visit(number)` for each run of a job; `visit` may remove that run.
    template <class Visit> void each_of(const JobTable::Job& job, const Visit& visit) const {
        std::uint32_t next = kNone;
        for (std::uint32_t one = first_of(job); one != kNone; one = next) {
            next = runs_[one].next;
            visit(one);
        }
    }
    [[nodiscard]] bool has_occurrence(const JobTable::Job& job, Instant scheduled_at) const;
    /// The job has another schedule: none of its occurrences is known to have a run.
    void forget_occurrences(const JobTable::Job& job) { activities_[job.activity].known_until = kAlways; }
    /// Occurrences of a job after `from` are planned again: some may already have a run.
    void expect_occurrences(const JobTable::Job& job, Instant from);

    [[nodiscard]] std::size_t size() const { return runs_.size(); }
    [[nodiscard]] std::size_t memory() const { return runs_.memory() + activities_.memory(); }

private:
    [[nodiscard]] std::uint32_t first_of(const JobTable::Job& job) const {
        return job.activity == kNone ? kNone : activities_[job.activity].first;
    }

    JobTable& jobs_;
    Slab<Run, &Run::next> runs_;
    Slab<Activity, &Activity::first> activities_;
};

}  // namespace ecron::analysis
