#include <algorithm>
#include <cassert>

#include "analysis/planner/planner_impl.hpp"

/// From claims to starts and ends: overlap is decided when a run could start.
namespace ecron::analysis {
namespace {

constexpr std::size_t kStartsPerAdvance = 4'096;

}  // namespace

std::optional<std::uint32_t> Planner::Impl::find_run(RunId id) const {
    const auto run = static_cast<std::uint32_t>(id.value());
    if (!runs_.reached(run) || runs_[run].generation != id.value() >> 32) return {};
    return run;
}

RunId Planner::Impl::id_of(std::uint32_t run) const {
    return RunId{std::uint64_t{runs_[run].generation} << 32 | run};
}

std::uint32_t Planner::Impl::new_run(std::uint32_t job_number, std::uint32_t policy, Instant nominal,
                                     Instant due) {
    const std::uint32_t number = runs_.take();
    Run& run = runs_[number];
    run = Run{
        .generation = run.generation, .job = job_number, .policy = policy, .nominal = nominal, .due = due};
    Job& job = jobs_[job_number];
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

void Planner::Impl::apply(RunEvent event, Run& run) {
    const std::optional<RunState> next = next_state(run.state, event);
    assert(next);
    run.state = *next;
}

void Planner::Impl::arm_run(std::uint32_t number, Instant at) {
    starts_.disarm(number);
    starts_.arm({.at = at, .subject = number});
}

// --- events

void Planner::Impl::claimed(RunId id, bool mine) {
    const auto number = find_run(id);
    if (!number || runs_[*number].state != RunState::claiming) return;
    Run& run = runs_[*number];
    if (!mine) {
        forget(*number);
        return;
    }
    apply(RunEvent::commit, run);
    if (!run.stop_reason.empty())
        refuse(*number, run.stop_reason, pending_);
    else if (run.withdrawn)
        withdraw(*number, pending_);
    else
        arm_run(*number, run.due);
}

RunId Planner::Impl::run_now(JobKey job, const JobPolicy& policy) {
    const std::uint32_t number = new_run(job_of(job), policies_.intern(policy), now_, now_);
    runs_[number].planned = false;
    runs_[number].state = RunState::waiting;
    arm_run(number, now_);
    return id_of(number);
}

RunId Planner::Impl::adopt(JobKey key, std::optional<Instant> nominal, Instant due, Adopted state,
                           const JobPolicy& policy, Group tenant) {
    const std::uint32_t job_number = job_of(key);
    if (!jobs_[job_number].known) jobs_[job_number].tenant = tenant;
    const std::uint32_t number = new_run(job_number, policies_.intern(policy), nominal.value_or(due), due);
    const RunId id = id_of(number);
    Run& run = runs_[number];
    run.planned = nominal.has_value();
    run.spends = policy.once;
    const Job& job = jobs_[job_number];
    if (state == Adopted::waiting) {
        run.state = RunState::waiting;
        if (job.known && run.planned && !occurrences(job).contains(run.nominal)) {
            withdraw(number, pending_);
            return id;
        }
    } else {
        run.state = state == Adopted::running    ? RunState::running
                    : state == Adopted::retrying ? RunState::retrying
                                                 : RunState::accepted;
        ++activities_[job.activity].active;
        go_live(run);
    }
    if (run.planned) {
        Activity& activity = activities_[job.activity];
        activity.known_until = std::max(activity.known_until, run.nominal);
    }
    if (run.state != RunState::running) arm_run(number, due);
    return id;
}

void Planner::Impl::retry_at(RunId id, Instant due) {
    const auto number = find_run(id);
    if (!number || !has_started(runs_[*number].state)) return;
    apply(RunEvent::retry, runs_[*number]);
    arm_run(*number, runs_[*number].stop_reason.empty() ? due : now_);
}

void Planner::Impl::accepted(RunId id, Instant deadline) {
    const auto number = find_run(id);
    if (!number || !has_started(runs_[*number].state)) return;
    apply(RunEvent::accept, runs_[*number]);
    arm_run(*number, runs_[*number].stop_reason.empty() ? deadline : now_);
}

void Planner::Impl::ended(RunId id) {
    if (const auto number = find_run(id)) forget(*number);
}

void Planner::Impl::stop(RunId id, std::string_view reason) {
    const auto number = find_run(id);
    if (!number) return;
    Run& run = runs_[*number];
    if (run.state != RunState::claiming && !has_started(run.state)) {
        refuse(*number, reason, pending_);
        return;
    }
    run.stop_reason = reason;
    if (has_started(run.state)) arm_run(*number, now_);
}

// --- timers

void Planner::Impl::run_timers(Out& out) {
    for (std::size_t count = 0; count < kStartsPerAdvance; ++count) {
        const auto due = starts_.pop(now_);
        if (!due) return;
        fire(due->subject, out);
    }
}

void Planner::Impl::fire(std::uint32_t number, Out& out) {
    const Run& run = runs_[number];
    switch (run.state) {
        case RunState::claiming:
            return;
        case RunState::waiting:
        case RunState::queued:
            fire_waiting(number, out);
            return;
        case RunState::grouped:
            fire_grouped(number, out);
            return;
        case RunState::running:
        case RunState::retrying:
        case RunState::accepted:
            break;
    }
    if (!run.stop_reason.empty())
        out.emplace_back(Stop{id_of(number), run.stop_reason});
    else if (run.state == RunState::accepted)
        out.emplace_back(Expire{id_of(number)});
    else
        start(number, out);
}

void Planner::Impl::fire_waiting(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    Activity& activity = activities_[jobs_[run.job].activity];
    if (run.state == RunState::queued) {
        if (activity.active > 0) return;  // it will be woken again
        activity.queued = kNone;
        apply(RunEvent::wake, run);
        if (too_late(run))
            refuse(number, "deadline", out);
        else
            enter(number, out);
        return;
    }
    if (run.planned && is_paused(jobs_[run.job].tenant, run.due))
        withdraw(number, out);
    else if (too_late(run))
        refuse(number, "deadline", out);
    else if (!run.planned || !gives_way(number, out))
        enter(number, out);
}

bool Planner::Impl::too_late(const Run& run) const {
    const std::optional<Millis> deadline = policies_[run.policy].start_deadline;
    return run.planned && deadline && now_ - run.due > *deadline;
}

/// Returns true if a due run does not start now because of other runs of its job.
bool Planner::Impl::gives_way(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    const std::uint32_t activity = jobs_[run.job].activity;
    const model::Overlap overlap = policies_[run.policy].overlap;
    if (overlap == model::Overlap::allow) return false;
    if (overlap == model::Overlap::replace) displace_others(number, out);
    const bool is_free = activities_[activity].active == 0 && activities_[activity].queued == kNone;
    if (is_free) return false;
    if (overlap == model::Overlap::skip || activities_[activity].queued != kNone) {
        refuse(number, "overlap", out);
        return true;
    }
    apply(RunEvent::queue, run);
    activities_[activity].queued = number;
    return true;
}

/// The newest run replaces the waiting ones and requests the stop of the running ones.
void Planner::Impl::displace_others(std::uint32_t number, Out& out) {
    const std::uint32_t activity = jobs_[runs_[number].job].activity;
    std::uint32_t following = kNone;
    for (std::uint32_t one = activities_[activity].first; one != kNone; one = following) {
        Run& run = runs_[one];
        following = run.next;
        if (one == number) continue;
        if (run.state == RunState::queued || run.state == RunState::grouped) {
            refuse(one, "overlap", out);
        } else if (has_started(run.state) && run.stop_reason.empty()) {
            run.stop_reason = "replaced";
            starts_.disarm(one);
            out.emplace_back(Stop{id_of(one), run.stop_reason});
        }
    }
}

/// No run of its own job blocks it: it starts or waits for its concurrency group.
void Planner::Impl::enter(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    ++activities_[jobs_[run.job].activity].active;
    const JobPolicy& policy = policies_[run.policy];
    if (policy.concurrency != 0) {
        Concurrency& group = groups_[policy.concurrency];
        if (group.first != kNone || group.live >= policy.max_concurrency) {
            apply(RunEvent::join_group, run);
            run.group_previous = group.last;
            (group.last == kNone ? group.first : runs_[group.last].group_next) = number;
            group.last = number;
            return;
        }
    }
    go_live(run);
    start(number, out);
}

void Planner::Impl::fire_grouped(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    const JobPolicy& policy = policies_[run.policy];
    const Concurrency& group = groups_[policy.concurrency];
    if (group.first != number || group.live >= policy.max_concurrency) return;  // it will be woken again
    if (too_late(run)) {
        refuse(number, "deadline", out);
        return;
    }
    leave_group(number);
    go_live(run);
    start(number, out);
    wake_group(policy.concurrency);
}

void Planner::Impl::go_live(Run& run) {
    if (const Group group = policies_[run.policy].concurrency; group != 0) ++groups_[group].live;
}

void Planner::Impl::start(std::uint32_t number, Out& out) {
    apply(RunEvent::start, runs_[number]);
    out.emplace_back(Start{id_of(number)});
}

/// The first run that waits for a group is checked again with the next timers.
void Planner::Impl::wake_group(Group number) {
    const auto group = groups_.find(number);
    if (group == groups_.end()) return;
    const std::uint32_t first = group->second.first;
    if (first != kNone)
        arm_run(first, now_);
    else if (group->second.live == 0)
        groups_.erase(group);
}

// --- ends

void Planner::Impl::withdraw(std::uint32_t number, Out& out) {
    if (runs_[number].state == RunState::claiming) {
        runs_[number].withdrawn = true;
        return;
    }
    out.emplace_back(Withdraw{id_of(number)});
    forget(number);
}

void Planner::Impl::refuse(std::uint32_t number, std::string_view reason, Out& out) {
    out.emplace_back(Refuse{id_of(number), reason});
    forget(number);
}

void Planner::Impl::leave_group(std::uint32_t number) {
    Run& run = runs_[number];
    Concurrency& group = groups_[policies_[run.policy].concurrency];
    (run.group_previous == kNone ? group.first : runs_[run.group_previous].group_next) = run.group_next;
    (run.group_next == kNone ? group.last : runs_[run.group_next].group_previous) = run.group_previous;
    run.group_next = run.group_previous = kNone;
}

/// Removes a run from all structures and wakes the runs that it blocked.
void Planner::Impl::forget(std::uint32_t number) {
    Run& run = runs_[number];
    starts_.disarm(number);
    const std::uint32_t job_number = run.job;
    const std::uint32_t activity_number = jobs_[job_number].activity;
    Activity& activity = activities_[activity_number];
    const Group group = policies_[run.policy].concurrency;

    if (has_started(run.state) && group != 0) {
        assert(groups_.contains(group) && groups_[group].live > 0);
        --groups_[group].live;
    }
    if (run.state == RunState::grouped) leave_group(number);
    assert(!is_active(run.state) || activity.active > 0);
    if (is_active(run.state)) --activity.active;
    if (activity.queued == number) activity.queued = kNone;
    if (is_active(run.state) && group != 0) wake_group(group);
    if (activity.active == 0 && activity.queued != kNone) arm_run(activity.queued, now_);

    (run.previous == kNone ? activity.first : runs_[run.previous].next) = run.next;
    if (run.next != kNone) runs_[run.next].previous = run.previous;
    policies_.release(run.policy);
    ++run.generation;
    runs_.give_back(number);
    if (activity.first != kNone) return;
    activities_.give_back(activity_number);
    jobs_[job_number].activity = kNone;
    drop_if_unused(job_number);
}

}  // namespace ecron::analysis
