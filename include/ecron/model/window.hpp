#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"

/// Selects the occurrences of a schedule that a job runs. Pure. Planning, explanations and previews use it.
namespace ecron::model {

/// `begin_at` and `end_at` of a job: inclusive, in whole seconds. An occurrence with a fraction is truncated
/// to its second.
struct Window {
    std::optional<Instant> begin_at{}, end_at{};

    /// The same as a half-open range: first() <= occurrence < past_end().
    [[nodiscard]] Instant first() const noexcept {
        return begin_at ? Instant{std::chrono::floor<Seconds>(*begin_at)} : Instant::min();
    }
    [[nodiscard]] Instant past_end() const noexcept {
        return end_at ? std::chrono::floor<Seconds>(*end_at) + Seconds{1} : Instant::max();
    }
    [[nodiscard]] bool contains(Instant occurrence) const noexcept {
        return first() <= occurrence && occurrence < past_end();
    }
    /// Returns the first occurrence in the window after `after`; nullopt if there is none.
    [[nodiscard]] std::optional<Instant> next_after(const cron::Schedule& schedule,
                                                    Instant after) const noexcept {
        if (begin_at) after = std::max(after, first() - Millis{1});
        const std::optional<Instant> next = schedule.next_after(after);
        return next && *next < past_end() ? next : std::nullopt;
    }
};

inline Window window_of(const Plan& plan) noexcept { return {plan.begin_at, plan.end_at}; }

/// Returns the first `count` occurrences after `after` of a job with that type and plan, without jitter;
/// fewer if the schedule ends, and at most one for a `timed` job that does not repeat.
[[nodiscard]] std::vector<Instant> occurrences_of(const cron::Schedule& schedule, JobType type,
                                                  const Plan& plan, Instant after, std::size_t count);

}  // namespace ecron::model
