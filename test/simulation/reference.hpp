#pragma once
#include <functional>
#include <optional>
#include <string>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"

/// When jobs should run, worked out without the planner: slow, obvious, from the definitions in the
/// documentation.
namespace ecron::sim {

/// A definition of a job, read.
struct Reference {
    cron::Schedule schedule;
    std::optional<Instant> begin{};  // whole seconds, inclusive
    std::optional<Instant> end{};
    Millis jitter{};
    bool once{};  // its first instant only
    bool enabled{};
    std::string job{};  // its id, which spreads the jitter
    TenantId tenant{};
    model::Misfire misfire{};
    Millis grace{};
    model::Overlap overlap{};
    std::optional<Millis> deadline{};

    /// Nothing: the job has no schedule.
    static std::optional<Reference> of(const model::Job& job);
    /// The first instant after another, within the window.
    [[nodiscard]] std::optional<Instant> after(Instant instant) const;
    [[nodiscard]] bool names(Instant instant) const;
    [[nodiscard]] Instant due(Instant nominal) const;
    /// Whether both run at the same instants.
    [[nodiscard]] bool same_instants(const Reference& other) const;
};

/// When the job is due next.
std::optional<Instant> next_due(const model::Job& job, Instant now);

}  // namespace ecron::sim
