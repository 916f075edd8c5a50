#include <algorithm>
#include <cassert>

#include "analysis/planner/planner_impl.hpp"

/// The set of jobs and the paused tenants.
namespace ecron::analysis {
namespace {

constexpr std::chrono::hours kMostRewound{1};

}  // namespace

void Planner::Impl::reserve(std::size_t jobs) {
    jobs_.reserve(jobs);
    index_.reserve(jobs, [this](std::uint32_t job) { return jobs_[job].key; });
}

std::optional<std::uint32_t> Planner::Impl::find_job(JobKey key) const {
    return index_.find(key, [this](std::uint32_t job) { return jobs_[job].key; });
}

std::uint32_t Planner::Impl::job_of(JobKey key) {
    if (const auto known = find_job(key)) return *known;
    const std::uint32_t number = jobs_.take();
    Job& job = jobs_[number];
    job.key = key;
    job.next = kNever;
    job.policy = kNone;
    job.activity = kNone;
    job.armed = Armed::no;
    job.tenant = 0;
    job.known = false;
    job.rest = false;
    index_.insert(key, number, [this](std::uint32_t other) { return jobs_[other].key; });
    return number;
}

void Planner::Impl::drop_if_unused(std::uint32_t number) {
    const Job& job = jobs_[number];
    if (job.known || job.activity != kNone) return;
    assert(job.armed == Armed::no && job.policy == kNone);
    index_.erase(job.key, [this](std::uint32_t other) { return jobs_[other].key; });
    jobs_.give_back(number);
}

void Planner::Impl::upsert(const PlannedJob& planned, Instant from, std::optional<Instant> claimed) {
    const std::uint32_t number = job_of(planned.key);
    Job& job = jobs_[number];
    disarm_job(number);
    const std::uint32_t policy = policies_.intern(planned.policy);
    if (job.policy != kNone) policies_.release(job.policy);
    if (!job.known) ++known_;
    job.known = true;
    job.schedule = planned.schedule;
    job.jitter_seed = planned.jitter_seed;
    job.policy = policy;
    job.tenant = planned.tenant;
    job.since = planned.since;
    job.next = first_after(job, from);
    if (claimed) pass_claimed(job, *claimed);
    if (job.activity != kNone) reconcile_runs(number, from);
    arm_job(number, now_, false);
}

/// Keeps and updates unstarted runs that are occurrences of the new schedule; withdraws the others.
void Planner::Impl::reconcile_runs(std::uint32_t number, Instant from) {
    const Job& job = jobs_[number];
    activities_[job.activity].known_until = kAlways;
    std::uint32_t following = kNone;
    for (std::uint32_t one = activities_[job.activity].first; one != kNone; one = following) {
        Run& run = runs_[one];
        following = run.next;
        if (!run.planned) continue;
        const bool named = occurrences(job).contains(run.nominal);
        if (!has_started(run.state) && !named) {
            withdraw(one, pending_);
            continue;
        }
        if (is_active(run.state)) continue;
        run.withdrawn = false;
        policies_.release(run.policy);
        run.policy = policies_.retain(job.policy);
    }
    if (job.activity != kNone) expect_runs_after(number, from);
}

void Planner::Impl::update_policy(const PlannedJob& planned) {
    const auto number = find_job(planned.key);
    if (!number || !jobs_[*number].known) return;
    Job& job = jobs_[*number];
    const std::uint32_t policy = policies_.intern(planned.policy);
    policies_.release(job.policy);
    job.policy = policy;
    assert(job.tenant == planned.tenant);  // a job never changes its tenant
    if (job.activity == kNone) return;
    for (std::uint32_t one = activities_[job.activity].first; one != kNone; one = runs_[one].next) {
        Run& run = runs_[one];
        if (!run.planned || is_active(run.state)) continue;
        policies_.release(run.policy);
        run.policy = policies_.retain(policy);
    }
}

void Planner::Impl::remove(JobKey key) {
    const auto number = find_job(key);
    if (!number || !jobs_[*number].known) return;
    Job& job = jobs_[*number];
    disarm_job(*number);
    policies_.release(job.policy);
    job.policy = kNone;
    job.next = kNever;
    std::uint32_t following = kNone;
    for (std::uint32_t one = job.activity == kNone ? kNone : activities_[job.activity].first; one != kNone;
         one = following) {
        const Run& run = runs_[one];
        following = run.next;
        if (run.planned && !run.spends && !has_started(run.state)) withdraw(one, pending_);
    }
    job.known = false;  // only now: a known job outlives its last run
    --known_;
    drop_if_unused(*number);
}

std::optional<PlannedJob> Planner::Impl::find(JobKey key) const {
    const auto number = find_job(key);
    if (!number || !jobs_[*number].known) return {};
    const Job& job = jobs_[*number];
    return PlannedJob{key, job.schedule, policies_[job.policy], job.tenant, job.jitter_seed, job.since};
}

std::optional<Instant> Planner::Impl::next_nominal(JobKey key) const {
    const auto number = find_job(key);
    if (!number || jobs_[*number].next == kNever) return {};
    return jobs_[*number].next;
}

/// Moves the undecided occurrences up to `until` to an entry of their own; only its claims are linked to the
/// job.
void Planner::Impl::keep_remaining_until(JobKey key, Instant until) {
    const auto number = find_job(key);
    if (!number || !jobs_[*number].known || jobs_[*number].next > until) return;
    const std::uint32_t rest_number = jobs_.take();
    const Job& job = jobs_[*number];
    JobPolicy policy = policies_[job.policy];
    policy.end_at = std::min(policy.end_at.value_or(until), until);
    Job& rest = jobs_[rest_number];
    rest.key = key;
    rest.schedule = job.schedule;
    rest.jitter_seed = job.jitter_seed;
    rest.next = job.next;
    rest.since = until;  // planning does not go back before this instant
    rest.policy = policies_.intern(policy);
    rest.tenant = job.tenant;
    rest.activity = kNone;
    rest.armed = Armed::no;
    rest.known = true;
    rest.rest = true;
    arm_job(rest_number, now_, false);
}

void Planner::Impl::skip_until(JobKey key, Instant until) {
    const auto number = find_job(key);
    if (!number || !jobs_[*number].known || jobs_[*number].next > until) return;
    disarm_job(*number);
    jobs_[*number].next = first_after(jobs_[*number], until);
    arm_job(*number, now_, false);
}

void Planner::Impl::pause(std::optional<Group> tenant, Instant since) {
    pauses_.begin(tenant, since, std::min(watermark(), now_) - kMostRewound);  // the watermark may be ahead
}

void Planner::Impl::resume(std::optional<Group> tenant, Instant at, std::optional<Instant> since) {
    pauses_.end(tenant, at, since);
}

std::vector<JobKey> Planner::Impl::replay_from(std::optional<Group> tenant, Instant at) {
    std::vector<JobKey> rewound;
    for (std::uint32_t number = 0; jobs_.reached(number); ++number) {
        const Job& job = jobs_[number];
        const bool theirs = job.known && (!tenant || job.tenant == *tenant);
        if (theirs && replay_from(number, at)) rewound.push_back(job.key);
    }
    return rewound;
}

bool Planner::Impl::replay_from(std::uint32_t number, Instant at) {
    Job& job = jobs_[number];
    const JobPolicy& policy = policies_[job.policy];
    const Instant from = std::max(at - policy.jitter, job.since);
    Instant first = first_after(job, from);
    // Occurrences that were due earlier were not skipped because of the unknown resume.
    while (first < job.next && occurrences(job).due(first) <= at) first = first_after(job, first);
    if (first >= job.next) return false;
    disarm_job(number);
    job.next = first;
    if (job.activity != kNone) expect_runs_after(number, from);
    arm_job(number, now_, false);
    return true;
}

/// Occurrences after `from` may already have a run.
void Planner::Impl::expect_runs_after(std::uint32_t number, Instant from) {
    Activity& activity = activities_[jobs_[number].activity];
    for (std::uint32_t one = activity.first; one != kNone; one = runs_[one].next)
        if (runs_[one].planned && runs_[one].nominal > from)
            activity.known_until = std::max(activity.known_until, runs_[one].nominal);
}

bool Planner::Impl::is_paused(Group tenant, Instant due) const {
    return pauses_.end_of(tenant, due) != kAlways;
}

}  // namespace ecron::analysis
