#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ecron/analysis/decision.hpp"
#include "ecron/analysis/job_plan.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

/// Decides which executions run and when: a pure state machine. It receives events and the time and returns
/// decisions. It never uses a clock, a store or a socket, so a simulated year takes a second and the
/// simulator runs the production code. Threads: none; the owner makes all calls. Errors: none; a call about
/// an unknown job or run has no effect.
///
/// Misfire: an occurrence is missed if it was overdue by more than the grace period plus the jitter when the
/// planner learned of it: at the upsert that added it, or at the first advance with free capacity after a
/// planning gap. An occurrence that only lacks capacity is late, not missed.
///
/// States of a scheduled run: decided `Claim` -> `Committed` -> decided `Start` or `Refuse` at its due time
/// -> `Ended`; or `RetryAt` and another `Start`; or `AcceptedUntil` and `Expire` if no callback arrives.
namespace ecron::analysis {

struct PlannerOptions {
    Millis claim_ahead{250};
    Millis claim_step{1};              // claims are decided at multiples of it; at least 1 ms
    std::size_t misfire_limit{1'000};  // for misfire `all`: maximum number of the newest occurrences that run
};

/// Maximum number of claims that one advance may decide.
struct Room {
    std::size_t total{};
    std::function<std::size_t(Group tenant)> of_tenant{};  // unset: limited only by `total`
};

/// A run that the planner did not decide: requested, or of an earlier term. It starts at `due`, or waits for
/// its callback until then; a requested run starts regardless of the job's other runs. Without an occurrence
/// of its known job a waiting run is withdrawn; an occurrence with such a run is not claimed again. A running
/// one only counts for overlap and concurrency, until a report states what it waits for.
struct ExternalRun {
    enum class State : std::uint8_t { waiting, retrying, accepted, running };
    JobKey job{};
    std::optional<Instant> scheduled_at{};  // nullopt: requested
    Instant due{};                          // if accepted: the deadline of its callback
    State state{State::waiting};
    JobPolicy policy{};
    Group tenant{};  // for a completed one-shot, whose job is unknown
};

/// How far the planner is after the last call.
struct Progress {
    /// All occurrences due up to this instant have been decided; it becomes the watermark of the shard once
    /// those claims are committed. It decreases only if past occurrences are added or planned again.
    Instant watermark{};
    /// The same as if no tenant lacked capacity.
    Instant decided_but_held{};
    /// When the oldest occurrence came due that waits for its tenant's capacity; nullopt if none waits.
    std::optional<Instant> held_since{};
    /// The last advance left no claimable occurrence undecided.
    bool is_caught_up{false};
    /// When advance must be called next; nullopt means after the next event. Due occurrences without capacity
    /// count as now: without total capacity, the owner waits for capacity instead. Occurrences that wait for
    /// their tenant's capacity do not count.
    std::optional<Instant> next_wake{};
};

class Planner {
public:
    Planner(Instant now, PlannerOptions options);
    ~Planner();
    Planner(Planner&&) noexcept;
    Planner& operator=(Planner&&) noexcept;

    /// Drops all jobs, runs and pauses and restarts from `decided`: another leader has decided all
    /// occurrences up to it. RunIds are never reused.
    void clear(Instant now, Instant decided);

    // --- jobs (enabled ones only; disabling and deleting call remove)
    /// Adds a job or replaces its definition. If schedule, window, jitter and `since` are the same, planned
    /// occurrences are kept. Otherwise its occurrences after `from` (exclusive) are planned, past and future,
    /// and undecided ones of the previous schedule up to `from` stay planned. Claimed runs that have not
    /// started are kept if the new schedule has their occurrence, otherwise withdrawn; an occurrence with a
    /// kept run is not claimed again. `claimed`: occurrences with a claim time up to this instant were
    /// claimed by an earlier term under the same schedule and are not planned again.
    void upsert(const PlannedJob& job, Instant from, std::optional<Instant> claimed = {});
    /// Stops planning a job, except for undecided occurrences up to `until`. Withdraws its unstarted runs;
    /// keeps started and requested runs, and the only run of a completed one-shot (whose claim disabled the
    /// job).
    void remove(JobKey job, std::optional<Instant> until = {});
    /// Skips the job's occurrences up to `until`, which an earlier term recorded as missed.
    void skip_until(JobKey job, Instant until);
    [[nodiscard]] std::optional<JobPlan> find(JobKey job) const;

    // --- pauses, of a tenant or (nullopt) of everything
    /// Occurrences that become due in the pause do not run: those after `since` (nullopt: now) until the
    /// resume. Occurrences within the look-ahead of the last advance count as due. Claimed ones are
    /// withdrawn.
    void pause(std::optional<Group> tenant, std::optional<Instant> since = {});
    /// Occurrences after `at` (nullopt: now) run again. `since`: the start of the pause, in case it is
    /// unknown.
    void resume(std::optional<Group> tenant, std::optional<Instant> at = {},
                std::optional<Instant> since = {});
    /// Handles a resume that was learned late: plans the occurrences after it that were skipped as paused,
    /// which can then be claimed again. Returns the jobs that had any.
    std::vector<JobKey> replay_from(std::optional<Group> tenant, Instant at);
    /// Returns true if an occurrence due at that instant does not run because of a current or recent pause.
    [[nodiscard]] bool is_paused(Group tenant, Instant due) const;

    // --- runs
    RunId add(const ExternalRun& run);
    void report(RunId run, const RunReport& report);

    // --- time
    /// Appends the decisions up to `now`: claims up to claim_ahead after the latest multiple of claim_step,
    /// starts and the others up to now. Occurrences of a tenant without capacity wait and hold back the
    /// watermark, but do not delay other tenants. Each call takes a bounded number of steps and leaves the
    /// rest to the next. If time goes backwards, claims do not, and starts wait.
    void advance(Instant now, const Room& room, std::vector<Decision>& out);
    /// Follower mode, instead of advance: skips all occurrences up to the leader's watermark. Returns false
    /// if more remain and the call must be repeated; each call takes a bounded number of steps.
    bool advance_to(Instant now, Instant watermark);
    [[nodiscard]] Progress progress() const;

    struct Size {
        std::size_t jobs{};
        std::size_t runs{};
        std::size_t memory{};  // bytes, of jobs and runs
    };
    [[nodiscard]] Size size() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::analysis
