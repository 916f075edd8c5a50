#include "analysis/scheduler/plan_change.hpp"

#include "ecron/base/log.hpp"

namespace ecron::analysis {
namespace {

PlanChange::Plan plan_of(const ChangedJob& changed, const SchedulerOptions& defaults, Interner& interner) {
    const model::Job& job = changed.job;
    PlanChange::Plan plan{.from = job.effective_from};
    if (!job.enabled || changed.task == nullptr) return plan;
    auto planned = planned_job(job, changed.task->context, defaults, interner);
    if (planned)
        plan.job = *planned;
    else if (!job.cron_time.empty())
        log::warn("failed to plan job: job_id={} reason={}", job.id, planned.error());
    return plan;
}

PlanChange::Plan plan_of(const store::Change& change, const store::ReplacedSchedule& replaced,
                         const ChangedJob* current, const SchedulerOptions& defaults, Interner& interner) {
    PlanChange::Plan plan{.from = replaced.effective_from};
    if (!replaced.enabled) return plan;
    const bool told = replaced.created_at >= Instant{};
    const store::StoredPlan stored{
        .key = change.job_key,
        .id = change.job_id.value(),
        .cron_time = replaced.cron_time,
        .type = replaced.type,
        .plan = replaced.plan,
        .tenant = change.tenant.value(),
        .created_at = told || current == nullptr ? replaced.created_at : current->job.created_at,
        .effective_from = replaced.effective_from};
    auto planned = planned_job(stored, defaults, interner);
    if (planned) plan.job = *planned;
    return plan;
}

}  // namespace

PlanChange plan_change(const ChangedJob& changed, const SchedulerOptions& defaults, Interner& interner) {
    return {.number = changed.job.revision,
            .key = changed.job.key,
            .at = changed.job.effective_from,
            .after = plan_of(changed, defaults, interner)};
}

PlanChange plan_change(const store::Change& change, const ChangedJob* current,
                       const SchedulerOptions& defaults, Interner& interner) {
    PlanChange planned{.number = change.number, .key = change.job_key, .at = change.at};
    if (change.kind == "delete") planned.kind = PlanChange::Kind::deleted;
    if (const auto replaced = store::read_replaced(change))
        planned.before = plan_of(change, *replaced, current, defaults, interner);
    if (change.is_completion())
        planned.after = PlanChange::Plan{.from = change.at};
    else if (current != nullptr && current->job.revision == change.number)
        planned.after = plan_of(*current, defaults, interner);
    return planned;
}

void apply(const PlanChange& change, Planner& planner) {
    const auto replace_by = [&](const PlanChange::Plan& plan, Instant until) {
        if (plan.job)
            planner.upsert(*plan.job, plan.from);
        else
            planner.remove(change.key, until);
    };
    // The previous definition differs from the planner's if an intermediate change could not be read.
    if (change.before) replace_by(*change.before, change.before->from);
    if (change.kind == PlanChange::Kind::deleted)
        planner.remove(change.key);
    else if (change.after)
        replace_by(*change.after, change.at);
}

}  // namespace ecron::analysis
