#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include "analysis/planner/due_timers.hpp"
#include "analysis/planner/job_index.hpp"
#include "analysis/planner/policy_table.hpp"
#include "analysis/planner/slab.hpp"
#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

inline constexpr Instant kNever = Instant::max();
inline constexpr Instant kAlways = Instant::min();

/// The jobs of a planner by number and by key. A job that is not planned any more is kept while it has runs.
class JobTable {
public:
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

    explicit JobTable(PolicyTable& policies) : policies_(policies) {}
    void clear();

    [[nodiscard]] Job& operator[](std::uint32_t number) { return jobs_[number]; }
    [[nodiscard]] const Job& operator[](std::uint32_t number) const { return jobs_[number]; }
    [[nodiscard]] std::optional<std::uint32_t> find(JobKey key) const;
    [[nodiscard]] std::optional<std::uint32_t> find_known(JobKey key) const;
    /// Returns the job's number; an unknown job is added without a definition.
    std::uint32_t of(JobKey key);
    /// Calls `visit(number)` for each known job and each rest.
    template <class Visit> void each_known(const Visit& visit) const {
        for (std::uint32_t number = 0; jobs_.reached(number); ++number)
            if (jobs_[number].known) visit(number);
    }

    void define(std::uint32_t number, const PlannedJob& planned);
    void update_policy(std::uint32_t number, const JobPolicy& policy);
    void undefine(std::uint32_t number);
    /// Forgets a job that is neither known nor has runs.
    void drop_if_unused(std::uint32_t number);
    /// Adds the undecided occurrences of a job up to `until` as an entry of their own: a job without runs
    /// that is not found by its key.
    [[nodiscard]] std::uint32_t add_rest(std::uint32_t number, Instant until);
    void drop_rest(std::uint32_t number);

    [[nodiscard]] JobPlan plan_of(std::uint32_t number) const;
    /// Returns true if the job is known and a definition has the same occurrences, in effect since the same
    /// instant.
    [[nodiscard]] bool has_occurrences_of(std::uint32_t number, const PlannedJob& other) const;
    [[nodiscard]] const JobPolicy& policy(const Job& job) const { return policies_[job.policy]; }
    [[nodiscard]] model::Occurrences occurrences(const Job& job) const;
    /// Returns the job's first occurrence after an instant within its window; kNever if there is none.
    [[nodiscard]] Instant first_after(const Job& job, Instant after) const {
        return occurrences(job).next(after).value_or(kNever);
    }

    [[nodiscard]] std::size_t size() const { return known_; }  // known jobs
    [[nodiscard]] std::size_t memory() const { return jobs_.memory() + index_.memory(); }

private:
    [[nodiscard]] auto key_of() const {
        return [this](std::uint32_t job) { return jobs_[job].key; };
    }

    PolicyTable& policies_;
    Slab<Job, &Job::activity> jobs_;
    JobIndex index_;
    std::size_t known_{0};
};

}  // namespace ecron::analysis
