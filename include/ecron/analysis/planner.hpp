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

/// Decides what runs when: a pure state machine. It takes events and the time and returns decisions; it never
/// calls a clock, a store or a socket, so a year runs in a second and the simulator runs the same code as
/// production. Threads: none; its owner makes every call. Errors: none; a call about an unknown job or run
/// changes nothing.
///
/// Misfire: an instant is missed when it lay more than the grace (and the jitter) back when planning got to
/// know it: at the upsert that brought it, or at the first advance with room after a time without. What
/// merely finds no room is late, not missed.
///
/// The life of a planned run: decided `Claim` -> claimed() -> at its due instant `Start` or `Refuse` ->
/// ended(), or retry_at() and `Start` again, or accepted() and `Expire` when no callback came.
namespace ecron::analysis {

/// A run as this process knows it; the store knows it by its ExecuteId.
using RunId = Id<struct RunIdTag, std::uint64_t>;
/// A tenant, or a concurrency key, as a small number; their owner keeps the names.
using Group = std::uint32_t;

/// When a job runs, with every default filled in.
struct Timing {
    model::Misfire misfire{model::Misfire::once};
    model::Overlap overlap{model::Overlap::skip};
    Millis misfire_grace{60'000};
    std::optional<Millis> start_deadline{};
    Millis jitter{0};
    std::optional<Instant> begin_at{};
    std::optional<Instant> end_at{};  // inclusive to its whole second
    Group concurrency{0};             // 0: none
    std::uint32_t max_concurrency{1};
    bool once{false};  // spent after its first run
    bool operator==(const Timing&) const = default;
};

struct PlannedJob {
    JobKey key{};
    cron::Schedule schedule;
    Timing timing{};
    Group tenant{0};
    std::uint64_t jitter_seed{
        0};  // a hash of the job's id: the delay is the same for the same nominal instant
    Instant since{Instant::min()};  // its schedule names no instant up to then
};

// --- decisions
struct Claim {  // claim this planned run in the store; it starts at `due`
    RunId run;
    JobKey job;
    Instant nominal;
    Instant due;
    std::optional<Instant> spent;  // the job's only run: disable it in the same transaction, if its schedule
                                   // still is the one that holds since then
    Instant claim_by;  // not after due, and before it only where jitter is longer than the interval; claims
                       // of a tenant come in this order, and of all while each has room
    Group tenant;
};
struct Start {  // it is time and nothing stands against it; late by now - due
    RunId run;
};
struct Refuse {  // it ends without a run: "overlap", "deadline"
    RunId run;
    std::string_view reason;
};
struct Withdraw {  // claimed, not started, and its job no longer names it: delete the row
    RunId run;
};
struct Stop {  // end it where it runs: "replaced", or whatever stop() was called with
    RunId run;
    std::string_view reason;
};
struct Expire {  // accepted by the target, and the callback did not come in time
    RunId run;
};
struct Missed {  // these instants do not run; a newer one that does (misfire once, all) is a Claim of its own
    JobKey job;
    Instant from;
    Instant to;
    std::int64_t count;  // exact up to kMissedCounted; that means so many or more
};
inline constexpr std::int64_t kMissedCounted = 4'096;
using Decision = std::variant<Claim, Start, Refuse, Withdraw, Stop, Expire, Missed>;

struct PlannerOptions {
    Millis claim_ahead{250};
    Millis claim_step{1};              // claims are decided at multiples of it, at least 1 ms
    std::size_t misfire_limit{1'000};  // of `all`: the newest this many run
};

/// How many claims one advance may decide.
struct Room {
    std::size_t total{};
    std::function<std::size_t(Group tenant)> of_tenant{};  // unset: as many as in all
};

class Planner {
public:
    Planner(Instant now, PlannerOptions options);
    ~Planner();
    Planner(Planner&&) noexcept;
    Planner& operator=(Planner&&) noexcept;

    /// Makes room for that many jobs, so that loading does not copy tables.
    void reserve(std::size_t jobs);

    /// Forgets every job, run and pause, as if it had just been made: what came up to `decided` is somebody
    /// else's. No RunId is given out again.
    void clear(Instant now, Instant decided);

    // --- jobs (enabled ones only; disabling and deleting is remove)
    /// A new job, or one whose schedule changed: its instants after `from` (exclusive) are planned, whether
    /// past or to come. Claimed runs that have not started are kept when the new schedule names their
    /// instant, else withdrawn; an instant of a kept run is not claimed again.
    /// `claimed`: instants whose turn to be claimed came up to then were claimed (by an earlier term, of the
    /// same schedule), and are not planned again.
    void upsert(const PlannedJob& job, Instant from, std::optional<Instant> claimed = {});
    /// The schedule stays, something else changed (overlap, concurrency, …): what is planned goes on.
    void adjust(const PlannedJob& job);
    /// Nothing more is planned; unstarted runs are withdrawn, running ones go on, and so does the run that
    /// spent the job (which is why it is disabled) and runs asked for.
    void remove(JobKey job);
    [[nodiscard]] bool knows(JobKey job) const;
    [[nodiscard]] std::optional<PlannedJob> find(JobKey job) const;
    /// Instants that come due while a tenant (or everything) is paused do not run: those after `since`
    /// (nothing: now), up to the resume; what the last advance looked ahead at counts as come due. Claimed
    /// ones are withdrawn.
    void pause(std::optional<Group> tenant, std::optional<Instant> since = {});
    /// Those after `at` (nothing: now) run again. `since`: when the pause began, should it not be known.
    void resume(std::optional<Group> tenant, std::optional<Instant> at = {},
                std::optional<Instant> since = {});
    /// Whether what is due then does not run: for a pause that goes on, or was over lately.
    [[nodiscard]] bool is_paused(Group tenant, Instant due) const;
    /// After a resume that became known late: what was passed over beyond its instant as paused is planned,
    /// and may be claimed again. Answers the jobs of which something was.
    std::vector<JobKey> rewind(std::optional<Group> tenant, Instant at);
    /// Before an upsert or a remove: the instants up to `until` that the job names and that were not decided
    /// yet are still planned, whatever becomes of the job.
    void split(JobKey job, Instant until);
    /// The job's instants up to `until` were told missed by an earlier term: they are not planned.
    void pass(JobKey job, Instant until);
    /// Instead of advance, while somebody else decides: he has decided everything up to the watermark. False:
    /// call again, to pass the rest; one call takes bounded steps.
    bool follow(Instant now, Instant watermark);

    // --- runs
    /// The claim was committed: the run starts when due. Not mine: another term's row, forget it.
    void claimed(RunId run, bool mine);
    /// A run asked for now: it starts with the next advance, whatever of its job runs beside it (a
    /// concurrency group it obeys), but counts as running.
    RunId run_now(JobKey job, Timing timing);
    /// A run of an earlier term, as the store kept it: it starts at `due` (or waits for its callback until
    /// then). Without a nominal instant it is one that was asked for. A waiting one that its job, known
    /// already, does not name any more is withdrawn; an instant with an adopted run is not claimed again. One
    /// that is running elsewhere only counts, until it ends, or retry_at or accepted says what it waits for.
    /// `tenant` is for one whose job is not known, since it is spent.
    enum class Adopted : std::uint8_t { waiting, retrying, accepted, running };
    RunId adopt(JobKey job, std::optional<Instant> nominal, Instant due, Adopted state, Timing timing,
                Group tenant = {});
    void retry_at(RunId run, Instant due);       // its attempt failed; Start comes again
    void accepted(RunId run, Instant deadline);  // Expire comes at the deadline
    void ended(RunId run);                       // whatever waited for it goes on with the next advance
    /// Asks for the end of a run: Stop when it runs, Refuse with the reason when it waits. A run that is
    /// being stopped does not start again: instead of a Start or an Expire, Stop comes again. The reason is a
    /// literal.
    void stop(RunId run, std::string_view reason);

    /// What is to be done by `now`, appended: claims up to claim_ahead after the latest multiple of
    /// claim_step, starts and the rest up to now. Instants of a tenant without room wait for it and hold up
    /// the watermark, but no other tenant. One call takes bounded steps; what it leaves comes with the next.
    /// Time may go back: claims do not, starts wait.
    void advance(Instant now, const Room& room, std::vector<Decision>& out);
    /// Everything due up to here has been decided as a claim; the watermark once those claims are committed.
    /// Goes back only when an upsert or a rewind adds instants of the past.
    [[nodiscard]] Instant watermark() const;
    /// The same, were no tenant without room.
    [[nodiscard]] Instant decided_but_held() const;
    /// When the oldest instant came due that waits for the room of its tenant; nullopt: none waits.
    [[nodiscard]] std::optional<Instant> held_since() const;
    /// Whether the last advance left nothing undecided that it might have claimed.
    [[nodiscard]] bool caught_up() const;
    /// When advance must be called next; nothing: when an event comes. What is due and found no room counts
    /// as now: an owner without room waits for room instead. What waits for its tenant's room does not count.
    [[nodiscard]] std::optional<Instant> next_wake() const;
    /// Instants wait for the room of their tenants.
    [[nodiscard]] bool waits_for_room() const;

    /// The next instant that will be planned for a job.
    [[nodiscard]] std::optional<Instant> next_nominal(JobKey job) const;
    [[nodiscard]] std::size_t jobs() const;
    [[nodiscard]] std::size_t runs() const;
    [[nodiscard]] std::size_t memory() const;  // bytes, of jobs and runs

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::analysis
