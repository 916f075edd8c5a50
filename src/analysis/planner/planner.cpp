#include "ecron/analysis/planner.hpp"

#include <algorithm>

#include "analysis/planner/claim_planner.hpp"

namespace ecron::analysis {
namespace {

constexpr std::chrono::hours kMostRewound{1};

}  // namespace

/// The parts of a planner. `claims` turns jobs into claimed runs, `runs` claimed runs into starts and ends.
struct Planner::Impl {
    Impl(Instant at, const PlannerOptions& options) : now(at), claims(now, options, jobs, runs, pauses) {}

    Instant now;
    PolicyTable policies;
    JobTable jobs{policies};
    Pauses pauses;
    Runs runs{now, jobs, policies, pauses};
    ClaimPlanner claims;
};

Planner::Planner(Instant now, PlannerOptions options) : impl_(std::make_unique<Impl>(now, options)) {}
Planner::~Planner() = default;
Planner::Planner(Planner&&) noexcept = default;
Planner& Planner::operator=(Planner&&) noexcept = default;

void Planner::clear(Instant now, Instant decided) {
    impl_->now = now;
    impl_->runs.clear();
    impl_->jobs.clear();
    impl_->policies = {};
    impl_->claims.clear(decided);
    impl_->pauses.clear();
}

// --- jobs

void Planner::reserve(std::size_t /*jobs*/) {}

void Planner::upsert(const PlannedJob& job, Instant from, std::optional<Instant> claimed) {
    const std::uint32_t number = impl_->jobs.of(job.key);
    impl_->claims.disarm(number);
    impl_->jobs.define(number, job);
    impl_->claims.plan(number, from, claimed);
    impl_->runs.reconcile(number, from);
}

void Planner::update_policy(const PlannedJob& job) {
    const auto number = impl_->jobs.find_known(job.key);
    if (!number) return;
    impl_->jobs.update_policy(*number, job.policy);
    impl_->runs.update_policy(*number);
}

void Planner::keep_remaining_until(JobKey job, Instant until) {
    if (const auto number = impl_->jobs.find_known(job)) impl_->claims.keep_remaining(*number, until);
}

void Planner::remove(JobKey job) {
    const auto number = impl_->jobs.find_known(job);
    if (!number) return;
    impl_->claims.disarm(*number);
    impl_->runs.withdraw_unstarted(*number);
    impl_->jobs.undefine(*number);
}

std::optional<PlannedJob> Planner::find(JobKey job) const {
    const auto number = impl_->jobs.find_known(job);
    return number ? std::optional{impl_->jobs.definition(*number)} : std::nullopt;
}
bool Planner::knows(JobKey job) const { return impl_->jobs.find_known(job).has_value(); }
std::optional<Instant> Planner::next_nominal(JobKey job) const {
    const auto number = impl_->jobs.find_known(job);
    if (!number || impl_->jobs[*number].next == kNever) return {};
    return impl_->jobs[*number].next;
}

void Planner::skip_until(JobKey job, Instant until) {
    if (const auto number = impl_->jobs.find_known(job)) impl_->claims.skip_until(*number, until);
}

// --- pauses

void Planner::pause(std::optional<Group> tenant, std::optional<Instant> since) {
    const Instant decided = impl_->claims.progress().watermark;  // which may be ahead of the clock
    impl_->pauses.begin(tenant, since.value_or(impl_->now), std::min(decided, impl_->now) - kMostRewound);
}

void Planner::resume(std::optional<Group> tenant, std::optional<Instant> at, std::optional<Instant> since) {
    impl_->pauses.end(tenant, at.value_or(impl_->now), since);
}

bool Planner::is_paused(Group tenant, Instant due) const {
    return impl_->pauses.end_of(tenant, due).has_value();
}

std::vector<JobKey> Planner::replay_from(std::optional<Group> tenant, Instant at) {
    std::vector<JobKey> replayed;
    impl_->jobs.each_known([&](std::uint32_t number) {
        const JobTable::Job& job = impl_->jobs[number];
        const bool theirs = !tenant || job.tenant == *tenant;
        if (theirs && impl_->claims.replay_from(number, at)) replayed.push_back(job.key);
    });
    return replayed;
}

// --- runs

RunId Planner::run_now(JobKey job, JobPolicy policy) {
    return impl_->runs.add({.job = job, .due = impl_->now, .policy = policy});
}
RunId Planner::adopt(JobKey job, std::optional<Instant> nominal, Instant due, Adopted state, JobPolicy policy,
                     Group tenant) {
    return impl_->runs.add({job, nominal, due, state, policy, tenant});
}
void Planner::claimed(RunId run, bool mine) { mine ? impl_->runs.committed(run) : impl_->runs.ended(run); }
void Planner::retry_at(RunId run, Instant due) { impl_->runs.retry_at(run, due); }
void Planner::accepted(RunId run, Instant deadline) { impl_->runs.accepted(run, deadline); }
void Planner::ended(RunId run) { impl_->runs.ended(run); }
void Planner::stop(RunId run, std::string_view reason) { impl_->runs.stop(run, reason); }

// --- time

void Planner::advance(Instant now, const Room& room, std::vector<Decision>& out) {
    impl_->now = now;
    impl_->runs.advance(out);
    impl_->claims.advance(room, out);
}

bool Planner::advance_to(Instant now, Instant watermark) {
    impl_->now = now;
    return impl_->claims.advance_to(watermark);
}

Instant Planner::watermark() const { return impl_->claims.progress().watermark; }
Instant Planner::decided_but_held() const { return impl_->claims.progress().decided_but_held; }
std::optional<Instant> Planner::held_since() const { return impl_->claims.progress().held_since; }
bool Planner::caught_up() const { return impl_->claims.progress().is_caught_up; }
bool Planner::waits_for_room() const { return held_since().has_value(); }
std::optional<Instant> Planner::next_wake() const {
    std::optional<Instant> next = impl_->claims.progress().next_wake;
    if (const auto run = impl_->runs.next_wake()) next = std::min(next.value_or(*run), *run);
    if (next) next = std::max(*next, impl_->now);
    return next;
}

std::size_t Planner::jobs() const { return impl_->jobs.size(); }
std::size_t Planner::runs() const { return impl_->runs.list().size(); }
std::size_t Planner::memory() const {
    return sizeof *impl_ + impl_->jobs.memory() + impl_->policies.memory() + impl_->pauses.memory() +
           impl_->runs.memory() + impl_->claims.memory();
}

}  // namespace ecron::analysis
