#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

/// The footer of a TZif file: how a zone goes on after its last listed change, in the notation of POSIX's TZ
/// variable with the extended hours of RFC 9636 ("CET-1CEST,M3.5.0,M10.5.0/3").
namespace ecron::cron {

struct PosixRule {
    /// The day of the year on which clocks change, in one of POSIX's three notations, and the local time of
    /// it.
    struct Date {
        enum class Kind { month_week_day, julian_without_leap_day, day_of_year } kind{};
        int month{}, week{}, day{};
        std::chrono::seconds time{};
    };
    std::chrono::seconds standard_offset{};  // east of Greenwich, unlike POSIX
    std::chrono::seconds summer_offset{};
    bool has_summer{false};
    Date summer_begin{}, summer_end{};

    struct Change {
        std::chrono::sys_seconds at;
        std::chrono::seconds offset;
    };
    /// Both changes of a year, in order of time; only with has_summer.
    [[nodiscard]] std::array<Change, 2> changes_of(std::chrono::year year) const;
};

/// Nothing if the text is no such rule.
std::optional<PosixRule> parse_posix_rule(std::string_view text);

}  // namespace ecron::cron
