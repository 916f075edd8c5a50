#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

/// The footer of a TZif file: the rule of a zone after its last listed transition, in the POSIX TZ notation
/// with the extended hours of RFC 9636 ("CET-1CEST,M3.5.0,M10.5.0/3").
namespace ecron::cron {

struct PosixRule {
    /// The day of the year of a transition, in one of the three POSIX notations, and its local time.
    struct Date {
        enum class Kind { month_week_day, julian_without_leap_day, day_of_year } kind{};
        int month{}, week{}, day{};
        std::chrono::seconds time{};
    };
    std::chrono::seconds standard_offset{};  // east of Greenwich, the opposite of POSIX
    std::chrono::seconds summer_offset{};
    bool has_summer{false};
    Date summer_begin{}, summer_end{};

    struct Change {
        std::chrono::sys_seconds at;
        std::chrono::seconds offset;
    };
    /// Both transitions of a year in chronological order. Requires has_summer.
    [[nodiscard]] std::array<Change, 2> changes_of(std::chrono::year year) const;
};

/// Returns nullopt if the text is not such a rule.
std::optional<PosixRule> parse_posix_rule(std::string_view text);

}  // namespace ecron::cron
