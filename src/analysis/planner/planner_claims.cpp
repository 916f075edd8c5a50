#include <algorithm>
#include <cassert>
#include <utility>

#include "analysis/planner/planner_impl.hpp"

/// From jobs to claims. A job is in the wheel (or, if late, in the queue) at the instant by which its next
/// occurrence must be claimed. When it comes due, the occurrence is claimed, missed or skipped, and the job
/// is inserted again for the next occurrence.
namespace ecron::analysis {
namespace {

constexpr std::size_t kStepsPerAdvance = 4'096;  // occurrences examined; about 50 to 100 ns each
constexpr std::size_t kStepsPerFollow = 512;  // smaller: each step costs the same and other work is pending
constexpr Millis kGap{1'000};                 // shorter planning interruptions are not gaps
constexpr std::size_t kMostGaps = 64;  // gaps with undecided occurrences; beyond it the last gap is extended

}  // namespace

model::Occurrences Planner::Impl::occurrences(const Job& job) const {
    const JobPolicy& policy = policies_[job.policy];
    return model::Occurrences{
        job.schedule, {policy.begin_at, policy.end_at}, {.limit = policy.jitter, .seed = job.jitter_seed}};
}

/// Returns the job's first occurrence after an instant within its window; kNever if there is none.
Instant Planner::Impl::first_after(const Job& job, Instant after) const {
    return occurrences(job).next(after).value_or(kNever);
}

/// An occurrence is claimed no later than its successor, so only the newest one up to `claimed` can be
/// unclaimed.
void Planner::Impl::pass_claimed(Job& job, Instant claimed) const {
    if (job.next > claimed) return;
    const model::Occurrences all = occurrences(job);
    job.next = std::max(job.next, all.previous(claimed + Millis{1}).value_or(job.next));
    if (all.claim_by(job.next) <= claimed) job.next = all.next(job.next).value_or(kNever);
}

void Planner::Impl::arm_job(std::uint32_t number, Instant seen, bool settled) {
    Job& job = jobs_[number];
    if (job.next == kNever) {
        drop_rest_if_done(number);
        return;
    }
    const Instant at = occurrences(job).claim_by(job.next);
    claims_.arm({.at = at, .seen = seen, .subject = number, .settled = settled});
}

void Planner::Impl::drop_rest_if_done(std::uint32_t number) {
    Job& job = jobs_[number];
    if (!job.rest) return;
    policies_.release(job.policy);
    job.policy = kNone;
    job.known = false;
    job.rest = false;
    jobs_.give_back(number);
}

void Planner::Impl::disarm_job(std::uint32_t number) {
    Job& job = jobs_[number];
    if (job.armed == Armed::crowded) {
        const auto queue = crowded_.find(job.tenant);
        queue->second.erase(job.timer, claims_.keep_position());
        if (queue->second.empty()) crowded_.erase(queue);
    }
    claims_.disarm(number);
}

/// Skips all occurrences up to the watermark of another leader. Returns false if more remain.
bool Planner::Impl::advance_to(Instant now, Instant watermark) {
    now_ = now;
    attended_ = watermark;
    gaps_.clear();
    while (!crowded_.empty()) release_held(crowded_.begin()->first, jobs_.size());
    for (std::size_t steps = 0; steps < kStepsPerFollow; ++steps) {
        const auto due = claims_.pop(watermark);
        if (!due) return claims_.now() >= watermark;
        pass_followed(due->subject, watermark);
    }
    return false;
}

void Planner::Impl::pass_followed(std::uint32_t number, Instant watermark) {
    Job& job = jobs_[number];
    // A follower completes a one-shot by its change, not by an occurrence, which may have been missed.
    if (policies_[job.policy].jitter > Millis{0})
        pass_claimed(job, watermark);
    else
        job.next = first_after(job, std::max(job.next, watermark));
    arm_job(number, now_, false);
}

/// Records planning gaps while they contain undecided occurrences: those became known at the end of the gap
/// and may be missed.
void Planner::Impl::note_gap(std::size_t room) {
    if (room == 0) return;
    const Instant before = std::exchange(attended_, now_);
    if (now_ - before <= kGap) return;
    const Instant decided = watermark();
    std::erase_if(gaps_, [decided](const Span& gap) { return gap.end <= decided; });
    if (gaps_.size() < kMostGaps)
        gaps_.push_back({before, now_});
    else
        gaps_.back().end = now_;
}

/// Returns when the planner learned of an occurrence that was in a planning gap; kAlways if it was in time.
Instant Planner::Impl::known_since(Instant instant) const {
    for (const Span& gap : gaps_)
        if (gap.contains(instant)) return gap.end;
    return kAlways;
}

/// Returns the instant up to which claims are decided. It advances in steps, so that consecutive runs are
/// claimed together and all shards of a node claim at the same instants: one transaction then has many
/// claims.
Instant Planner::Impl::claim_horizon() const {
    const Millis since = now_.time_since_epoch() % options_.claim_step;
    return now_ - since + options_.claim_ahead;
}

/// Returns when an occurrence reaches the horizon.
Instant Planner::Impl::claimed_from(Instant claim_by) const {
    const Instant first = claim_by - options_.claim_ahead;
    const Millis since = first.time_since_epoch() % options_.claim_step;
    return since > Millis{0} ? first - since + options_.claim_step : first;
}

/// A job is due and its tenant has no capacity.
void Planner::Impl::hold(const DueQueue::Entry& entry) {
    Job& job = jobs_[entry.subject];
    job.armed = Armed::crowded;
    crowded_[job.tenant].push(entry, claims_.keep_position());
}

void Planner::Impl::release_held(RoomLeft& room) {
    std::vector<Group> tenants;
    for (const auto& [tenant, queue] : crowded_) tenants.push_back(tenant);
    for (const Group tenant : tenants) release_held(tenant, room.of(tenant));
}

/// Makes as many of a tenant's jobs due again as there is capacity. Those that waited long count as learned
/// now, as after a planning gap: they may be missed.
void Planner::Impl::release_held(Group tenant, std::size_t count) {
    const auto queue = crowded_.find(tenant);
    for (; count > 0 && !queue->second.empty(); --count) {
        DueQueue::Entry entry = queue->second.pop(claims_.keep_position());
        if (now_ - entry.at > kGap) {
            entry.seen = now_;
            entry.settled = false;
        }
        claims_.arm(entry);
    }
    if (queue->second.empty()) crowded_.erase(queue);
}

void Planner::Impl::plan(const Room& given, Out& out) {
    const Instant horizon = claim_horizon();
    RoomLeft room{given};
    release_held(room);
    std::size_t steps = 0;
    while (room.any() && steps < kStepsPerAdvance) {
        const auto due = claims_.pop(horizon);
        if (!due) return;
        steps += decide(*due, room, out);
    }
}

/// Decides a job's next occurrence. Returns the number of occurrences examined.
std::size_t Planner::Impl::decide(DueQueue::Entry entry, RoomLeft& room, Out& out) {
    Job& job = jobs_[entry.subject];
    if (room.of(job.tenant) == 0) {
        hold(entry);
        return 1;
    }
    const JobPolicy& policy = policies_[job.policy];
    if (const Instant seen = known_since(entry.at); seen > entry.seen) {
        entry.seen = seen;
        entry.settled = false;
    }

    const Instant horizon = claim_horizon();
    const Instant due = occurrences(job).due(job.next);
    const Instant paused_until = due <= horizon ? pauses_.end_of(job.tenant, due) : kAlways;
    if (paused_until != kAlways) {
        const Instant passed = std::min(paused_until, horizon);
        job.next = first_after(job, policy.jitter > Millis{0} ? job.next : std::max(job.next, passed));
        arm_job(entry.subject, entry.seen, entry.settled);
        return 1;
    }

    std::size_t steps = 1;
    const bool spends_first =
        policy.once && policy.misfire != model::Misfire::skip;  // a one-shot never had another occurrence
    if (!entry.settled && entry.seen != kAlways && !spends_first) {
        const Instant cut = entry.seen - policy.misfire_grace - policy.jitter;
        const auto pause = pauses_.begin_within(job.tenant, job.next, cut);
        entry.settled = !pause;
        const Instant before = job.next;
        if (before < cut) steps += settle_misfire(job, pause ? *pause + Millis{1} : cut, out);
        if (job.next != before) {
            arm_job(entry.subject, entry.seen, entry.settled);
            return steps;
        }
    }

    if (!has_run(job, job.next)) {
        emit_claim(entry.subject, entry.at, out);
        room.take(job.tenant);
    }
    job.next = policies_[job.policy].once ? kNever : first_after(job, job.next);
    arm_job(entry.subject, entry.seen, entry.settled);
    return steps;
}

/// Occurrences before `cut` are missed: records those that do not run and moves the job to the first that
/// does.
std::size_t Planner::Impl::settle_misfire(Job& job, Instant cut, Out& out) {
    const JobPolicy& policy = policies_[job.policy];
    const model::Occurrences all = occurrences(job);
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

bool Planner::Impl::has_run(const Job& planned, Instant nominal) const {
    const auto number = planned.rest ? find_job(planned.key) : std::nullopt;
    const Job& job = number ? jobs_[*number] : planned;
    if (job.activity == kNone || nominal > activities_[job.activity].known_until) return false;
    for (std::uint32_t one = activities_[job.activity].first; one != kNone; one = runs_[one].next)
        if (runs_[one].planned && runs_[one].nominal == nominal) return true;
    return false;
}

void Planner::Impl::emit_claim(std::uint32_t number, Instant claim_by, Out& out) {
    const Job& job = jobs_[number];
    const bool spends = policies_[job.policy].once && !job.rest;
    const Instant due = occurrences(job).due(job.next);
    const std::uint32_t owner = job.rest ? job_of(job.key) : number;
    const std::uint32_t run = new_run(owner, policies_.retain(job.policy), job.next, due);
    runs_[run].spends = spends;
    out.emplace_back(Claim{id_of(run), job.key, job.next, due,
                           spends ? std::optional{job.since} : std::nullopt, claim_by, job.tenant});
}

Instant Planner::Impl::watermark() const {
    const Instant decided = decided_but_held();
    const std::optional<Instant> held = held_since();
    return held ? std::min(decided, *held - Millis{1}) : decided;
}

Instant Planner::Impl::decided_but_held() const {
    Instant decided = std::max(claims_.now(), claim_horizon());
    if (const auto next = claims_.next_hint()) decided = std::min(decided, *next - Millis{1});
    return decided;
}

std::optional<Instant> Planner::Impl::held_since() const {
    std::optional<Instant> first;
    for (const auto& [tenant, queue] : crowded_)
        first = std::min(first.value_or(queue.top().at), queue.top().at);
    return first;
}

bool Planner::Impl::caught_up() const { return watermark() >= claim_horizon(); }

}  // namespace ecron::analysis
