#include "analysis/planner/runs.hpp"

#include <algorithm>
#include <cassert>

namespace ecron::analysis {
namespace {

constexpr std::size_t kStartsPerAdvance = 4'096;

RunState state_of(ExternalRun::State state) {
    switch (state) {
        case ExternalRun::State::waiting:
            return RunState::waiting;
        case ExternalRun::State::retrying:
            return RunState::retrying;
        case ExternalRun::State::accepted:
            return RunState::accepted;
        case ExternalRun::State::running:
            break;
    }
    return RunState::running;
}

}  // namespace

void Runs::clear() {
    runs_.clear();
    groups_.clear();
    starts_.clear(now_);
    pending_.clear();
}

// --- new runs

RunId Runs::claim(std::uint32_t number, Instant due, bool spends) {
    const JobTable::Job& job = jobs_[number];
    const std::uint32_t owner = job.rest ? jobs_.of(job.key) : number;
    if (!jobs_[owner].known) jobs_[owner].tenant = jobs_[number].tenant;  // of a job deleted since
    const std::uint32_t run = runs_.add(owner, policies_.retain(job.policy), job.next, due);
    runs_[run].spends = spends;
    return runs_.id_of(run);
}

RunId Runs::add(const ExternalRun& external) {
    const std::uint32_t job_number = jobs_.of(external.job);
    JobTable::Job& job = jobs_[job_number];
    if (!job.known && external.scheduled_at) job.tenant = external.tenant;
    const std::uint32_t number = runs_.add(job_number, policies_.intern(external.policy),
                                           external.scheduled_at.value_or(external.due), external.due);
    const RunId id = runs_.id_of(number);
    Run& run = runs_[number];
    run.planned = external.scheduled_at.has_value();
    run.spends = external.policy.once;
    run.state = state_of(external.state);
    if (run.state == RunState::waiting && run.planned && job.known &&
        !jobs_.occurrences(job).contains(run.scheduled_at)) {
        withdraw(number, pending_);
        return id;
    }
    RunList::Activity& activity = runs_.activity_of(run);
    if (has_started(run.state)) {
        ++activity.active;
        groups_.start(external.policy.concurrency);
    }
    if (run.planned) activity.known_until = std::max(activity.known_until, run.scheduled_at);
    if (run.state != RunState::running) arm(number, run.due);
    return id;
}

// --- reports

void Runs::on(RunId id, Committed) {
    const auto number = runs_.find(id);
    if (!number || runs_[*number].state != RunState::claiming) return;
    Run& run = runs_[*number];
    apply(RunEvent::commit, run.state);
    if (!run.stop_reason.empty())
        refuse(*number, run.stop_reason, pending_);
    else if (run.withdrawn)
        withdraw(*number, pending_);
    else
        arm(*number, run.due);
}

void Runs::wait(RunId id, RunEvent event, Instant until) {
    const auto number = runs_.find(id);
    if (!number || !has_started(runs_[*number].state)) return;
    Run& run = runs_[*number];
    apply(event, run.state);
    arm(*number, run.stop_reason.empty() ? until : now_);
}

void Runs::on(RunId id, Ended) {
    if (const auto number = runs_.find(id)) forget(*number);
}

void Runs::on(RunId id, StopRequested stop) {
    const auto number = runs_.find(id);
    if (!number) return;
    Run& run = runs_[*number];
    if (run.state != RunState::claiming && !has_started(run.state)) {
        refuse(*number, stop.reason, pending_);
        return;
    }
    run.stop_reason = stop.reason;
    if (has_started(run.state)) arm(*number, now_);
}

// --- changes of a job

void Runs::reconcile(std::uint32_t number, Instant from) {
    const JobTable::Job& job = jobs_[number];
    if (job.activity == kNone) return;
    runs_.forget_occurrences(job);
    runs_.each_of(job, [&](std::uint32_t one) {
        Run& run = runs_[one];
        if (!run.planned) return;
        if (!has_started(run.state) && !jobs_.occurrences(job).contains(run.scheduled_at)) {
            withdraw(one, pending_);
        } else if (!is_active(run.state)) {
            run.withdrawn = false;
            share_policy(run, job.policy);
        }
    });
    runs_.expect_occurrences(job, from);
}

void Runs::update_policy(std::uint32_t number) {
    const JobTable::Job& job = jobs_[number];
    runs_.each_of(job, [&](std::uint32_t one) {
        Run& run = runs_[one];
        if (run.planned && !is_active(run.state)) share_policy(run, job.policy);
    });
}

void Runs::share_policy(Run& run, std::uint32_t policy) {
    policies_.release(run.policy);
    run.policy = policies_.retain(policy);
}

void Runs::withdraw_unstarted(std::uint32_t number) {
    runs_.each_of(jobs_[number], [&](std::uint32_t one) {
        const Run& run = runs_[one];
        if (run.planned && !run.spends && !has_started(run.state)) withdraw(one, pending_);
    });
}

// --- timers

void Runs::arm(std::uint32_t number, Instant at) {
    starts_.disarm(number);
    starts_.arm({.at = at, .subject = number});
}

std::optional<Instant> Runs::next_wake() const { return pending_.empty() ? starts_.next_hint() : now_; }

void Runs::advance(Out& out) {
    out.insert(out.end(), pending_.begin(), pending_.end());
    pending_.clear();
    for (std::size_t count = 0; count < kStartsPerAdvance; ++count) {
        const auto due = starts_.pop(now_);
        if (!due) return;
        fire(due->subject, out);
    }
}

void Runs::fire(std::uint32_t number, Out& out) {
    const Run& run = runs_[number];
    switch (run.state) {
        case RunState::claiming:
            return;
        case RunState::waiting:
            fire_waiting(number, out);
            return;
        case RunState::queued:
            fire_queued(number, out);
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
        out.emplace_back(Stop{runs_.id_of(number), run.stop_reason});
    else if (run.state == RunState::accepted)
        out.emplace_back(Expire{runs_.id_of(number)});
    else
        start(number, out);
}

void Runs::fire_waiting(std::uint32_t number, Out& out) {
    const Run& run = runs_[number];
    if (run.planned && pauses_.end_of(runs_.job_of(run).tenant, run.due))
        withdraw(number, out);
    else if (is_too_late(run))
        refuse(number, "deadline", out);
    else if (!run.planned || !gives_way(number, out))
        enter(number, out);
}

void Runs::fire_queued(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    RunList::Activity& activity = runs_.activity_of(run);
    if (activity.active > 0) return;  // it will be woken again
    activity.queued = kNone;
    apply(RunEvent::wake, run.state);
    if (is_too_late(run))
        refuse(number, "deadline", out);
    else
        enter(number, out);
}

void Runs::fire_grouped(std::uint32_t number, Out& out) {
    const Run& run = runs_[number];
    const JobPolicy& rules = policy(run);
    if (!groups_.is_next(rules.concurrency, rules.max_concurrency, number)) return;  // it will be woken again
    if (is_too_late(run)) {
        refuse(number, "deadline", out);
        return;
    }
    groups_.leave(rules.concurrency, number);
    groups_.start(rules.concurrency);
    start(number, out);
    wake_group(rules.concurrency);
}

bool Runs::is_too_late(const Run& run) const {
    const std::optional<Millis> deadline = policy(run).start_deadline;
    return run.planned && deadline && now_ - run.due > *deadline;
}

/// Returns true if a due run does not start now because of other runs of its job.
bool Runs::gives_way(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    const model::Overlap overlap = policy(run).overlap;
    if (overlap == model::Overlap::allow) return false;
    if (overlap == model::Overlap::replace) displace_others(number, out);
    RunList::Activity& activity = runs_.activity_of(run);
    if (activity.active == 0 && activity.queued == kNone) return false;
    if (overlap == model::Overlap::skip || activity.queued != kNone) {
        refuse(number, "overlap", out);
        return true;
    }
    apply(RunEvent::queue, run.state);
    activity.queued = number;
    return true;
}

/// The newest run replaces the waiting ones and requests the stop of the running ones.
void Runs::displace_others(std::uint32_t number, Out& out) {
    runs_.each_of(runs_.job_of(runs_[number]), [&](std::uint32_t one) {
        Run& run = runs_[one];
        if (one == number) return;
        if (run.state == RunState::queued || run.state == RunState::grouped) {
            refuse(one, "overlap", out);
        } else if (has_started(run.state) && run.stop_reason.empty()) {
            run.stop_reason = "replaced";
            starts_.disarm(one);
            out.emplace_back(Stop{runs_.id_of(one), run.stop_reason});
        }
    });
}

/// No run of its own job blocks it: it starts or waits for its concurrency group.
void Runs::enter(std::uint32_t number, Out& out) {
    Run& run = runs_[number];
    ++runs_.activity_of(run).active;
    const JobPolicy& rules = policy(run);
    if (rules.concurrency != 0 && !groups_.admits(rules.concurrency, rules.max_concurrency)) {
        apply(RunEvent::join_group, run.state);
        groups_.join(rules.concurrency, number);
        return;
    }
    groups_.start(rules.concurrency);
    start(number, out);
}

void Runs::start(std::uint32_t number, Out& out) {
    apply(RunEvent::start, runs_[number].state);
    out.emplace_back(Start{runs_.id_of(number)});
}

/// The first run that waits for a group is checked again with the next timers.
void Runs::wake_group(Group group) {
    if (const std::uint32_t first = groups_.first_waiting(group); first != kNone) arm(first, now_);
}

// --- ends

void Runs::withdraw(std::uint32_t number, Out& out) {
    if (runs_[number].state == RunState::claiming) {
        runs_[number].withdrawn = true;
        return;
    }
    out.emplace_back(Withdraw{runs_.id_of(number)});
    forget(number);
}

void Runs::refuse(std::uint32_t number, std::string_view reason, Out& out) {
    out.emplace_back(Refuse{runs_.id_of(number), reason});
    forget(number);
}

/// Removes a run from all structures and wakes the runs that it blocked.
void Runs::forget(std::uint32_t number) {
    const Run& run = runs_[number];
    const Group group = policy(run).concurrency;
    starts_.disarm(number);
    if (has_started(run.state)) groups_.end(group);
    if (run.state == RunState::grouped) groups_.leave(group, number);

    RunList::Activity& activity = runs_.activity_of(run);
    assert(!is_active(run.state) || activity.active > 0);
    if (is_active(run.state)) {
        --activity.active;
        wake_group(group);
    }
    if (activity.queued == number) activity.queued = kNone;
    if (activity.active == 0 && activity.queued != kNone) arm(activity.queued, now_);

    policies_.release(run.policy);
    runs_.remove(number);
}

std::size_t Runs::memory() const {
    return runs_.memory() + groups_.memory() + starts_.memory() + pending_.capacity() * sizeof(Decision);
}

}  // namespace ecron::analysis
