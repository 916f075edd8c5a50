#include <fmt/format.h>

#include <array>
#include <string_view>

#include "shape.hpp"

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

std::string numbers(const Shape& shape) {
    if (shape.is_range()) return fmt::format("{} to {}", shape.first, shape.last);
    std::vector<std::string> parts;
    for (const unsigned value : shape.values) parts.push_back(std::to_string(value));
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

std::string every(std::string_view unit, const Shape& shape, unsigned start) {
    std::string text =
        shape.is_all() ? fmt::format("every {}", unit) : fmt::format("every {} {}s", shape.step, unit);
    if (shape.first != start) text += fmt::format(" from {} {}", unit, shape.first);
    return text;
}

/// ", in every 5th minute"-like limits on what comes before.
std::string within(std::string_view unit, const Shape& shape) {
    if (shape.is_all()) return "";
    if (!shape.is_even_step()) return fmt::format(" in {}", named_numbers(unit, shape));
    std::string text = fmt::format(" in every {} {}", nth(shape.step), unit);
    if (shape.first != 0) text += fmt::format(" from {} {}", unit, shape.first);
    return text;
}

std::string within_hours(const Shape& hours) {
    if (hours.is_single() || hours.is_range())
        return fmt::format(" between {:02}:00 and {:02}:59", hours.first, hours.last);
    return within("hour", hours);
}

/// One run in each of several hours.
std::string hourly(const Shapes& shapes) {
    const unsigned minute = shapes.minutes.first, second = shapes.seconds.first;
    const Shape& hours = shapes.hours;
    const bool on_the_hour = minute == 0 && second == 0;
    if (hours.is_range())
        return fmt::format("every hour from {} to {}", clock(hours.first, minute, second),
                           clock(hours.last, minute, second));
    if (hours.is_even_step()) {
        const std::string text = fmt::format("every {} hours", hours.step);
        return on_the_hour && hours.first == 0
                   ? text
                   : fmt::format("{} from {}", text, clock(hours.first, minute, second));
    }
    if (on_the_hour) return "every hour";
    if (second == 0) return fmt::format("at minute {} of every hour", minute);
    return fmt::format("at minute {} and second {} of every hour", minute, second);
}

std::string time_of_day(const Shapes& shapes) {
    const Shape &seconds = shapes.seconds, &minutes = shapes.minutes, &hours = shapes.hours;
    if (const auto times = shapes.clock_times(); !times.empty()) return "at " + join(times);
    if (seconds.is_single()) {
        if (minutes.is_single()) return hourly(shapes);
        const std::string at_second = seconds.is_single(0) ? "" : fmt::format(" at second {}", seconds.first);
        if (minutes.is_all() || minutes.is_even_step())
            return every("minute", minutes, 0) + at_second + within_hours(hours);
        return fmt::format("at {}{}{}", named_numbers("minute", minutes), at_second,
                           hours.is_all() ? " of every hour" : within_hours(hours));
    }
    const std::string of_minutes = within("minute", minutes) + within_hours(hours);
    if (seconds.is_all() || seconds.is_even_step()) return every("second", seconds, 0) + of_minutes;
    return fmt::format("at {}{}{}", named_numbers("second", seconds),
                       minutes.is_all() ? " of every minute" : "", of_minutes);
}

std::vector<std::string> days_of_month(const Shapes& shapes) {
    std::vector<std::string> parts;
    const Shape& days = shapes.days;
    if (days.is_all())
        parts.emplace_back("every day");
    else if (days.is_step())
        parts.push_back(fmt::format("every {} day from day {}", nth(days.step), days.first));
    else if (!days.values.empty())
        parts.push_back(named_numbers("day", days));
    for (const unsigned before : shapes.days_from_end)
        parts.push_back(before == 0   ? "the last day"
                        : before == 1 ? "the day before the last"
                                      : fmt::format("the {} day before the last", nth(before)));
    for (const unsigned day : shapes.nearest_working_days)
        parts.push_back(day == 0 ? "the last working day"
                                 : fmt::format("the working day nearest to day {}", day));
    return parts;
}

std::string plain_weekdays(const Shape& weekdays) {
    if (weekdays.values == std::vector<unsigned>{1, 2, 3, 4, 5}) return "weekdays";
    if (weekdays.values == std::vector<unsigned>{0, 6}) return "weekends";
    std::vector<std::string> names;
    for (const unsigned day : from_monday(weekdays.values)) names.emplace_back(kWeekdays[day]);
    return join(names);
}

std::vector<std::string> days_of_week(const Shapes& shapes) {
    std::vector<std::string> parts;
    if (shapes.weekdays.is_all())
        parts.emplace_back("every day");
    else if (!shapes.weekdays.values.empty())
        parts.push_back(plain_weekdays(shapes.weekdays));
    for (const unsigned day : shapes.nth_weekdays)
        parts.push_back(fmt::format("the {} {}", kOrdinals[day / 7], kWeekdays[day % 7]));
    for (const unsigned day : shapes.last_weekdays)
        parts.push_back(fmt::format("the last {}", kWeekdays[day]));
    return parts;
}

std::string months(const Shape& shape) {
    if (shape.is_range()) return fmt::format(" from {} to {}", kMonths[shape.first], kMonths[shape.last]);
    std::vector<std::string> names;
    for (const unsigned month : shape.values) names.emplace_back(kMonths[month]);
    return " in " + join(names);
}

/// " on day 29 in February", " on weekdays", " every day in May", or nothing.
std::string days(const Shapes& shapes, bool either, bool names_times) {
    const bool by_month = either || !shapes.any_day_of_month(), by_week = either || !shapes.any_day_of_week();
    const bool counts_in_month = by_month || !shapes.nth_weekdays.empty() || !shapes.last_weekdays.empty();
    std::string text;
    if (by_month) text += " on " + join(days_of_month(shapes));
    if (by_week) text += (by_month ? " or on " : " on ") + join(days_of_week(shapes));
    if (!by_month && !by_week && names_times) text = " every day";
    if (!shapes.months.is_all()) return text + months(shapes.months);
    return counts_in_month ? text + " of every month" : text;
}

std::string years(const Shape& shape) {
    if (shape.is_all()) return "";
    if (shape.is_range()) return fmt::format(" from {} to {}", shape.first, shape.last);
    if (shape.is_step()) return fmt::format(" every {} years from {}", shape.step, shape.first);
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
