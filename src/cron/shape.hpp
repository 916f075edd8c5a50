#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ecron/cron/pattern.hpp"

/// Sets of numbers as people speak of them, for descriptions in any language.
namespace ecron::cron {

struct Shape {
    enum class Kind : std::uint8_t {
        all,
        single,
        range,  // three or more in a row
        step,   // three or more at equal distance from one end of the field to the other
        list,   // anything else
    };
    Kind kind{};
    unsigned first{}, last{}, step{1};
    bool even{false};  // a step that divides the field, so that the distance is also kept from round to round
    std::vector<unsigned> values;

    [[nodiscard]] bool is_all() const { return kind == Kind::all; }
    [[nodiscard]] bool is_single() const { return kind == Kind::single; }
    [[nodiscard]] bool is_single(unsigned value) const { return is_single() && first == value; }
    [[nodiscard]] bool is_range() const { return kind == Kind::range; }
    [[nodiscard]] bool is_step() const { return kind == Kind::step; }
    [[nodiscard]] bool is_even_step() const { return is_step() && even; }
};

[[nodiscard]] Shape shape_of(std::vector<unsigned> values, unsigned min, unsigned max);
[[nodiscard]] std::vector<unsigned> values_of(std::uint64_t bits);

/// Weekdays in the order of a working week: Sunday last.
[[nodiscard]] std::vector<unsigned> from_monday(std::vector<unsigned> weekdays);

/// The parts of a pattern.
struct Shapes {
    explicit Shapes(const Pattern& pattern);
    Shape seconds, minutes, hours, days, months, weekdays, years;
    std::vector<unsigned> days_from_end, nearest_working_days, nth_weekdays, last_weekdays;

    [[nodiscard]] bool any_day_of_month() const { return days.is_all(); }
    [[nodiscard]] bool any_day_of_week() const { return weekdays.is_all(); }
    /// The times of day one by one, when they are few enough to be said so; otherwise none.
    [[nodiscard]] std::vector<std::string> clock_times() const;
};

/// "02:30", with seconds only if there are any.
[[nodiscard]] std::string clock(unsigned hour, unsigned minute, unsigned second);

[[nodiscard]] std::string describe_in_english(const Pattern& pattern);
[[nodiscard]] std::string describe_in_chinese(const Pattern& pattern);

}  // namespace ecron::cron
