#include "ecron/analysis/planner.hpp"

#include <algorithm>

#include "analysis/planner/claim_planner.hpp"

namespace ecron::analysis {
namespace {

constexpr std::chrono::hours kMaxRewound{1};

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

void Planner::upsert(const PlannedJob& job, Instant from, std::optional<Instant> claimed) {
    const std::uint32_t number = impl_->jobs.of(job.key);
    if (impl_->jobs.has_occurrences_of(number, job)) {
        impl_->jobs.update_policy(number, job.policy);
        impl_->runs.update_policy(number);
        return;
    }
    if (impl_->jobs[number].known) impl_->claims.keep_remaining(number, from);
    impl_->claims.disarm(number);
    impl_->jobs.define(number, job);
    impl_->claims.plan(number, from, claimed);
    impl_->runs.reconcile(number, from);
}

void Planner::remove(JobKey job, std::optional<Instant> until) {
    const auto number = impl_->jobs.find_known(job);
    if (!number) return;
    if (until) impl_->claims.keep_remaining(*number, *until);
    impl_->claims.disarm(*number);
    impl_->runs.withdraw_unstarted(*number);
    impl_->jobs.undefine(*number);
}

void Planner::skip_until(JobKey job, Instant until) {
    if (const auto number = impl_->jobs.find_known(job)) impl_->claims.skip_until(*number, until);
}

std::optional<JobPlan> Planner::find(JobKey job) const {
    const auto number = impl_->jobs.find_known(job);
    return number ? std::optional{impl_->jobs.plan_of(*number)} : std::nullopt;
}

// --- pauses

void Planner::pause(std::optional<Group> tenant, std::optional<Instant> since) {
    const Instant decided = impl_->claims.progress().watermark;  // which may be ahead of the clock
    const Instant begin = since.value_or(impl_->now);  // the store's time: this node's clock may be ahead
    impl_->pauses.begin(tenant, begin, std::min(decided, begin) - kMaxRewound);
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

RunId Planner::add(const ExternalRun& run) { return impl_->runs.add(run); }
void Planner::report(RunId run, const RunReport& report) {
    std::visit([&](const auto& event) { impl_->runs.on(run, event); }, report);
}

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

Progress Planner::progress() const {
    Progress progress = impl_->claims.progress();
    std::optional<Instant>& next = progress.next_wake;
    if (const auto run = impl_->runs.next_wake()) next = std::min(next.value_or(*run), *run);
    if (next) next = std::max(*next, impl_->now);
    return progress;
}

Planner::Size Planner::size() const {
    return {.jobs = impl_->jobs.size(),
            .runs = impl_->runs.list().size(),
            .memory = sizeof *impl_ + impl_->jobs.memory() + impl_->policies.memory() +
                      impl_->pauses.memory() + impl_->runs.memory() + impl_->claims.memory()};
}

}  // namespace ecron::analysis
