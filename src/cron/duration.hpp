#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace ecron::cron {

/// The durations of `@every`, as Go's time.ParseDuration reads them: signs, fractions, the units ns, us, µs,
/// ms, s, m and h; and d for 24 hours beside. Too long for 64 bits: the longest there is.
std::optional<std::chrono::nanoseconds> parse_every_duration(std::string_view text);

}  // namespace ecron::cron
