#pragma once
#include <cstddef>
#include <vector>

#include "ecron/store/insights.hpp"

namespace ecron::management {

/// Counts the executions of one job in buckets of time, and collects their durations and delays. Pure.
class JobHistory {
public:
    /// Durations from the previous bound of the table, inclusive, to this one.
    struct DurationCount {
        Millis from{};
        std::optional<Millis> to{};  // nullopt: unlimited
        std::int64_t count{};
    };
    /// By nearest rank; nullopt if there are no values.
    struct Percentiles {
        std::optional<Millis> p50{}, p95{}, p99{};
    };

    /// Half-open range; `step` is positive.
    JobHistory(Instant from, Instant to, Millis step);

    /// Executions outside the range do not count. Those that have not started count at their due time.
    void add(const store::ExecutionSummary& summary, Instant now);

    [[nodiscard]] const std::vector<store::HistoryBucket>& buckets() const { return buckets_; }
    [[nodiscard]] std::size_t ended() const { return durations_.size(); }
    [[nodiscard]] Percentiles durations() const { return percentiles(durations_); }
    [[nodiscard]] Percentiles lateness() const { return percentiles(lateness_); }
    /// Contiguous, from the shortest duration to the longest.
    [[nodiscard]] std::vector<DurationCount> histogram() const;

    [[nodiscard]] static Percentiles percentiles(std::vector<Millis> values);

private:
    Instant from_, to_;
    Millis step_;
    std::vector<store::HistoryBucket> buckets_;
    std::vector<Millis> durations_, lateness_;
};

}  // namespace ecron::management
