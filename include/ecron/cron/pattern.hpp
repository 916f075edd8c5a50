#pragma once
#include <bit>
#include <cstdint>
#include <optional>

#include "ecron/cron/zone.hpp"

/// The local times that an expression matches, as bit sets: bit n is the value n. Independent of zones and
/// instants. Days of the month are selected by number, from the end, or as the working day nearest to a
/// number; weekdays by number, by number within the month, or as the last of the month. Cost: next and prev
/// visit each month at most once until they find a day; there are no loops over days, hours or smaller units.
namespace ecron::cron {

inline constexpr unsigned kFirstYear = 1970;
inline constexpr unsigned kLastYear = 2199;

struct Pattern {
    std::uint64_t seconds : 60;
    std::uint64_t year_step : 4;
    std::uint64_t minutes : 60;
    std::uint64_t either_day : 1;  // day of month OR day of week; otherwise both must match
    std::uint64_t every_day : 1;   // all days of all years: no calendar lookup needed
    std::uint64_t never : 1;       // nothing ever matches
    /// Bit k: the year first_year + k * year_step. If last_year lies beyond these bits, every step up to it
    /// matches.
    std::uint64_t years : 56;
    std::uint64_t first_year : 8;     // from 1970
    std::uint64_t nth_weekdays : 35;  // bit (n - 1) * 7 + weekday
    std::uint64_t last_weekdays : 7;
    std::uint64_t weekdays : 7;  // from Sunday
    std::uint64_t months : 13;   // bit 0 unused
    std::uint32_t hours : 24;
    std::uint32_t last_year : 8;         // from 1970
    std::uint32_t days;                  // bit 0 unused
    std::uint32_t days_from_end;         // bit n: n days before the last
    std::uint32_t nearest_working_days;  // bit n: working day nearest to day n in the month; bit 0: last
                                         // working day of the month

    /// Return the first match at or after `from` and the last match at or before `until`; nullopt if there is
    /// none.
    [[nodiscard]] std::optional<CivilSeconds> next(CivilSeconds from) const noexcept;
    [[nodiscard]] std::optional<CivilSeconds> prev(CivilSeconds until) const noexcept;
    bool operator==(const Pattern&) const = default;
};
static_assert(sizeof(Pattern) == 48);

/// Every second of every day, for a parser to narrow.
[[nodiscard]] Pattern every_second() noexcept;

}  // namespace ecron::cron
