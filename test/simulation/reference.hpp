#pragma once
#include <functional>
#include <optional>
#include <string>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"

/// Computes the occurrences of jobs without the planner: slow, simple, from the documented definitions.
namespace ecron::sim {

/// A parsed job definition.
struct Reference {
    cron::Schedule schedule;
    std::optional<Instant> begin{};  // whole seconds, inclusive
    std::optional<Instant> end{};
    Millis jitter{};
    bool once{};  // only its first occurrence
    bool enabled{};
    std::string job{};  // its id, which determines the jitter
    TenantId tenant{};
    model::Misfire misfire{};
    Millis grace{};
    model::Overlap overlap{};
    std::optional<Millis> deadline{};

    /// Returns nullopt if the job has no schedule.
    static std::optional<Reference> of(const model::Job& job);
    /// Returns the first occurrence after an instant, within the window.
    [[nodiscard]] std::optional<Instant> after(Instant instant) const;
    [[nodiscard]] bool names(Instant instant) const;
    [[nodiscard]] Instant due(Instant scheduled_at) const;
    /// Returns true if both have the same occurrences.
    [[nodiscard]] bool same_instants(const Reference& other) const;
};

/// Returns the next due time of the job.
std::optional<Instant> next_due(const model::Job& job, Instant now);

}  // namespace ecron::sim
