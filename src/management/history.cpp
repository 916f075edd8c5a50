#include "management/history.hpp"

#include <algorithm>
#include <array>

#include "management/execution_times.hpp"

namespace ecron::management {
namespace {

using store::ExecutionSummary;
using store::HistoryBucket;

constexpr std::array<std::int64_t, 20> kBounds{
    10,     20,     50,      100,     200,     500,       1'000,     2'000,     5'000,      10'000,
    20'000, 60'000, 120'000, 300'000, 600'000, 1'200'000, 3'600'000, 7'200'000, 21'600'000, 86'400'000};

std::size_t bound_of(Millis duration) {
    return static_cast<std::size_t>(std::ranges::upper_bound(kBounds, duration.count()) - kBounds.begin());
}

void count(HistoryBucket& bucket, model::ExecutionState state) {
    using enum model::ExecutionState;
    switch (state) {
        case success:
            ++bucket.success;
            break;
        case executing:
            ++bucket.executing;
            break;
        case failure:
            ++bucket.failure;
            break;
        case interrupt:
            ++bucket.interrupt;
            break;
        case abandon:
            ++bucket.abandon;
            break;
        case pending:
            ++bucket.pending;
            break;
        case unknown:
            break;
    }
}

/// Returns the delay until the begin, or so far.
Millis delay_of(const ExecutionSummary& summary, Instant now) {
    if (const auto lateness = lateness_of(summary)) return *lateness;
    const model::Execution& execution = summary.execution;
    return execution.due ? execution.begin_at.value_or(now) - *execution.due : Millis{0};
}

}  // namespace

JobHistory::JobHistory(Instant from, Instant to, Millis step)
    : from_(from),
      to_(to),
      step_(step),
      buckets_(static_cast<std::size_t>((to - from + step - Millis{1}) / step)) {}

void JobHistory::add(const ExecutionSummary& summary, Instant now) {
    const model::Execution& execution = summary.execution;
    const auto at = execution.state == model::ExecutionState::pending ? execution.due : execution.begin_at;
    if (!at || *at < from_ || *at >= to_) return;
    HistoryBucket& bucket = buckets_.at(static_cast<std::size_t>((*at - from_) / step_));
    count(bucket, execution.state);
    bucket.late += delay_of(summary, now) >= store::kLate ? 1 : 0;
    if (const auto duration = duration_of(summary)) durations_.push_back(*duration);
    if (const auto lateness = lateness_of(summary)) lateness_.push_back(*lateness);
}

std::vector<JobHistory::DurationCount> JobHistory::histogram() const {
    std::vector<DurationCount> counts;
    if (durations_.empty()) return counts;
    const auto [shortest, longest] = std::ranges::minmax(durations_);
    const std::size_t first = bound_of(shortest);
    for (std::size_t i = first; i <= bound_of(longest); ++i)
        counts.push_back({.from = Millis{i == 0 ? 0 : kBounds.at(i - 1)},
                          .to = i < kBounds.size() ? std::optional{Millis{kBounds.at(i)}} : std::nullopt});
    for (const Millis duration : durations_) ++counts.at(bound_of(duration) - first).count;
    return counts;
}

JobHistory::Percentiles JobHistory::percentiles(std::vector<Millis> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    const auto at = [&](std::size_t percent) {
        return values.at(((values.size() * percent) + 99) / 100 - 1);
    };
    return {at(50), at(95), at(99)};
}

}  // namespace ecron::management
