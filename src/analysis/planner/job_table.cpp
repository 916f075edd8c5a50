#include "analysis/planner/job_table.hpp"

#include <algorithm>
#include <cassert>

namespace ecron::analysis {

void JobTable::clear() {
    jobs_.clear();
    index_ = {};
    known_ = 0;
}

std::optional<std::uint32_t> JobTable::find(JobKey key) const { return index_.find(key, key_of()); }

std::optional<std::uint32_t> JobTable::find_known(JobKey key) const {
    const auto number = find(key);
    return number && jobs_[*number].known ? number : std::nullopt;
}

std::uint32_t JobTable::of(JobKey key) {
    if (const auto known = find(key)) return *known;
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
    index_.insert(key, number, key_of());
    return number;
}

void JobTable::define(std::uint32_t number, const PlannedJob& planned) {
    Job& job = jobs_[number];
    update_policy(number, planned.policy);
    if (!job.known) ++known_;
    job.known = true;
    job.schedule = planned.schedule;
    job.jitter_seed = planned.jitter_seed;
    job.tenant = planned.tenant;
    job.since = planned.since;
}

void JobTable::update_policy(std::uint32_t number, const JobPolicy& policy) {
    Job& job = jobs_[number];
    const std::uint32_t before = job.policy;
    job.policy = policies_.intern(policy);
    if (before != kNone) policies_.release(before);
}

void JobTable::undefine(std::uint32_t number) {
    Job& job = jobs_[number];
    policies_.release(job.policy);
    job.policy = kNone;
    job.next = kNever;
    job.known = false;
    --known_;
    drop_if_unused(number);
}

void JobTable::drop_if_unused(std::uint32_t number) {
    const Job& job = jobs_[number];
    if (job.known || job.activity != kNone) return;
    assert(job.armed == Armed::no && job.policy == kNone);
    index_.erase(job.key, key_of());
    jobs_.give_back(number);
}

std::uint32_t JobTable::add_rest(std::uint32_t number, Instant until) {
    const std::uint32_t rest_number = jobs_.take();
    const Job& job = jobs_[number];
    JobPolicy policy = policies_[job.policy];
    policy.end_at = std::min(policy.end_at.value_or(until), until);
    Job& rest = jobs_[rest_number];
    rest.key = job.key;
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
    return rest_number;
}

void JobTable::drop_rest(std::uint32_t number) {
    Job& job = jobs_[number];
    assert(job.rest && job.armed == Armed::no);
    policies_.release(job.policy);
    job.policy = kNone;
    job.known = false;
    job.rest = false;
    jobs_.give_back(number);
}

JobPlan JobTable::plan_of(std::uint32_t number) const {
    const Job& job = jobs_[number];
    return {.job = {job.key, job.schedule, policy(job), job.tenant, job.jitter_seed, job.since},
            .next = job.next == kNever ? std::nullopt : std::optional{job.next}};
}

bool JobTable::has_occurrences_of(std::uint32_t number, const PlannedJob& other) const {
    const Job& job = jobs_[number];
    assert(!job.known || job.tenant == other.tenant);  // a job never changes its tenant
    return job.known && job.since == other.since && occurrences(job) == other.occurrences();
}

model::Occurrences JobTable::occurrences(const Job& job) const {
    const JobPolicy& rules = policy(job);
    return model::Occurrences{
        job.schedule, {rules.begin_at, rules.end_at}, {.limit = rules.jitter, .seed = job.jitter_seed}};
}

}  // namespace ecron::analysis
