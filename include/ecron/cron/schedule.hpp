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

/// Cron expressions: text in, the next instant out. Pure: no clock, no I/O; the next-run path allocates
/// nothing and takes bounded steps whatever the text. Threads: any; a Schedule is a value. Sources:
/// robfig/cron v3 (the `cron` dialect and its six fields), Quartz CronExpression (`L W #` and years), Vixie
/// cron (day of month OR day of week; one run on each change of the clocks).
namespace ecron::cron {

enum class Dialect : std::uint8_t { cron, quartz };
/// Local times that a change of the clocks skips: run once at the first instant after the gap, or not at all.
enum class Gap : std::uint8_t { run_after, skip };
/// Local times that a change of the clocks repeats: run the first time only, or both times.
enum class Overlap : std::uint8_t { first, both };
struct DstPolicy {
    Gap gap{Gap::run_after};
    Overlap overlap{Overlap::first};
    bool operator==(const DstPolicy&) const = default;
};

/// How strictly a text is read. `takeover` accepts whatever robfig/cron v3 accepted with six fields, also
/// what can never run or cannot divide, and says so in the warnings.
enum class Strictness : std::uint8_t { create, takeover };
enum class Language : std::uint8_t { english, chinese };

struct ParseOptions {
    Dialect dialect{Dialect::cron};
    Strictness strictness{Strictness::create};
    DstPolicy dst{};
    const Zone* zone{nullptr};      // nullptr: UTC. A CRON_TZ= or TZ= in the text wins.
    std::string_view hash_subject;  // what `H` spreads by: the job's id
    Instant anchor{};               // what `@every` counts from: the job's creation
};

struct ParseError {
    std::string reason;      // one sentence, fit to show to whoever wrote the text
    std::size_t position{};  // offset in the text, in characters
};

class Schedule;
struct Parsed;

/// The longest text that is read, in bytes.
inline constexpr std::size_t kMaxText = 256;

/// Reads 5 fields (minute first), 6 (second first), 7 (second first, year last), descriptors (`@daily`,
/// `@every 90s`), an RFC 3339 instant (one run), each with an optional `CRON_TZ=Area/City ` in front.
std::expected<Parsed, ParseError> parse(std::string_view text, const ParseOptions& options);

/// A parsed expression with its zone and policy. Small and trivially copyable: a million of them are held in
/// memory.
class Schedule {
public:
    /// The local times of a pattern. `fixed_time`: neither seconds, minutes nor hours are `*` or stepped;
    /// only such schedules make up for local times that are skipped or repeated, others run in every real
    /// hour.
    Schedule(const Pattern& pattern, const Zone* zone, DstPolicy dst, bool fixed_time) noexcept;
    /// Whole periods after the anchor.
    [[nodiscard]] static Schedule every(Seconds period, Instant anchor, const Zone* zone) noexcept;
    [[nodiscard]] static Schedule once(Instant instant, const Zone* zone) noexcept;

    /// The first run strictly later than `after`, or nothing when there is none (years end at 2199).
    [[nodiscard]] std::optional<Instant> next_after(Instant after) const noexcept;
    /// The last run strictly earlier than `before`, or nothing; the inverse of next_after.
    [[nodiscard]] std::optional<Instant> prev_before(Instant before) const noexcept;
    /// Whether `instant` is one of its runs.
    [[nodiscard]] bool names(Instant instant) const noexcept;
    /// In words: "at 02:30 on weekdays", with the zone unless it is UTC.
    [[nodiscard]] std::string describe(Language language) const;
    [[nodiscard]] const Zone* zone() const noexcept { return zone_by_index(zone_); }
    /// The same runs for the same reason: text that differs may read the same.
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
    std::vector<std::string> warnings;  // likely mistakes, and what `takeover` let through
};

/// The first `count` runs after `from`; fewer when there are no more.
[[nodiscard]] std::vector<Instant> next_runs(const Schedule& schedule, Instant from, std::size_t count);

}  // namespace ecron::cron
