#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace ecron::cron {

/// Parses an `@every` duration like Go's time.ParseDuration: signs, fractions and the units ns, us, µs, ms,
/// s, m and h; additionally d (24 hours). Saturates if the value exceeds 64 bits. Returns nullopt if the text
/// is not a duration.
std::optional<std::chrono::nanoseconds> parse_every_duration(std::string_view text);

}  // namespace ecron::cron
