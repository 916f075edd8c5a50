#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// Time types. An Instant is a point on the wall clock in milliseconds since the Unix epoch. It is always
/// read from a Clock, so tests and the simulator can control time.
namespace ecron {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Instant = std::chrono::sys_time<Millis>;
/// Monotonic time, for timeouts and measurements; never for planning.
using SteadyInstant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

/// The source of time. Threads: any.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual SteadyInstant steady() const = 0;
    /// Returns the time until now() reaches that instant; negative if it is in the past. All waits for the
    /// same instant end at the same time, because the result includes the fraction of a millisecond that
    /// now() truncates.
    [[nodiscard]] virtual std::chrono::microseconds until(Instant at) const { return at - now(); }
};

/// The host's clocks: CLOCK_REALTIME, and CLOCK_BOOTTIME, which also counts the time that the machine is
/// suspended.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override;
    [[nodiscard]] SteadyInstant steady() const override;
    [[nodiscard]] std::chrono::microseconds until(Instant at) const override;
};

/// A clock that changes only on request: advancing moves both readings, step() moves only the wall clock.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Instant start) : wall_(start) {}
    [[nodiscard]] Instant now() const override { return wall_; }
    [[nodiscard]] SteadyInstant steady() const override { return steady_; }
    void advance(Millis by) { wall_ += by, steady_ += by; }
    void step(Millis by) { wall_ += by; }

private:
    Instant wall_;
    SteadyInstant steady_{};
};

/// Parses "1m30s", "250ms", "2h", "7d", "0", or a plain number of seconds ("90", "0.5"). Error: not a
/// duration, or negative.
Result<Millis> parse_duration(std::string_view text);
/// Formats the shortest text that parse_duration converts back to the same value.
std::string format_duration(Millis value);

/// Parses RFC 3339 with any offset and an optional fraction (truncated to milliseconds); rejects the form
/// with a space.
Result<Instant> parse_rfc3339(std::string_view text);
/// Formats RFC 3339 in whole seconds, UTC ("2026-11-22T17:32:18Z").
std::string format_rfc3339(Instant instant);
/// As above with three decimals, for logs and for API fields that need milliseconds.
std::string format_rfc3339_millis(Instant instant);

/// Unix seconds as stored in the database; 0 and negative values mean "no time".
[[nodiscard]] inline std::int64_t to_unix_seconds(Instant instant) {
    return std::chrono::floor<Seconds>(instant).time_since_epoch().count();
}
[[nodiscard]] inline std::int64_t to_unix_millis(Instant instant) {
    return instant.time_since_epoch().count();
}
[[nodiscard]] inline Instant from_unix_millis(std::int64_t value) { return Instant{Millis{value}}; }
[[nodiscard]] inline Instant from_unix_seconds(std::int64_t value) { return Instant{Seconds{value}}; }

}  // namespace ecron
