#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ecron/model/json.hpp"
#include "ecron/store/change_log.hpp"

namespace ecron::management {

/// Counts the occurrences that the schedules of jobs have in a range of time, in buckets of equal length,
/// before jitter, and collects the next ones. Pure; add() may be called on another thread.
/// Cost: the examined occurrences are limited, so that schedules of every second cannot occupy the thread;
/// is_complete() is false if the limit was reached.
class Forecast {
public:
    struct Range {
        Instant from{}, to{};  // half-open
        Millis step{};         // positive; the range has at most kMaxBuckets of it
    };
    struct Limits {
        std::size_t jobs_per_bucket{};  // those with the most occurrences
        std::size_t next{};             // occurrences
    };
    static constexpr std::size_t kMaxBuckets = 1'000;

    struct JobCount {
        JobId job{};
        std::int64_t count{};
    };
    struct Bucket {
        std::int64_t count{};
        std::vector<JobCount> jobs{};  // most occurrences first
    };
    struct Next {
        Instant at{};
        JobId job{};
    };

    /// `tenant`: nullopt for all jobs.
    Forecast(const Range& range, const Limits& limits, std::optional<TenantId> tenant,
             const model::Rules& rules);

    void add(const store::StoredPlan& plan);

    [[nodiscard]] const Range& range() const { return range_; }
    [[nodiscard]] const std::vector<Bucket>& buckets() const { return buckets_; }
    [[nodiscard]] const std::vector<Next>& next() const { return next_; }  // the earliest first
    [[nodiscard]] std::int64_t total() const { return total_; }
    [[nodiscard]] bool is_complete() const { return is_complete_; }

private:
    void count(std::size_t bucket, const JobId& job, std::int64_t occurrences);
    void offer_next(Instant at, const JobId& job);

    Range range_;
    Limits limits_;
    std::optional<TenantId> tenant_;
    const model::Rules& rules_;
    std::vector<Bucket> buckets_;
    std::vector<Next> next_;
    std::int64_t total_{0};
    std::size_t examined_{0};
    bool is_complete_{true};
};

}  // namespace ecron::management
