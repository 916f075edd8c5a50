#include "management/forecast.hpp"

#include <algorithm>

namespace ecron::management {
namespace {

constexpr std::size_t kMaxExamined = 2'000'000;        // occurrences
constexpr std::size_t kMaxExaminedPerGroup = 100'000;  // one schedule does not use up the limit

}  // namespace

Forecast::Forecast(const Range& range, std::size_t jobs_per_bucket)
    : range_(range),
      jobs_per_bucket_(jobs_per_bucket) {
    const auto length = range.to - range.from;
    buckets_.resize(static_cast<std::size_t>((length + range.step - Millis{1}) / range.step));
}

void Forecast::add(const PlanTable::Group& group) {
    std::optional<std::size_t> bucket;
    std::int64_t in_bucket = 0;
    std::size_t examined = 0;
    for (auto at = group.occurrences.next(range_.from - Millis{1}); at && *at < range_.to;
         at = group.occurrences.next(*at)) {
        if (examined >= kMaxExaminedPerGroup || examined_ >= kMaxExamined) {
            is_complete_ = false;
            break;
        }
        ++examined, ++examined_;
        const auto here = static_cast<std::size_t>((*at - range_.from) / range_.step);
        if (bucket && here != *bucket) count(*bucket, group, std::exchange(in_bucket, 0));
        bucket = here;
        ++in_bucket;
        if (group.runs_once) break;
    }
    if (bucket) count(*bucket, group, in_bucket);
}

/// Each job of the group has that number of occurrences.
void Forecast::count(std::size_t bucket, const PlanTable::Group& group, std::int64_t occurrences) {
    Bucket& counted = buckets_[bucket];
    const std::int64_t all = occurrences * static_cast<std::int64_t>(group.jobs.size());
    counted.count += all;
    total_ += all;
    std::vector<JobCount>& jobs = counted.jobs;
    for (std::size_t i = 0; i < std::min(group.jobs.size(), jobs_per_bucket_); ++i) {
        if (jobs.size() == jobs_per_bucket_) {
            if (jobs.back().count >= occurrences) return;
            jobs.pop_back();
        }
        const auto place =
            std::ranges::find_if(jobs, [&](const JobCount& one) { return one.count < occurrences; });
        jobs.insert(place, {group.job(i), occurrences});
    }
}

void NextRuns::add(const PlanTable::Group& group) {
    const auto at = group.occurrences.next(from_ - Millis{1});
    if (!at || *at >= to_) return;
    for (std::size_t i = 0; i < std::min(group.jobs.size(), limit_); ++i) {
        if (next_.size() == limit_) {
            if (next_.back().at <= *at) return;
            next_.pop_back();
        }
        const auto place = std::ranges::find_if(next_, [&](const Next& one) { return one.at > *at; });
        next_.insert(place, {*at, group.job(i)});
    }
}

}  // namespace ecron::management
