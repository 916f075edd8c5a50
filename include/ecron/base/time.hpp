#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

/// Time as ecron uses it. An Instant is a point on the wall clock in milliseconds since the Unix epoch;
/// it only ever comes from a Clock, so that a test or the simulator can be the clock.
namespace ecron {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Instant = std::chrono::sys_time<Millis>;
/// Time that never steps; for time-outs and measurements, never for planning.
using SteadyInstant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

/// Where the time comes from. Threads: any.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual SteadyInstant steady() const = 0;
    /// How long it is until now() has reached that instant; negative: it has. Whoever waits for the same
    /// instant wakes at the same time, whatever fraction of a millisecond now() has left out.
    [[nodiscard]] virtual std::chrono::microseconds until(Instant at) const { return at - now(); }
};

/// The machine's clocks: CLOCK_REALTIME, and CLOCK_BOOTTIME, which goes on while the machine sleeps.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override;
    [[nodiscard]] SteadyInstant steady() const override;
    [[nodiscard]] std::chrono::microseconds until(Instant at) const override;
};

/// A clock that stands still until it is told; both readings move together, step() moves the wall alone.
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

/// "1m30s", "250ms", "2h", "7d", "0", or a plain number of seconds ("90", "0.5"). Negative: an error.
Result<Millis> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back as the same value.
std::string format_duration(Millis value);

/// RFC 3339 with any offset and optional fraction (cut to milliseconds); the space form is refused.
Result<Instant> parse_rfc3339(std::string_view text);
/// RFC 3339 in whole seconds, UTC ("2026-11-22T17:32:18Z").
std::string format_rfc3339(Instant instant);
/// As above with three decimals, for logs and additions to the API that need milliseconds.
std::string format_rfc3339_millis(Instant instant);

/// Unix seconds as the database keeps them; 0 and less reads as "no time".
[[nodiscard]] inline std::int64_t to_unix_seconds(Instant instant) {
    return std::chrono::floor<Seconds>(instant).time_since_epoch().count();
}
[[nodiscard]] inline std::int64_t to_unix_millis(Instant instant) {
    return instant.time_since_epoch().count();
}
[[nodiscard]] inline Instant from_unix_millis(std::int64_t value) { return Instant{Millis{value}}; }
[[nodiscard]] inline Instant from_unix_seconds(std::int64_t value) { return Instant{Seconds{value}}; }

}  // namespace ecron
