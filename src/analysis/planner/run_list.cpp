#include "analysis/planner/run_list.hpp"

namespace ecron::analysis {

void RunList::clear() {
    for (std::uint32_t number = 0; runs_.reached(number); ++number) ++runs_[number].generation;
    runs_.clear();
    activities_.clear();
}

std::optional<std::uint32_t> RunList::find(RunId id) const {
    const auto number = static_cast<std::uint32_t>(id.value());
    if (!runs_.reached(number) || runs_[number].generation != id.value() >> 32) return {};
    return number;
}

std::uint32_t RunList::add(std::uint32_t job_number, std::uint32_t policy, Instant scheduled_at,
                           Instant due) {
    const std::uint32_t number = runs_.take();
    Run& run = runs_[number];
    run = Run{.generation = run.generation,
              .job = job_number,
              .policy = policy,
              .scheduled_at = scheduled_at,
              .due = due};
    JobTable::Job& job = jobs_[job_number];
    if (job.activity == kNone) {
        job.activity = activities_.take();
        activities_[job.activity] = Activity{.known_until = kAlways};
    }
    Activity& activity = activities_[job.activity];
    run.next = activity.first;
    if (run.next != kNone) runs_[run.next].previous = number;
    activity.first = number;
    return number;
}

void RunList::remove(std::uint32_t number) {
    Run& run = runs_[number];
    const std::uint32_t job_number = run.job;
    Activity& activity = activity_of(run);
    (run.previous == kNone ? activity.first : runs_[run.previous].next) = run.next;
    if (run.next != kNone) runs_[run.next].previous = run.previous;
    ++run.generation;
    runs_.give_back(number);
    if (activity.first != kNone) return;
    activities_.give_back(jobs_[job_number].activity);
    jobs_[job_number].activity = kNone;
    jobs_.drop_if_unused(job_number);
}

bool RunList::has_occurrence(const JobTable::Job& job, Instant scheduled_at) const {
    if (job.activity == kNone || scheduled_at > activities_[job.activity].known_until) return false;
    for (std::uint32_t one = first_of(job); one != kNone; one = runs_[one].next)
        if (runs_[one].planned && runs_[one].scheduled_at == scheduled_at) return true;
    return false;
}

void RunList::expect_occurrences(const JobTable::Job& job, Instant from) {
    each_of(job, [&](std::uint32_t one) {
        Activity& activity = activities_[job.activity];
        if (runs_[one].planned && runs_[one].scheduled_at > from)
            activity.known_until = std::max(activity.known_until, runs_[one].scheduled_at);
    });
}

}  // namespace ecron::analysis
