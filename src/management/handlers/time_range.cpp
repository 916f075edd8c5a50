#include "management/handlers/time_range.hpp"

#include <fmt/format.h>

namespace ecron::management {
namespace {

constexpr Millis kDay{86'400'000};
constexpr Millis kHour{3'600'000};

void check(const Forecast::Range& range, ProblemList& problems) {
    constexpr Instant kEnd = std::chrono::sys_days{std::chrono::year{9999} / 1 / 1};
    if (std::max(range.from, range.to) > kEnd) problems.add("to", "must not be later than 9999-01-01");
    if (problems.any()) return;
    const Millis length = range.to - range.from;
    if (length <= Millis{0})
        problems.add("to", "must be later than from");
    else if ((length - Millis{1}) / range.step >= static_cast<std::int64_t>(Forecast::kMaxBuckets))
        problems.add("step",
                     fmt::format("divides the range into more than {} buckets", Forecast::kMaxBuckets));
}

/// Until now, as far as the buckets reach; a range that begins later has one bucket.
Instant default_end(Instant from, Millis step, Instant now) {
    return now > from ? std::min(now, from + step * static_cast<std::int64_t>(Forecast::kMaxBuckets))
                      : from + step;
}

}  // namespace

Forecast::Range time_range(const Query& query, Anchor anchor, Instant now, ProblemList& problems) {
    Forecast::Range range{.step = kHour};
    const auto from = problems.value(query.time("from"));
    const auto to = problems.value(query.time("to"));
    range.from = from.value_or(anchor == Anchor::begin ? now : to.value_or(now) - kDay);
    if (const auto step = query.first("step")) {
        const Result<Millis> given = parse_duration(*step);
        range.step = given.value_or(Millis{0});
        if (range.step <= Millis{0}) problems.add("step", "must be a duration above 0, such as 15m or 1h");
    }
    Instant end = now;
    if (anchor == Anchor::begin)
        end = range.from + kDay;
    else if (from)
        end = default_end(range.from, range.step, now);
    range.to = to.value_or(end);
    if (!problems.any()) check(range, problems);
    return range;
}

}  // namespace ecron::management
