#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/cron/pattern.hpp"

/// Classifies sets of numbers for descriptions in natural language.
namespace ecron::cron {

struct Shape {
    enum class Kind : std::uint8_t {
        all,
        single,
        range,        // three or more consecutive values
        step,         // equal distances through the whole field, also across its wrap
        progression,  // four or more values at equal distances, part of the field or uneven at its end
        list,         // any other set
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

/// Consecutive values, both ends inclusive.
struct Segment {
    unsigned first{}, last{};
    [[nodiscard]] unsigned size() const { return last - first + 1; }
    bool operator==(const Segment&) const = default;
};
/// Splits the values into segments: ranges of three or more values, and single values.
[[nodiscard]] std::vector<Segment> segments_of(const std::vector<unsigned>& values);
/// Returns a range of three or more values in which `min` follows `max`, such as October to March; nullopt if
/// there is none.
[[nodiscard]] std::optional<Segment> round_segment_of(const Shape& shape, unsigned min, unsigned max);

/// Orders weekdays from Monday to Sunday.
[[nodiscard]] std::vector<unsigned> from_monday(std::vector<unsigned> weekdays);

/// The shapes of a pattern's fields.
struct Shapes {
    explicit Shapes(const Pattern& pattern);
    Shape seconds, minutes, hours, days, months, weekdays, years;
    std::vector<unsigned> days_from_end, nearest_working_days, nth_weekdays, last_weekdays;

    [[nodiscard]] bool any_day_of_month() const { return days.is_all(); }
    [[nodiscard]] bool any_day_of_week() const { return weekdays.is_all(); }
    /// The times of day, if they are few and not at equal distances; otherwise empty.
    [[nodiscard]] std::vector<std::string> clock_times() const;
    /// One time in each hour: ranges of hours as "from {} to {}" of `format`, and the remaining times.
    struct HourRows {
        std::vector<std::string> rows, times;
    };
    [[nodiscard]] HourRows hour_rows(fmt::format_string<const std::string&, const std::string&> format) const;
    /// Hours as at most three segments of two or more hours, or as a single segment; otherwise empty.
    [[nodiscard]] std::vector<Segment> long_hours() const;
};

/// Formats "02:30"; appends seconds unless they are 0.
[[nodiscard]] std::string clock(unsigned hour, unsigned minute, unsigned second);

[[nodiscard]] std::string describe_in_english(const Pattern& pattern);
[[nodiscard]] std::string describe_in_chinese(const Pattern& pattern);

}  // namespace ecron::cron
