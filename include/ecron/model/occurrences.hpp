#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"

/// When a job runs. Pure. Planning, explanations, previews and validation use it, and nothing else outside
/// `cron` asks a schedule for its next or previous occurrence (test/model/check-occurrences).
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
    bool operator==(const Window&) const = default;
};

/// Delays each occurrence by less than `limit`. The seed is a hash of the job's id, so that the same
/// occurrence always has the same delay.
struct Jitter {
    Millis limit{0};
    std::uint64_t seed{0};
    bool operator==(const Jitter&) const = default;
};

/// The occurrences of a job: those of its schedule inside its window. Each is due after its delay. Two are
/// equal if they have the same occurrences, due at the same instants.
class Occurrences {
public:
    explicit Occurrences(const cron::Schedule& schedule, const Window& window = {},
                         const Jitter& jitter = {}) noexcept
        : schedule_(schedule),
          window_(window),
          jitter_(jitter) {}

    /// Returns the first occurrence after an instant; nullopt if there is none.
    [[nodiscard]] std::optional<Instant> next(Instant after) const noexcept;
    /// Returns the last occurrence before an instant; nullopt if there is none.
    [[nodiscard]] std::optional<Instant> previous(Instant before) const noexcept;
    [[nodiscard]] bool contains(Instant instant) const noexcept;
    [[nodiscard]] Instant due(Instant occurrence) const noexcept;
    /// Returns the instant by which an occurrence is claimed: when it is due, but not after its successor, so
    /// that claims keep the order of the schedule and a short delay does not wait behind a long one.
    [[nodiscard]] Instant claim_by(Instant occurrence) const noexcept;
    [[nodiscard]] bool is_jittered() const noexcept { return jitter_.limit > Millis{0}; }
    bool operator==(const Occurrences&) const = default;

private:
    cron::Schedule schedule_;
    Window window_;
    Jitter jitter_;
};

/// Returns the occurrences of the job with that plan and id.
[[nodiscard]] Occurrences occurrences_of(const cron::Schedule& schedule, const Plan& plan, const JobId& job);

/// Returns true if a job runs once and is then disabled.
[[nodiscard]] inline bool runs_once(JobType type, const Plan& plan) {
    return type == JobType::timed && !plan.repeats;
}

/// Returns the first `count` occurrences after `after` of a job with that type and plan, without jitter;
/// fewer if the schedule ends, and at most one for a job that runs once.
[[nodiscard]] std::vector<Instant> first_occurrences(const cron::Schedule& schedule, JobType type,
                                                     const Plan& plan, Instant after, std::size_t count);

}  // namespace ecron::model
