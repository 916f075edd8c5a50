#pragma once
#include <cstddef>
#include <vector>

#include "management/plan_table.hpp"

namespace ecron::management {

/// Counts the occurrences that the schedules of jobs have in a range of time, in buckets of equal length,
/// before jitter. Pure.
/// Cost: the occurrences of a group are counted once for all its jobs. The number of examined occurrences is
/// limited, so that schedules of every second cannot occupy the thread; is_complete() is false if the limit
/// was reached.
class Forecast {
public:
    struct Range {
        Instant from{}, to{};  // half-open
        Millis step{};         // positive; the range has at most kMaxBuckets of it
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

    /// `jobs_per_bucket`: those with the most occurrences.
    Forecast(const Range& range, std::size_t jobs_per_bucket);

    void add(const PlanTable::Group& group);

    [[nodiscard]] const Range& range() const { return range_; }
    [[nodiscard]] const std::vector<Bucket>& buckets() const { return buckets_; }
    [[nodiscard]] std::int64_t total() const { return total_; }
    [[nodiscard]] bool is_complete() const { return is_complete_; }
    [[nodiscard]] std::size_t examined() const { return examined_; }  // occurrences

private:
    void count(std::size_t bucket, const PlanTable::Group& group, std::int64_t occurrences);

    Range range_;
    std::size_t jobs_per_bucket_;
    std::vector<Bucket> buckets_;
    std::int64_t total_{0};
    std::size_t examined_{0};
    bool is_complete_{true};
};

/// Collects the next occurrences in a range of time, at most one per job. Pure.
class NextRuns {
public:
    struct Next {
        Instant at{};
        JobId job{};
    };
    /// Half-open range.
    NextRuns(Instant from, Instant to, std::size_t limit) : from_(from), to_(to), limit_(limit) {}

    void add(const PlanTable::Group& group);

    [[nodiscard]] const std::vector<Next>& next() const { return next_; }  // the earliest first

private:
    Instant from_, to_;
    std::size_t limit_;
    std::vector<Next> next_;
};

}  // namespace ecron::management
