#pragma once
#include <cstdint>
#include <optional>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"
#include "ecron/model/occurrences.hpp"

namespace ecron::analysis {

/// Small number of a tenant or a concurrency key; the owner maps it to the name.
using Group = std::uint32_t;

/// Scheduling policies of a job, with defaults applied.
struct JobPolicy {
    model::Misfire misfire{model::Misfire::once};
    model::Overlap overlap{model::Overlap::skip};
    Millis misfire_grace{60'000};
    std::optional<Millis> start_deadline{};
    Millis jitter{0};
    std::optional<Instant> begin_at{};
    std::optional<Instant> end_at{};  // inclusive to the end of its second
    Group concurrency{0};             // 0: none
    std::uint32_t max_concurrency{1};
    bool once{false};  // completed after its first run
    bool operator==(const JobPolicy&) const = default;
};

struct PlannedJob {
    JobKey key{};
    cron::Schedule schedule;
    JobPolicy policy{};
    Group tenant{0};
    std::uint64_t jitter_seed{0};   // hash of the job's id: the same scheduled time always has the same delay
    Instant since{Instant::min()};  // its schedule has no occurrence up to this instant

    [[nodiscard]] model::Occurrences occurrences() const {
        return model::Occurrences{
            schedule, {policy.begin_at, policy.end_at}, {.limit = policy.jitter, .seed = jitter_seed}};
    }
};

/// A job in the planner, and the next of its occurrences that is to be decided; nullopt if there is none.
struct JobPlan {
    PlannedJob job;
    std::optional<Instant> next{};
};

}  // namespace ecron::analysis
