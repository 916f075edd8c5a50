#pragma once
#include <expected>
#include <string>

#include "analysis/scheduler/interner.hpp"
#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/scheduler.hpp"
#include "ecron/execution/pool.hpp"
#include "ecron/store/store.hpp"

/// Converts stored jobs to the planner's form. Pure.
namespace ecron::analysis {

/// Returns the planner's form of a job, or the reason why it never fires: an absent or invalid expression.
/// Accepts everything that the previous service accepted.
std::expected<PlannedJob, std::string> planned_job(const store::StoredPlan& job,
                                                   const SchedulerOptions& defaults, Interner& interner);
/// `context` is that of the job.
std::expected<PlannedJob, std::string> planned_job(const model::Job& job, const model::Context& context,
                                                   const SchedulerOptions& defaults, Interner& interner);

/// Returns the name of a concurrency key that is unique among all tenants; empty if there is no key.
std::string scoped_key(std::string_view tenant, std::string_view key);

/// Returns the name of a task's concurrency key; empty if it has none.
[[nodiscard]] inline std::string slot_key(const execution::Task& task) {
    return scoped_key(task.tenant.value(), task.context.plan.concurrency_key);
}

/// Returns a job's policies with the configured defaults applied.
JobPolicy policy_of(const model::Plan& plan, model::JobType type, std::string_view tenant,
                    const JobPolicy& defaults, Interner& interner);

}  // namespace ecron::analysis
