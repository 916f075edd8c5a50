#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ecron/base/time.hpp"
#include "ecron/cron/pattern.hpp"
#include "ecron/cron/zone.hpp"

/// Cron expressions: parses a text and computes its occurrences. Pure: no clock, no I/O. next_after does not
/// allocate and takes a bounded number of steps for any text. Threads: any; a Schedule is a value. Sources:
/// robfig/cron v3 (the `cron` dialect and its six fields), Quartz CronExpression (`L W #` and years), Vixie
/// cron (day of month OR day of week; one occurrence per DST transition).
namespace ecron::cron {

enum class Dialect : std::uint8_t { cron, quartz };
/// Local times that a DST transition skips: one occurrence at the first instant after the gap, or none.
enum class Gap : std::uint8_t { run_after, skip };
/// Local times that a DST transition repeats: an occurrence in the first pass only, or in both.
enum class Overlap : std::uint8_t { first, both };
struct DstPolicy {
    Gap gap{Gap::run_after};
    Overlap overlap{Overlap::first};
    bool operator==(const DstPolicy&) const = default;
};

/// How strictly a text is validated. `takeover` accepts every text that robfig/cron v3 accepted with six
/// fields, including texts that never match and steps that do not divide their range, and reports these in
/// the warnings.
enum class Strictness : std::uint8_t { create, takeover };
enum class Language : std::uint8_t { english, chinese };

struct ParseOptions {
    Dialect dialect{Dialect::cron};
    Strictness strictness{Strictness::create};
    DstPolicy dst{};
    const Zone* zone{nullptr};      // nullptr: UTC. A CRON_TZ= or TZ= in the text takes precedence.
    std::string_view hash_subject;  // input of the hash for `H`: the job's id
    Instant anchor{};               // base of `@every`: the job's creation time
};

struct ParseError {
    std::string reason;      // one sentence for the author of the text
    std::size_t position{};  // offset in the text, in characters
};

class Schedule;
struct Parsed;

/// Maximum length of a text, in bytes.
inline constexpr std::size_t kMaxText = 256;

/// Parses 5 fields (minute first), 6 (second first) or 7 (second first, year last), descriptors (`@daily`,
/// `@every 90s`) or an RFC 3339 instant (one occurrence), each with an optional prefix `CRON_TZ=Area/City `.
/// Error: reason and position.
std::expected<Parsed, ParseError> parse(std::string_view text, const ParseOptions& options);

/// A parsed expression with its zone and DST policy. Small and trivially copyable, because a million of them
/// are held in memory.
class Schedule {
public:
    /// A schedule of local times. `fixed_time`: none of seconds, minutes and hours is `*` or has a step. Only
    /// such schedules apply the DST policy; others have occurrences in every real hour.
    Schedule(const Pattern& pattern, const Zone* zone, DstPolicy dst, bool fixed_time) noexcept;
    /// Occurs at whole periods after the anchor.
    [[nodiscard]] static Schedule every(Seconds period, Instant anchor, const Zone* zone) noexcept;
    [[nodiscard]] static Schedule once(Instant instant, const Zone* zone) noexcept;

    /// Returns the first occurrence strictly after `after`, or nullopt if there is none (years end at 2199).
    [[nodiscard]] std::optional<Instant> next_after(Instant after) const noexcept;
    /// Returns the last occurrence strictly before `before`, or nullopt if there is none; the inverse of
    /// next_after.
    [[nodiscard]] std::optional<Instant> prev_before(Instant before) const noexcept;
    /// Returns true if `instant` is an occurrence.
    [[nodiscard]] bool names(Instant instant) const noexcept;
    /// Describes the schedule in words: "at 02:30 on weekdays", with the zone unless it is UTC.
    [[nodiscard]] std::string describe(Language language) const;
    [[nodiscard]] const Zone* zone() const noexcept { return zone_by_index(zone_); }
    /// Compares parsed schedules: different texts can be equal.
    [[nodiscard]] bool operator==(const Schedule& other) const noexcept;

private:
    enum class Kind : std::uint8_t { pattern, every, once };
    struct Every {
        Instant anchor;
        Seconds period;
        bool operator==(const Every&) const = default;
    };
    Schedule(Kind kind, Every every, const Zone* zone) noexcept;
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_in_zone(
        std::chrono::sys_seconds from) const noexcept;
    [[nodiscard]] std::optional<std::chrono::sys_seconds> prev_in_zone(
        std::chrono::sys_seconds until) const noexcept;
    [[nodiscard]] bool runs_after_gap(const Zone::Interval& interval) const noexcept;
    [[nodiscard]] CivilSeconds begin_of(const Zone::Interval& interval) const noexcept;

    union {
        Pattern pattern_;
        Every every_;
    };
    std::uint16_t zone_;
    Kind kind_;
    DstPolicy dst_;
    bool fixed_time_;
};
static_assert(sizeof(Schedule) <= 56);
static_assert(std::is_trivially_copyable_v<Schedule>);

struct Parsed {
    Schedule schedule;
    std::vector<std::string> warnings;  // likely mistakes and errors that `takeover` tolerates
};

/// Returns the first `count` occurrences after `from`; fewer if the schedule ends.
[[nodiscard]] std::vector<Instant> next_runs(const Schedule& schedule, Instant from, std::size_t count);

}  // namespace ecron::cron
