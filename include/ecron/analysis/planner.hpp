#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"
#include "ecron/model/occurrences.hpp"

/// Decides which executions run and when: a pure state machine. It receives events and the time and returns
/// decisions. It never uses a clock, a store or a socket, so a simulated year takes a second and the
/// simulator runs the production code. Threads: none; the owner makes all calls. Errors: none; a call about
/// an unknown job or run has no effect.
///
/// Misfire: an occurrence is missed if it was overdue by more than the grace period plus the jitter when the
/// planner learned of it: at the upsert that added it, or at the first advance with free capacity after a
/// planning gap. An occurrence that only lacks capacity is late, not missed.
///
/// States of a scheduled run: decided `Claim` -> claimed() -> `Start` or `Refuse` at its due time -> ended();
/// or retry_at() and another `Start`; or accepted() and `Expire` if no callback arrives.
namespace ecron::analysis {

/// A run in this process; the store's identifier is its ExecuteId.
using RunId = Id<struct RunIdTag, std::uint64_t>;
/// Small number of a tenant or a concurrency key; the owner maps it to the name.
using Group = std::uint32_t;

/// Scheduling policies of a job, with defaults applied.
struct JobPolicy {
    model::Misfire misfire{model::Misfire::once};
    model::Overlap overlap{model::Overlap::skip};
    Millis misfire_grace{60'000};
    std::optional<Millis> start_deadline{};
    Millis jitter{0};
    std::optional<Instant> begin_at{};
    std::optional<Instant> end_at{};  // inclusive to the end of its second
    Group concurrency{0};             // 0: none
    std::uint32_t max_concurrency{1};
    bool once{false};  // completed after its first run
    bool operator==(const JobPolicy&) const = default;
};

struct PlannedJob {
    JobKey key{};
    cron::Schedule schedule;
    JobPolicy policy{};
    Group tenant{0};
    std::uint64_t jitter_seed{0};   // hash of the job's id: the same scheduled time always has the same delay
    Instant since{Instant::min()};  // its schedule has no occurrence up to this instant

    [[nodiscard]] model::Occurrences occurrences() const {
        return model::Occurrences{
            schedule, {policy.begin_at, policy.end_at}, {.limit = policy.jitter, .seed = jitter_seed}};
    }
};

// --- decisions
struct Claim {  // claim this scheduled run in the store; it starts at `due`
    RunId run;
    JobKey job;
    Instant nominal;
    Instant due;
    std::optional<Instant> spent;  // set for a one-shot: disable the job in the same transaction, if its
                                   // schedule is still the one in effect since this instant
    Instant claim_by;  // never after due; before due only if the jitter exceeds the interval. Claims of a
                       // tenant are ordered by it; claims of all tenants while each has capacity
    Group tenant;
};
struct Start {  // the run is due and unblocked; lateness is now - due
    RunId run;
};
struct Refuse {  // the run ends without an attempt: "overlap", "deadline"
    RunId run;
    std::string_view reason;
};
struct Withdraw {  // claimed, not started, and no longer an occurrence of its job: delete the row
    RunId run;
};
struct Stop {  // stop the run: "replaced", or the reason passed to stop()
    RunId run;
    std::string_view reason;
};
struct Expire {  // the target accepted the run and its callback did not arrive in time
    RunId run;
};
struct Missed {  // these occurrences do not run; a newer one that does (misfire once, all) has its own Claim
    JobKey job;
    Instant from;
    Instant to;
    std::int64_t count;              // exact below kMissedCounted, which means that many or more
    model::Occurrences occurrences;  // of the schedule then in effect, which may have changed since
};
inline constexpr std::int64_t kMissedCounted = 4'096;
using Decision = std::variant<Claim, Start, Refuse, Withdraw, Stop, Expire, Missed>;

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

/// A run that the planner did not decide: requested, or of an earlier term.
struct ExternalRun {
    enum class State : std::uint8_t { waiting, retrying, accepted, running };
    JobKey job{};
    std::optional<Instant> nominal{};  // nullopt: requested
    Instant due{};                     // if accepted: the deadline of its callback
    State state{State::waiting};
    JobPolicy policy{};
    Group tenant{};  // for a completed one-shot, whose job is unknown
};

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

    /// Reserves capacity, so that loading does not reallocate tables.
    void reserve(std::size_t jobs);

    /// Drops all jobs, runs and pauses and restarts from `decided`: another leader has decided all
    /// occurrences up to it. RunIds are never reused.
    void clear(Instant now, Instant decided);

    // --- jobs (enabled ones only; disabling and deleting call remove)
    /// Adds a job, or replaces its schedule: plans its occurrences after `from` (exclusive), past and future.
    /// Claimed runs that have not started are kept if the new schedule has their occurrence, otherwise
    /// withdrawn; an occurrence with a kept run is not claimed again.
    /// `claimed`: occurrences with a claim time up to this instant were claimed by an earlier term under the
    /// same schedule and are not planned again.
    void upsert(const PlannedJob& job, Instant from, std::optional<Instant> claimed = {});
    /// Changes policies other than the schedule (overlap, concurrency, …); planned occurrences are kept.
    void update_policy(const PlannedJob& job);
    /// Stops planning a job. Withdraws its unstarted runs; keeps started and requested runs, and the only run
    /// of a completed one-shot (whose claim disabled the job).
    void remove(JobKey job);
    [[nodiscard]] bool knows(JobKey job) const;
    [[nodiscard]] std::optional<PlannedJob> find(JobKey job) const;
    /// Occurrences that become due while a tenant (nullopt: everything) is paused do not run: those after
    /// `since` (nullopt: now) until the resume. Occurrences within the look-ahead of the last advance count
    /// as due. Claimed ones are withdrawn.
    void pause(std::optional<Group> tenant, std::optional<Instant> since = {});
    /// Occurrences after `at` (nullopt: now) run again. `since`: the start of the pause, in case it is
    /// unknown.
    void resume(std::optional<Group> tenant, std::optional<Instant> at = {},
                std::optional<Instant> since = {});
    /// Returns true if an occurrence due at that instant does not run because of a current or recent pause.
    [[nodiscard]] bool is_paused(Group tenant, Instant due) const;
    /// Handles a resume that was learned late: plans the occurrences after it that were skipped as paused,
    /// which can then be claimed again. Returns the jobs that had any.
    std::vector<JobKey> replay_from(std::optional<Group> tenant, Instant at);
    /// Call before an upsert or a remove: undecided occurrences of the current schedule up to `until` stay
    /// planned, whatever happens to the job.
    void keep_remaining_until(JobKey job, Instant until);
    /// Skips the job's occurrences up to `until`, which an earlier term recorded as missed.
    void skip_until(JobKey job, Instant until);
    /// Follower mode, instead of advance: skips all occurrences up to the leader's watermark. Returns false
    /// if more remain and the call must be repeated; each call takes a bounded number of steps.
    bool advance_to(Instant now, Instant watermark);

    // --- runs
    /// The claim was committed: the run starts when due. `mine` false: the row belongs to another term; drops
    /// the run.
    void claimed(RunId run, bool mine);
    /// Adds a requested run: it starts with the next advance, regardless of the job's other runs but subject
    /// to its concurrency group, and counts as running.
    RunId run_now(JobKey job, JobPolicy policy);
    /// Adds a run of an earlier term from its row: it starts at `due` (or waits for its callback until then).
    /// nullopt `nominal`: a requested run. A waiting run that is not an occurrence of its known job is
    /// withdrawn; an occurrence with an adopted run is not claimed again. A run on another node only counts
    /// for overlap, until it ends, or until retry_at or accepted states what it waits for. `tenant`: for a
    /// completed one-shot, whose job is unknown.
    using Adopted = ExternalRun::State;
    RunId adopt(JobKey job, std::optional<Instant> nominal, Instant due, Adopted state, JobPolicy policy,
                Group tenant = {});
    void retry_at(RunId run, Instant due);       // its attempt failed; Start is decided again
    void accepted(RunId run, Instant deadline);  // Expire is decided at the deadline
    void ended(RunId run);                       // unblocks waiting runs with the next advance
    /// Stops a run: decides Stop if it is running, Refuse with the reason if it is waiting. A run that is
    /// being stopped does not start again: Stop replaces a later Start or Expire. The reason must be a string
    /// literal.
    void stop(RunId run, std::string_view reason);

    /// Appends the decisions up to `now`: claims up to claim_ahead after the latest multiple of claim_step,
    /// starts and the others up to now. Occurrences of a tenant without capacity wait and hold back the
    /// watermark, but do not delay other tenants. Each call takes a bounded number of steps and leaves the
    /// rest to the next. If time goes backwards, claims do not, and starts wait.
    void advance(Instant now, const Room& room, std::vector<Decision>& out);
    /// Returns the instant up to which all due occurrences have been decided; it becomes the watermark once
    /// those claims are committed. It decreases only if an upsert or a rewind adds past occurrences.
    [[nodiscard]] Instant watermark() const;
    /// Returns the same as if no tenant lacked capacity.
    [[nodiscard]] Instant decided_but_held() const;
    /// Returns when the oldest occurrence came due that waits for its tenant's capacity; nullopt if none
    /// waits.
    [[nodiscard]] std::optional<Instant> held_since() const;
    /// Returns true if the last advance left no claimable occurrence undecided.
    [[nodiscard]] bool caught_up() const;
    /// Returns when advance must be called next; nullopt means after the next event. Due occurrences without
    /// capacity count as now: without total capacity, the owner waits for capacity instead. Occurrences that
    /// wait for their tenant's capacity do not count.
    [[nodiscard]] std::optional<Instant> next_wake() const;
    /// Returns true if occurrences wait for the capacity of their tenants.
    [[nodiscard]] bool waits_for_room() const;

    /// Returns the next occurrence to be planned for a job.
    [[nodiscard]] std::optional<Instant> next_nominal(JobKey job) const;
    [[nodiscard]] std::size_t jobs() const;
    [[nodiscard]] std::size_t runs() const;
    [[nodiscard]] std::size_t memory() const;  // bytes, of jobs and runs

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::analysis
