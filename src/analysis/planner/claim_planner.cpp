#include "analysis/planner/claim_planner.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace ecron::analysis {
namespace {

constexpr std::size_t kStepsPerAdvance = 4'096;  // occurrences examined; about 50 to 100 ns each
constexpr std::size_t kStepsPerFollow = 512;  // smaller: each step costs the same and other work is pending

}  // namespace

void ClaimPlanner::clear(Instant decided) {
    timers_.clear(decided);
    held_.clear();
    gaps_.restart(decided);
}

// --- jobs

void ClaimPlanner::plan(std::uint32_t number, Instant from, std::optional<Instant> claimed) {
    Job& job = jobs_[number];
    job.next = jobs_.first_after(job, from);
    if (claimed) skip_claimed(job, *claimed);
    arm(number);
}

void ClaimPlanner::arm(std::uint32_t number, Instant seen, bool settled) {
    const Job& job = jobs_[number];
    if (job.next != kNever)
        timers_.arm({.at = jobs_.occurrences(job).claim_by(job.next),
                     .seen = seen,
                     .subject = number,
                     .settled = settled});
    else if (job.rest)
        jobs_.drop_rest(number);
}

void ClaimPlanner::disarm(std::uint32_t number) {
    if (jobs_[number].armed == Armed::held)
        held_.erase(number);
    else
        timers_.disarm(number);
}

void ClaimPlanner::keep_remaining(std::uint32_t number, Instant until) {
    if (jobs_[number].next <= until) arm(jobs_.add_rest(number, until));
}

void ClaimPlanner::skip_until(std::uint32_t number, Instant until) {
    if (jobs_[number].next > until) return;
    disarm(number);
    plan(number, until, {});
}

bool ClaimPlanner::replay_from(std::uint32_t number, Instant at) {
    Job& job = jobs_[number];
    const Instant from = std::max(at - jobs_.policy(job).jitter, job.since);
    Instant first = jobs_.first_after(job, from);
    // Occurrences that were due earlier were not skipped because of the unknown resume.
    while (first < job.next && jobs_.occurrences(job).due(first) <= at) first = jobs_.first_after(job, first);
    if (first >= job.next) return false;
    disarm(number);
    job.next = first;
    runs_.list().expect_occurrences(job, from);
    arm(number);
    return true;
}

/// An occurrence is claimed no later than its successor, so only the newest one up to `claimed` can be
/// unclaimed.
void ClaimPlanner::skip_claimed(Job& job, Instant claimed) const {
    if (job.next > claimed) return;
    const model::Occurrences all = jobs_.occurrences(job);
    job.next = std::max(job.next, all.previous(claimed + Millis{1}).value_or(job.next));
    if (all.claim_by(job.next) <= claimed) job.next = all.next(job.next).value_or(kNever);
}

// --- follower mode

/// Skips all occurrences up to the watermark of another leader. Returns false if more remain.
bool ClaimPlanner::advance_to(Instant watermark) {
    gaps_.restart(watermark);
    const auto all = [](Group) { return std::numeric_limits<std::size_t>::max(); };
    held_.release(all, [this](const Entry& entry) { timers_.arm(entry); });
    for (std::size_t steps = 0; steps < kStepsPerFollow; ++steps) {
        const auto due = timers_.pop(watermark);
        if (!due) return timers_.now() >= watermark;
        skip_followed(due->subject, watermark);
    }
    return false;
}

void ClaimPlanner::skip_followed(std::uint32_t number, Instant watermark) {
    Job& job = jobs_[number];
    // A follower completes a one-shot by its change, not by an occurrence, which may have been missed.
    if (jobs_.policy(job).jitter > Millis{0})
        skip_claimed(job, watermark);
    else
        job.next = jobs_.first_after(job, std::max(job.next, watermark));
    arm(number);
}

// --- decisions

/// Returns the instant up to which claims are decided. It advances in steps, so that consecutive runs are
/// claimed together and all shards of a node claim at the same instants: one transaction then has many
/// claims.
Instant ClaimPlanner::claim_horizon() const {
    const Millis since = now_.time_since_epoch() % options_.claim_step;
    return now_ - since + options_.claim_ahead;
}

/// Returns when an occurrence reaches the horizon.
Instant ClaimPlanner::claimed_from(Instant claim_by) const {
    const Instant first = claim_by - options_.claim_ahead;
    const Millis since = first.time_since_epoch() % options_.claim_step;
    return since > Millis{0} ? first - since + options_.claim_step : first;
}

void ClaimPlanner::advance(const Room& given, Out& out) {
    if (given.total > 0) gaps_.attend(now_, [this] { return progress().watermark; });
    RoomLeft room{given};
    release_held(room);
    for (std::size_t steps = 0; room.any() && steps < kStepsPerAdvance;) {
        const auto due = timers_.pop(claim_horizon());
        if (!due) return;
        steps += decide(*due, room, out);
    }
}

/// Makes as many jobs due again as their tenants have capacity. Those that waited long count as learned now,
/// as after a planning gap: they may be missed.
void ClaimPlanner::release_held(RoomLeft& room) {
    held_.release([&room](Group tenant) { return room.of(tenant); },
                  [this](Entry entry) {
                      if (now_ - entry.at > PlanningGaps::kShortest) {
                          entry.seen = now_;
                          entry.settled = false;
                      }
                      timers_.arm(entry);
                  });
}

/// Decides a job's next occurrence. Returns the number of occurrences examined.
std::size_t ClaimPlanner::decide(Entry entry, RoomLeft& room, Out& out) {
    Job& job = jobs_[entry.subject];
    if (room.of(job.tenant) == 0) {
        held_.hold(entry);
        return 1;
    }
    if (const Instant seen = gaps_.known_since(entry.at); seen > entry.seen) {
        entry.seen = seen;
        entry.settled = false;
    }
    if (skip_paused(entry)) return 1;
    const Instant before = job.next;
    const std::size_t steps = 1 + settle(entry, out);
    if (job.next == before) {
        if (!has_run(job)) {
            claim(entry, out);
            room.take(job.tenant);
        }
        job.next = jobs_.policy(job).once ? kNever : jobs_.first_after(job, job.next);
    }
    arm(entry.subject, entry.seen, entry.settled);
    return steps;
}

/// Skips an occurrence that comes due in a pause, and those until the end of the pause.
bool ClaimPlanner::skip_paused(const Entry& entry) {
    Job& job = jobs_[entry.subject];
    const Instant horizon = claim_horizon();
    const Instant due = jobs_.occurrences(job).due(job.next);
    const auto paused_until = due <= horizon ? pauses_.end_of(job.tenant, due) : std::nullopt;
    if (!paused_until) return false;
    const Instant passed = std::min(*paused_until, horizon);
    const bool has_jitter = jobs_.policy(job).jitter > Millis{0};
    job.next = jobs_.first_after(job, has_jitter ? job.next : std::max(job.next, passed));
    arm(entry.subject, entry.seen, entry.settled);
    return true;
}

/// Decides which of the occurrences are missed that were overdue when they became known, up to the next
/// pause. Returns the number of occurrences examined.
std::size_t ClaimPlanner::settle(Entry& entry, Out& out) {
    Job& job = jobs_[entry.subject];
    const JobPolicy& policy = jobs_.policy(job);
    const bool runs_first =
        policy.once && policy.misfire != model::Misfire::skip;  // a one-shot never had another occurrence
    if (entry.settled || entry.seen == kAlways || runs_first) return 0;
    const Instant cut = entry.seen - policy.misfire_grace - policy.jitter;
    const auto pause = pauses_.begin_within(job.tenant, job.next, cut);
    entry.settled = !pause;
    return job.next < cut ? settle_misfire(job, pause ? *pause + Millis{1} : cut, out) : 0;
}

/// Occurrences before `cut` are missed: records those that do not run and moves the job to the first that
/// does.
std::size_t ClaimPlanner::settle_misfire(Job& job, Instant cut, Out& out) const {
    const JobPolicy& policy = jobs_.policy(job);
    const model::Occurrences all = jobs_.occurrences(job);
    std::size_t steps = 1;
    const Instant first = job.next;
    const Instant newest = all.previous(cut).value_or(first);
    assert(newest >= first);

    Instant last_missed = newest;
    Instant kept = newest;
    if (policy.misfire == model::Misfire::skip) {
        kept = all.next(newest).value_or(kNever);
    } else {
        const std::size_t limit = policy.misfire == model::Misfire::all ? options_.misfire_limit : 1;
        for (; steps < limit && kept > first; ++steps) kept = *all.previous(kept);
        if (kept == first) return steps;
        last_missed = *all.previous(kept);
    }

    std::int64_t count = 1;
    for (Instant one = first; one < last_missed && count < kMissedCounted; ++count) one = *all.next(one);
    out.emplace_back(Missed{job.key, first, last_missed, count, all});
    job.next = kept;
    return steps + static_cast<std::size_t>(count);
}

bool ClaimPlanner::has_run(const Job& job) const {
    const auto owner = job.rest ? jobs_.find(job.key) : std::nullopt;
    return runs_.list().has_occurrence(owner ? jobs_[*owner] : job, job.next);
}

void ClaimPlanner::claim(const Entry& entry, Out& out) {
    const Job& job = jobs_[entry.subject];
    const bool spends = jobs_.policy(job).once && !job.rest;
    const Instant due = jobs_.occurrences(job).due(job.next);
    const RunId run = runs_.claim(entry.subject, due, spends);
    out.emplace_back(Claim{.run = run,
                           .job = job.key,
                           .scheduled_at = job.next,
                           .due = due,
                           .spent = spends ? std::optional{job.since} : std::nullopt,
                           .claim_by = entry.at,
                           .tenant = job.tenant});
}

// --- progress

Progress ClaimPlanner::progress() const {
    Progress now{.decided_but_held = std::max(timers_.now(), claim_horizon()), .held_since = held_.since()};
    if (const auto next = timers_.next_hint()) {
        now.decided_but_held = std::min(now.decided_but_held, *next - Millis{1});
        now.next_wake = claimed_from(*next);
    }
    now.watermark =
        now.held_since ? std::min(now.decided_but_held, *now.held_since - Millis{1}) : now.decided_but_held;
    now.is_caught_up = now.watermark >= claim_horizon();
    return now;
}

}  // namespace ecron::analysis
