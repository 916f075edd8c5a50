#include "shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace ecron::cron {
namespace {

std::vector<unsigned> years_of(const Pattern& pattern) {
    constexpr unsigned kBits = 56;
    std::vector<unsigned> years;
    const auto first = static_cast<unsigned>(pattern.first_year),
               step = static_cast<unsigned>(pattern.year_step);
    for (unsigned k = 0; first + k * step <= pattern.last_year; ++k)
        if (k >= kBits || (pattern.years >> k & 1U) != 0) years.push_back(kFirstYear + first + k * step);
    return years;
}

bool at_equal_distance(const std::vector<unsigned>& values) {
    for (std::size_t i = 2; i < values.size(); ++i)
        if (values[i] - values[i - 1] != values[1] - values[0]) return false;
    return values.size() > 2;
}

}  // namespace

Shape shape_of(std::vector<unsigned> values, unsigned min, unsigned max) {
    Shape shape;
    shape.kind = Shape::Kind::list;
    if (values.empty()) return shape;
    shape.first = values.front();
    shape.last = values.back();
    if (values.size() == max - min + 1) {
        shape.kind = Shape::Kind::all;
    } else if (values.size() == 1) {
        shape.kind = Shape::Kind::single;
    } else if (at_equal_distance(values)) {
        const unsigned distance = values[1] - values[0];
        const bool reaches_both_ends = shape.first < min + distance && shape.last + distance > max;
        if (distance == 1) shape.kind = Shape::Kind::range;
        if (distance > 1 && reaches_both_ends) {
            shape.kind = Shape::Kind::step;
            shape.step = distance;
            shape.even = (max - min + 1) % distance == 0;
        }
    }
    shape.values = std::move(values);
    return shape;
}

std::vector<unsigned> values_of(std::uint64_t bits) {
    std::vector<unsigned> values;
    for (; bits != 0; bits &= bits - 1) values.push_back(static_cast<unsigned>(std::countr_zero(bits)));
    return values;
}

std::vector<unsigned> from_monday(std::vector<unsigned> weekdays) {
    if (!weekdays.empty() && weekdays.front() == 0) std::ranges::rotate(weekdays, weekdays.begin() + 1);
    return weekdays;
}

Shapes::Shapes(const Pattern& pattern)
    : seconds(shape_of(values_of(pattern.seconds), 0, 59)),
      minutes(shape_of(values_of(pattern.minutes), 0, 59)),
      hours(shape_of(values_of(pattern.hours), 0, 23)),
      days(shape_of(values_of(pattern.days), 1, 31)),
      months(shape_of(values_of(pattern.months), 1, 12)),
      weekdays(shape_of(values_of(pattern.weekdays), 0, 6)),
      years(shape_of(years_of(pattern), kFirstYear, kLastYear)),
      days_from_end(values_of(pattern.days_from_end)),
      nearest_working_days(values_of(pattern.nearest_working_days)),
      nth_weekdays(values_of(pattern.nth_weekdays)),
      last_weekdays(values_of(pattern.last_weekdays)) {}

std::vector<std::string> Shapes::clock_times() const {
    constexpr std::size_t kFew = 6;
    const bool said_by_the_hour = hours.is_all() || hours.is_range() || hours.is_even_step();
    const bool few = minutes.values.size() * hours.values.size() <= kFew || minutes.is_single();
    if (!seconds.is_single() || !few || minutes.is_all() || (said_by_the_hour && minutes.is_single()) ||
        hours.is_all())
        return {};
    std::vector<std::string> times;
    for (const unsigned hour : hours.values)
        for (const unsigned minute : minutes.values) times.push_back(clock(hour, minute, seconds.first));
    return times;
}

std::string clock(unsigned hour, unsigned minute, unsigned second) {
    return second == 0 ? fmt::format("{:02}:{:02}", hour, minute)
                       : fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
}

}  // namespace ecron::cron
