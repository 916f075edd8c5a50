#include <fmt/format.h>

#include <array>
#include <string_view>

#include "shape.hpp"

namespace ecron::cron {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
constexpr std::array<std::string_view, 5> kOrdinals{"一", "二", "三", "四", "五"};

std::string join(const std::vector<std::string>& parts, std::string_view separator = "、") {
    return fmt::format("{}", fmt::join(parts, separator));
}

/// "5分", "5、7分", "5至9分".
std::string numbers(const Shape& shape, std::string_view unit) {
    if (shape.is_range()) return fmt::format("{}至{}{}", shape.first, shape.last, unit);
    return fmt::format("{}{}", fmt::join(shape.values, "、"), unit);
}

/// "每分钟", "每5分钟", "从第2分起每5分钟".
std::string every(const Shape& shape, std::string_view unit, std::string_view ordinal_unit) {
    if (shape.is_all()) return fmt::format("每{}", unit);
    const std::string text = fmt::format("每{}{}", shape.step, unit);
    return shape.first == 0 ? text : fmt::format("从第{}{}起{}", shape.first, ordinal_unit, text);
}

std::string within_minutes(const Shape& minutes) {
    return minutes.is_all() ? "" : fmt::format("第{}内", numbers(minutes, "分"));
}

std::string within_hours(const Shape& hours) {
    if (hours.is_single() || hours.is_range())
        return fmt::format("{:02}:00至{:02}:59之间", hours.first, hours.last);
    if (hours.is_all()) return "";
    return fmt::format("{}内", numbers(hours, "时"));
}

std::string hourly(const Shapes& shapes) {
    const unsigned minute = shapes.minutes.first, second = shapes.seconds.first;
    const Shape& hours = shapes.hours;
    const bool on_the_hour = minute == 0 && second == 0;
    if (hours.is_range())
        return fmt::format("{}至{}每小时", clock(hours.first, minute, second),
                           clock(hours.last, minute, second));
    if (hours.is_even_step()) {
        const std::string text = fmt::format("每{}小时", hours.step);
        return on_the_hour && hours.first == 0
                   ? text
                   : fmt::format("从{}起{}", clock(hours.first, minute, second), text);
    }
    if (on_the_hour) return "每小时";
    if (second == 0) return fmt::format("每小时第{}分", minute);
    return fmt::format("每小时第{}分{}秒", minute, second);
}

std::string time_of_day(const Shapes& shapes) {
    const Shape &seconds = shapes.seconds, &minutes = shapes.minutes, &hours = shapes.hours;
    if (const auto times = shapes.clock_times(); !times.empty()) return join(times);
    if (seconds.is_single()) {
        if (minutes.is_single()) return hourly(shapes);
        const std::string at_second = seconds.is_single(0) ? "" : fmt::format("的第{}秒", seconds.first);
        if (minutes.is_all() || minutes.is_even_step())
            return within_hours(hours) + every(minutes, "分钟", "分") + at_second;
        const std::string of_hours = hours.is_all() ? "每小时" : within_hours(hours);
        return fmt::format("{}第{}{}", of_hours, numbers(minutes, "分"), at_second);
    }
    const std::string of_minutes = within_hours(hours) + within_minutes(minutes);
    if (seconds.is_all() || seconds.is_even_step()) return of_minutes + every(seconds, "秒", "秒");
    return fmt::format("{}{}第{}", of_minutes, minutes.is_all() ? "每分钟" : "", numbers(seconds, "秒"));
}

std::string days_of_month(const Shapes& shapes) {
    std::vector<std::string> parts;
    const Shape& days = shapes.days;
    if (days.is_all())
        parts.emplace_back("每天");
    else if (days.is_step())
        parts.push_back(fmt::format("从{}日起每{}天", days.first, days.step));
    else if (!days.values.empty())
        parts.push_back(numbers(days, "日"));
    for (const unsigned before : shapes.days_from_end)
        parts.push_back(before == 0 ? "最后一天" : fmt::format("最后一天之前的第{}天", before));
    for (const unsigned day : shapes.nearest_working_days)
        parts.push_back(day == 0 ? "最后一个工作日（周一至周五）"
                                 : fmt::format("离{}日最近的工作日（周一至周五）", day));
    return join(parts);
}

std::string plain_weekdays(const Shape& weekdays) {
    if (weekdays.values == std::vector<unsigned>{1, 2, 3, 4, 5}) return "周一至周五";
    if (weekdays.values == std::vector<unsigned>{0, 6}) return "周末";
    std::vector<std::string> names;
    for (const unsigned day : from_monday(weekdays.values)) names.emplace_back(kWeekdays[day]);
    return join(names);
}

std::string days_of_week(const Shapes& shapes) {
    std::vector<std::string> parts;
    if (shapes.weekdays.is_all())
        parts.emplace_back("每天");
    else if (!shapes.weekdays.values.empty())
        parts.push_back(plain_weekdays(shapes.weekdays));
    for (const unsigned day : shapes.nth_weekdays)
        parts.push_back(fmt::format("第{}个{}", kOrdinals[day / 7], kWeekdays[day % 7]));
    for (const unsigned day : shapes.last_weekdays)
        parts.push_back(fmt::format("最后一个{}", kWeekdays[day]));
    return join(parts);
}

std::string days(const Shapes& shapes, bool either, bool names_times) {
    const bool by_month = either || !shapes.any_day_of_month(), by_week = either || !shapes.any_day_of_week();
    const bool counts_in_month = by_month || !shapes.nth_weekdays.empty() || !shapes.last_weekdays.empty();
    std::string text;
    if (!shapes.months.is_all())
        text = numbers(shapes.months, "月");
    else if (counts_in_month)
        text = "每月";
    if (by_month) text += days_of_month(shapes);
    if (by_week) text += (by_month ? "或" : "") + days_of_week(shapes);
    if (!by_month && !by_week && names_times) text += "每天";
    return text;
}

std::string years(const Shape& shape) {
    if (shape.is_all()) return "";
    if (shape.is_step()) return fmt::format("从{}年起每{}年", shape.first, shape.step);
    return numbers(shape, "年");
}

}  // namespace

std::string describe_in_chinese(const Pattern& pattern) {
    if (pattern.never) return "从不";
    const Shapes shapes{pattern};
    const bool names_times = !shapes.clock_times().empty();
    const std::string date = years(shapes.years) + days(shapes, pattern.either_day, names_times);
    return date.empty() ? time_of_day(shapes) : date + " " + time_of_day(shapes);
}

}  // namespace ecron::cron
