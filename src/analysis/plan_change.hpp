#pragma once
#include <optional>

#include "ecron/analysis/planner.hpp"
#include "planned_job.hpp"

namespace ecron::analysis {

/// A change of a job as the planner needs it: what held before it, where that is told, and what holds since.
struct PlanChange {
    struct Plan {
        std::optional<PlannedJob> job{};  // nothing: it was, or is, not planned
        Instant from{};                   // since when it holds
    };
    enum class Kind : std::uint8_t { changed, deleted };

    ChangeNumber number{};
    Kind kind{Kind::changed};
    JobKey key{};
    Instant at{};
    std::optional<Plan> before{};
    std::optional<Plan> after{};  // nothing: a later change tells, as what held before it
};

/// From what the store tells. `current` is the job as it is now, or null where it is gone.
PlanChange plan_change(const store::Change& change, const model::Job* current,
                       const SchedulerOptions& defaults, Groups& groups);
PlanChange plan_change(const model::Job& changed, const SchedulerOptions& defaults, Groups& groups);

/// Changes come in the order of their numbers; those that were not read may be missing between them.
void apply(const PlanChange& change, Planner& planner);

}  // namespace ecron::analysis
