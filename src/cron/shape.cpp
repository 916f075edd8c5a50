#include "cron/shape.hpp"

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
    const unsigned count = max - min + 1;
    if (values.size() > 1) shape.step = values[1] - values[0];
    const bool halves_of_sixty = values.size() == 2 && count == 60 && shape.step == 30;
    if (values.size() == count) {
        shape.kind = Shape::Kind::all;
    } else if (values.size() == 1) {
        shape.kind = Shape::Kind::single;
    } else if (halves_of_sixty) {
        shape.kind = Shape::Kind::step;
    } else if (at_equal_distance(values)) {
        const bool reaches_both_ends = shape.first < min + shape.step && shape.last + shape.step > max;
        if (shape.step == 1)
            shape.kind = Shape::Kind::range;
        else if (reaches_both_ends && count % shape.step == 0)
            shape.kind = Shape::Kind::step;
        else if (values.size() >= 4)
            shape.kind = Shape::Kind::progression;
    }
    shape.values = std::move(values);
    return shape;
}

std::vector<Segment> segments_of(const std::vector<unsigned>& values) {
    std::vector<Segment> segments;
    for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
        for (end = begin + 1; end < values.size() && values[end] == values[end - 1] + 1;) ++end;
        if (end - begin >= 3)
            segments.push_back({values[begin], values[end - 1]});
        else
            for (std::size_t i = begin; i < end; ++i) segments.push_back({values[i], values[i]});
    }
    return segments;
}

std::optional<Segment> round_segment_of(const Shape& shape, unsigned min, unsigned max) {
    if (shape.is_range()) return Segment{shape.first, shape.last};
    const std::vector<unsigned>& values = shape.values;
    if (shape.is_all() || values.size() < 3 || shape.first != min || shape.last != max) return std::nullopt;
    std::size_t gaps = 0, behind_gap = 0;
    for (std::size_t i = 1; i < values.size(); ++i)
        if (values[i] != values[i - 1] + 1) ++gaps, behind_gap = i;
    if (gaps != 1) return std::nullopt;
    return Segment{values[behind_gap], values[behind_gap - 1]};
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
    constexpr std::size_t kFew = 6, kFewOfSingleMinute = 8;
    const std::size_t count = minutes.values.size() * hours.values.size();
    const bool has_distance = minutes.is_single()
                                  ? hours.is_range() || hours.is_step() || hours.is_progression() ||
                                        segments_of(hours.values).size() < hours.values.size()
                                  : (minutes.is_step() || minutes.is_range()) && count > 2;
    if (!seconds.is_single() || hours.is_all() || minutes.is_all() || has_distance ||
        count > (minutes.is_single() ? kFewOfSingleMinute : kFew))
        return {};
    std::vector<std::string> times;
    for (const unsigned hour : hours.values)
        for (const unsigned minute : minutes.values) times.push_back(clock(hour, minute, seconds.first));
    return times;
}

Shapes::HourRows Shapes::hour_rows(fmt::format_string<const std::string&, const std::string&> format) const {
    HourRows result;
    for (const Segment& segment : segments_of(hours.values)) {
        const std::string first = clock(segment.first, minutes.first, seconds.first);
        const std::string last = clock(segment.last, minutes.first, seconds.first);
        if (segment.size() == 1)
            result.times.push_back(first);
        else
            result.rows.push_back(fmt::format(format, first, last));
    }
    return result;
}

std::vector<Segment> Shapes::long_hours() const {
    std::vector<Segment> segments;
    for (const unsigned hour : hours.values) {
        if (!segments.empty() && segments.back().last + 1 == hour)
            segments.back().last = hour;
        else
            segments.push_back({hour, hour});
    }
    const bool is_short = std::ranges::any_of(segments, [](const Segment& s) { return s.size() < 2; });
    if (segments.size() > 3 || (is_short && segments.size() > 1)) return {};
    return segments;
}

std::string clock(unsigned hour, unsigned minute, unsigned second) {
    return second == 0 ? fmt::format("{:02}:{:02}", hour, minute)
                       : fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
}

}  // namespace ecron::cron
