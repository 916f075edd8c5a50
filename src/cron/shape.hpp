#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/cron/pattern.hpp"

/// Sets of numbers as people speak of them, for descriptions in any language.
namespace ecron::cron {

struct Shape {
    enum class Kind : std::uint8_t {
        all,
        single,
        range,        // three or more in a row
        step,         // at equal distance through the whole field, also from round to round
        progression,  // four or more at equal distance, part of the field or uneven at its end
        list,         // anything else
    };
    Kind kind{};
    unsigned first{}, last{}, step{1};
    std::vector<unsigned> values;

    [[nodiscard]] bool is_all() const { return kind == Kind::all; }
    [[nodiscard]] bool is_single() const { return kind == Kind::single; }
    [[nodiscard]] bool is_single(unsigned value) const { return is_single() && first == value; }
    [[nodiscard]] bool is_range() const { return kind == Kind::range; }
    [[nodiscard]] bool is_step() const { return kind == Kind::step; }
    [[nodiscard]] bool is_progression() const { return kind == Kind::progression; }
};

[[nodiscard]] Shape shape_of(std::vector<unsigned> values, unsigned min, unsigned max);
[[nodiscard]] std::vector<unsigned> values_of(std::uint64_t bits);

/// Values in a row, both ends included.
struct Segment {
    unsigned first{}, last{};
    [[nodiscard]] unsigned size() const { return last - first + 1; }
    bool operator==(const Segment&) const = default;
};
/// The values as segments: rows of three or more, and the other values alone.
[[nodiscard]] std::vector<Segment> segments_of(const std::vector<unsigned>& values);
/// Three or more values in a row where `max` is followed by `min`, such as October to March.
[[nodiscard]] std::optional<Segment> round_segment_of(const Shape& shape, unsigned min, unsigned max);

/// Weekdays in the order of a working week: Sunday last.
[[nodiscard]] std::vector<unsigned> from_monday(std::vector<unsigned> weekdays);

/// The parts of a pattern.
struct Shapes {
    explicit Shapes(const Pattern& pattern);
    Shape seconds, minutes, hours, days, months, weekdays, years;
    std::vector<unsigned> days_from_end, nearest_working_days, nth_weekdays, last_weekdays;

    [[nodiscard]] bool any_day_of_month() const { return days.is_all(); }
    [[nodiscard]] bool any_day_of_week() const { return weekdays.is_all(); }
    /// The times of day one by one, if they are few and not at equal distance; otherwise none.
    [[nodiscard]] std::vector<std::string> clock_times() const;
    /// One time in each hour: the hours in a row as "from {} to {}" of `format`, and the times of the others.
    struct HourRows {
        std::vector<std::string> rows, times;
    };
    [[nodiscard]] HourRows hour_rows(fmt::format_string<const std::string&, const std::string&> format) const;
    /// Hours in at most three segments of two or more, or in a single one; otherwise none.
    [[nodiscard]] std::vector<Segment> long_hours() const;
};

/// "02:30", with seconds only if there are any.
[[nodiscard]] std::string clock(unsigned hour, unsigned minute, unsigned second);

[[nodiscard]] std::string describe_in_english(const Pattern& pattern);
[[nodiscard]] std::string describe_in_chinese(const Pattern& pattern);

}  // namespace ecron::cron
