#pragma once
#include <optional>

#include "analysis/scheduler/planned_job.hpp"
#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// A change of a job as the planner needs it: the previous definition, if known, and the one in effect since.
struct PlanChange {
    struct Plan {
        std::optional<PlannedJob> job{};  // nullopt: not planned
        Instant from{};                   // start of its validity
    };
    enum class Kind : std::uint8_t { changed, deleted };

    ChangeNumber number{};
    Kind kind{Kind::changed};
    JobKey key{};
    Instant at{};
    std::optional<Plan> before{};
    std::optional<Plan> after{};  // nullopt: a later change states it as its previous definition
};

/// A job with its task, which contains its context; null: the context cannot be read.
struct ChangedJob {
    model::Job job{};
    execution::TaskPtr task{};
};

/// Converts a change of the store. `current` is the current job, or null if it was deleted.
PlanChange plan_change(const store::Change& change, const ChangedJob* current,
                       const SchedulerOptions& defaults, Interner& interner);
PlanChange plan_change(const ChangedJob& changed, const SchedulerOptions& defaults, Interner& interner);

/// Applies changes in the order of their numbers; changes that were not read may be missing in between.
void apply(const PlanChange& change, Planner& planner);

}  // namespace ecron::analysis
