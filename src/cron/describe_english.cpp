#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cron/shape.hpp"

namespace ecron::cron {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 13> kMonths{"",        "January",  "February", "March",  "April",
                                                   "May",     "June",     "July",     "August", "September",
                                                   "October", "November", "December"};
constexpr std::array<std::string_view, 5> kOrdinals{"first", "second", "third", "fourth", "fifth"};

/// "a", "a and b", "a, b and c".
std::string join(const std::vector<std::string>& parts) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) text += i + 1 == parts.size() ? " and " : ", ";
        text += parts[i];
    }
    return text;
}

/// "5, 10 to 20 and 30".
std::string numbers(const Shape& shape) {
    std::vector<std::string> parts;
    for (const Segment& segment : segments_of(shape.values))
        parts.push_back(segment.size() == 1 ? std::to_string(segment.first)
                                            : fmt::format("{} to {}", segment.first, segment.last));
    return join(parts);
}

/// "minute 5", "minutes 5 and 7".
std::string named_numbers(std::string_view unit, const Shape& shape) {
    return fmt::format("{}{} {}", unit, shape.is_single() ? "" : "s", numbers(shape));
}

std::string nth(unsigned number) {
    const unsigned last = number % 10;
    const bool teen = number / 10 % 10 == 1;
    return fmt::format("{}{}", number,
                       teen || last > 3 || last == 0 ? "th"
                       : last == 1                   ? "st"
                       : last == 2                   ? "nd"
                                                     : "rd");
}

/// "every minute", "every 5 minutes", "every 5 minutes from minute 2", "every 5 minutes from minute 2 to 32".
std::string every(std::string_view unit, const Shape& shape) {
    if (shape.is_all()) return fmt::format("every {}", unit);
    std::string text = fmt::format("every {} {}s", shape.step, unit);
    if (shape.is_progression())
        text += fmt::format(" from {} {} to {}", unit, shape.first, shape.last);
    else if (shape.first != 0)
        text += fmt::format(" from {} {}", unit, shape.first);
    return text;
}

/// " in minutes 5 and 7", " in every 5th minute from minute 2": restricts the preceding phrase.
std::string within(std::string_view unit, const Shape& shape) {
    constexpr std::size_t kFew = 4;
    if (shape.is_all()) return "";
    const bool has_step = (shape.is_step() || shape.is_progression()) && shape.values.size() > kFew;
    if (!has_step) return fmt::format(" in {}", named_numbers(unit, shape));
    std::string text = fmt::format(" in every {} {} from {} {}", nth(shape.step), unit, unit, shape.first);
    if (shape.is_progression()) text += fmt::format(" to {}", shape.last);
    return text;
}

std::string within_hours(const Shapes& shapes) {
    std::vector<std::string> parts;
    if (!shapes.hours.is_all())
        for (const Segment& segment : shapes.long_hours())
            parts.push_back(fmt::format("between {:02}:00 and {:02}:59", segment.first, segment.last));
    return parts.empty() ? within("hour", shapes.hours) : " " + join(parts);
}

/// "every hour from 00:00 to 02:00 and at 12:00".
std::string rows_of_hours(const Shapes& shapes) {
    const auto [rows, times] = shapes.hour_rows("from {} to {}");
    const std::string text = "every hour " + join(rows);
    return times.empty() ? text : text + " and at " + join(times);
}

/// One occurrence in each of several hours.
std::string hourly(const Shapes& shapes) {
    const unsigned minute = shapes.minutes.first, second = shapes.seconds.first;
    const Shape& hours = shapes.hours;
    const bool on_the_hour = minute == 0 && second == 0;
    if (hours.is_step() || hours.is_progression()) {
        std::string text = fmt::format("every {} hours", hours.step);
        const bool from_midnight = on_the_hour && hours.first == 0;
        if (!from_midnight || hours.is_progression())
            text += fmt::format(" from {}", clock(hours.first, minute, second));
        if (hours.is_progression()) text += fmt::format(" to {}", clock(hours.last, minute, second));
        return text;
    }
    if (!hours.is_all() && segments_of(hours.values).size() < hours.values.size())
        return rows_of_hours(shapes);
    if (on_the_hour && hours.is_all()) return "every hour";
    const std::string of_hours = hours.is_all() ? "every hour" : named_numbers("hour", hours);
    if (second == 0) return fmt::format("at minute {} of {}", minute, of_hours);
    return fmt::format("at minute {} and second {} of {}", minute, second, of_hours);
}

std::string time_of_day(const Shapes& shapes) {
    const Shape &seconds = shapes.seconds, &minutes = shapes.minutes, &hours = shapes.hours;
    if (const auto times = shapes.clock_times(); !times.empty()) return "at " + join(times);
    const std::string of_hours = hours.is_all() ? "" : within_hours(shapes);
    if (seconds.is_single()) {
        if (minutes.is_single()) return hourly(shapes);
        const std::string at_second = seconds.is_single(0) ? "" : fmt::format(" at second {}", seconds.first);
        if (minutes.is_all() || minutes.is_step()) return every("minute", minutes) + at_second + of_hours;
        const std::string of_all = hours.is_all() ? " of every hour" : of_hours;
        if (minutes.is_progression())
            return every("minute", minutes) + at_second + (hours.is_all() ? "" : " of each hour") + of_all;
        return fmt::format("at {}{}{}", named_numbers("minute", minutes), at_second, of_all);
    }
    const std::string of_minutes = within("minute", minutes) + of_hours;
    const std::string of_all = minutes.is_all() ? " of every minute" : "";
    if (seconds.is_all() || seconds.is_step()) return every("second", seconds) + of_minutes;
    if (seconds.is_progression()) return every("second", seconds) + of_all + of_minutes;
    return fmt::format("at {}{}{}", named_numbers("second", seconds), of_all, of_minutes);
}

void add_days_of_month(const Shapes& shapes, std::vector<std::string>& parts) {
    const Shape& days = shapes.days;
    if (days.is_all())
        parts.emplace_back("every day");
    else if (days.is_progression() && days.values.size() > 4)
        parts.push_back(fmt::format("every {} day from day {} to {}", nth(days.step), days.first, days.last));
    else if (!days.values.empty())
        parts.push_back(named_numbers("day", days));
    for (const unsigned before : shapes.days_from_end)
        parts.push_back(before == 0   ? "the last day"
                        : before == 1 ? "the day before the last day"
                                      : fmt::format("the {} day before the last day", nth(before)));
    for (const unsigned day : shapes.nearest_working_days)
        parts.push_back(day == 0 ? "the last weekday" : fmt::format("the weekday nearest to day {}", day));
}

void add_weekdays_of_month(const Shapes& shapes, std::vector<std::string>& parts) {
    for (const unsigned day : shapes.nth_weekdays)
        parts.push_back(fmt::format("the {} {}", kOrdinals[day / 7], kWeekdays[day % 7]));
    for (const unsigned day : shapes.last_weekdays)
        parts.push_back(fmt::format("the last {}", kWeekdays[day]));
}

/// "weekdays", "Mondays and Fridays", "every day from Friday to Monday".
std::string weekly(const Shape& weekdays) {
    if (weekdays.is_all()) return "every day";
    if (weekdays.values == std::vector<unsigned>{1, 2, 3, 4, 5}) return "weekdays";
    if (weekdays.values == std::vector<unsigned>{0, 6}) return "weekends";
    if (const auto row = round_segment_of(weekdays, 0, 6))
        return fmt::format("every day from {} to {}", kWeekdays[row->first], kWeekdays[row->last]);
    std::vector<std::string> names;
    for (const unsigned day : from_monday(weekdays.values))
        names.push_back(fmt::format("{}s", kWeekdays[day]));
    return join(names);
}

/// "from October to March", "from January to March and in June". Empty if there is no range of three
/// consecutive months.
std::string rows_of_months(const Shape& months) {
    const auto row_text = [](const Segment& row) {
        return fmt::format("from {} to {}", kMonths[row.first], kMonths[row.last]);
    };
    if (const auto row = round_segment_of(months, 1, 12)) return row_text(*row);
    const std::vector<Segment> segments = segments_of(months.values);
    if (segments.size() == months.values.size()) return "";
    std::vector<std::string> parts;
    for (const Segment& segment : segments)
        parts.push_back(segment.size() > 1 ? row_text(segment)
                                           : fmt::format("in {}", kMonths[segment.first]));
    return join(parts);
}

/// "June", "January and March".
std::string names_of_months(const Shape& months) {
    std::vector<std::string> names;
    for (const unsigned month : months.values) names.emplace_back(kMonths[month]);
    return join(names);
}

/// " of every month", " of May", " of each month from June to August".
std::string of_months(const Shape& months) {
    if (months.is_all()) return " of every month";
    const std::string rows = rows_of_months(months);
    return rows.empty() ? " of " + names_of_months(months) : " of each month " + rows;
}

/// " in May", " from June to August". Empty if all months match.
std::string in_months(const Shape& months) {
    if (months.is_all()) return "";
    const std::string rows = rows_of_months(months);
    return rows.empty() ? " in " + names_of_months(months) : " " + rows;
}

/// " on day 29 of February", " on weekdays", " every day in May". Empty if all days match.
std::string days(const Shapes& shapes, bool either, bool names_times) {
    const bool by_month = either || !shapes.any_day_of_month(), by_week = either || !shapes.any_day_of_week();
    std::vector<std::string> monthly;
    if (by_month) add_days_of_month(shapes, monthly);
    if (by_week) add_weekdays_of_month(shapes, monthly);
    const bool has_weekly = by_week && !shapes.weekdays.values.empty();
    if (!monthly.empty() && has_weekly) {
        const std::string text =
            fmt::format(" on {} of the month or on {}", join(monthly), weekly(shapes.weekdays));
        return shapes.months.is_all() ? text : text + ", only" + in_months(shapes.months);
    }
    if (!monthly.empty()) return " on " + join(monthly) + of_months(shapes.months);
    const std::string days_of_week = has_weekly ? weekly(shapes.weekdays) : names_times ? "every day" : "";
    const bool needs_on = has_weekly && !(names_times && days_of_week.starts_with("every"));
    const std::string_view before = days_of_week.empty() ? "" : needs_on ? " on " : " ";
    return fmt::format("{}{}{}", before, days_of_week, in_months(shapes.months));
}

std::string years(const Shape& shape) {
    const bool is_open = shape.last + shape.step > kLastYear;
    if (shape.is_all()) return "";
    if (shape.is_range()) {
        return is_open ? fmt::format(", from {} on", shape.first)
                       : fmt::format(", from {} to {}", shape.first, shape.last);
    }
    if (shape.is_step() || shape.is_progression()) {
        const std::string text = fmt::format(", every {} years from {}", shape.step, shape.first);
        return is_open ? text : fmt::format("{} to {}", text, shape.last);
    }
    return " in " + numbers(shape);
}

}  // namespace

std::string describe_in_english(const Pattern& pattern) {
    if (pattern.never) return "never";
    const Shapes shapes{pattern};
    const std::string time = time_of_day(shapes);
    const bool names_times = time.starts_with("at ") && !shapes.hours.is_all();
    return time + days(shapes, pattern.either_day, names_times) + years(shapes.years);
}

}  // namespace ecron::cron
