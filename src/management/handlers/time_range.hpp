#pragma once
#include "management/forecast.hpp"
#include "management/http/problem_list.hpp"
#include "management/http/query.hpp"

/// Ranges of time that are divided into buckets: `from`, `to`, `step`.
namespace ecron::management {

/// The end of the range that is now unless it is given.
enum class Anchor : bool { begin, end };

/// Absent values: the range has a day, `step` is an hour.
[[nodiscard]] Forecast::Range time_range(const Query& query, Anchor anchor, Instant now,
                                         ProblemList& problems);

}  // namespace ecron::management
