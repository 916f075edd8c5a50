#pragma once
#include <expected>
#include <string>

#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/scheduler.hpp"
#include "ecron/store/store.hpp"
#include "groups.hpp"

/// From a job as the store has it to a job as the planner takes it. Pure.
namespace ecron::analysis {

/// The planner's view of a job, or why it never fires: no expression, or one that cannot be read. Whatever
/// the old service accepted is accepted.
std::expected<PlannedJob, std::string> planned_job(const store::StoredPlan& job,
                                                   const SchedulerOptions& defaults, Groups& groups);
std::expected<PlannedJob, std::string> planned_job(const model::Job& job, const SchedulerOptions& defaults,
                                                   Groups& groups);

/// The name that a concurrency key has among those of all tenants; empty if there is no key.
std::string scoped_key(std::string_view tenant, std::string_view key);

/// A job's timing with the configured defaults filled in.
Timing timing_of(const model::Plan& plan, model::JobType type, std::string_view tenant,
                 const Timing& defaults, Groups& groups);

}  // namespace ecron::analysis
