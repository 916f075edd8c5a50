#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cron/shape.hpp"

namespace ecron::cron {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
constexpr std::array<std::string_view, 5> kOrdinals{"一", "二", "三", "四", "五"};

std::string join(const std::vector<std::string>& parts, std::string_view separator = "、") {
    return fmt::format("{}", fmt::join(parts, separator));
}

/// "5分", "5、7分", "5至9分".
std::string numbers(const Shape& shape, std::string_view unit) {
    std::vector<std::string> parts;
    for (const Segment& segment : segments_of(shape.values))
        parts.push_back(segment.size() == 1 ? std::to_string(segment.first)
                                            : fmt::format("{}至{}", segment.first, segment.last));
    return fmt::format("{}{}", join(parts), unit);
}

/// "第2分起", "第2至32分", or an empty string if the field is unrestricted.
std::string bounds(const Shape& shape, std::string_view ordinal_unit) {
    if (shape.is_progression()) return fmt::format("第{}至{}{}", shape.first, shape.last, ordinal_unit);
    return shape.first == 0 ? "" : fmt::format("从第{}{}起", shape.first, ordinal_unit);
}

/// "每分钟", "每5分钟", "从第2分起每5分钟", "第2至32分每5分钟".
std::string every(const Shape& shape, std::string_view unit, std::string_view ordinal_unit) {
    if (shape.is_all()) return fmt::format("每{}", unit);
    return fmt::format("{}每{}{}", bounds(shape, ordinal_unit), shape.step, unit);
}

/// "第0、20、40分内", "从第2分起每5分钟的第一分钟内".
std::string within(const Shape& shape, std::string_view unit, std::string_view ordinal_unit,
                   std::string_view first_unit) {
    constexpr std::size_t kFew = 4;
    if (shape.is_all()) return "";
    const bool has_step = (shape.is_step() || shape.is_progression()) && shape.values.size() > kFew;
    if (!has_step) return fmt::format("第{}内", numbers(shape, ordinal_unit));
    return fmt::format("{}每{}{}的{}内", bounds(shape, ordinal_unit), shape.step, unit, first_unit);
}
std::string within_minutes(const Shape& minutes) { return within(minutes, "分钟", "分", "第一分钟"); }

std::string within_hours(const Shapes& shapes) {
    std::vector<std::string> parts;
    if (!shapes.hours.is_all())
        for (const Segment& segment : shapes.long_hours())
            parts.push_back(fmt::format("{:02}:00至{:02}:59", segment.first, segment.last));
    return parts.empty() ? within(shapes.hours, "小时", "时", "第一个小时") : join(parts) + "之间";
}

/// "00:00至02:00每小时、12:00".
std::string rows_of_hours(const Shapes& shapes) {
    const auto [rows, times] = shapes.hour_rows("{}至{}");
    const std::string text = join(rows) + "每小时";
    return times.empty() ? text : text + "以及" + join(times);
}

/// One occurrence in each of several hours.
std::string hourly(const Shapes& shapes) {
    const unsigned minute = shapes.minutes.first, second = shapes.seconds.first;
    const Shape& hours = shapes.hours;
    const bool on_the_hour = minute == 0 && second == 0;
    if (hours.is_step() || hours.is_progression()) {
        const std::string text = fmt::format("每{}小时", hours.step);
        const std::string first = clock(hours.first, minute, second);
        if (hours.is_progression())
            return fmt::format("{}至{}{}", first, clock(hours.last, minute, second), text);
        return on_the_hour && hours.first == 0 ? text : fmt::format("从{}起{}", first, text);
    }
    if (!hours.is_all() && segments_of(hours.values).size() < hours.values.size())
        return rows_of_hours(shapes);
    if (on_the_hour && hours.is_all()) return "每小时";
    const std::string of_hours = hours.is_all() ? "每小时" : numbers(hours, "时的");
    if (second == 0) return fmt::format("{}第{}分", of_hours, minute);
    return fmt::format("{}第{}分{}秒", of_hours, minute, second);
}

std::string time_of_day(const Shapes& shapes) {
    const Shape &seconds = shapes.seconds, &minutes = shapes.minutes, &hours = shapes.hours;
    if (const auto times = shapes.clock_times(); !times.empty()) return join(times);
    const std::string of_hours = hours.is_all() ? "" : within_hours(shapes);
    if (seconds.is_single()) {
        if (minutes.is_single()) return hourly(shapes);
        const std::string at_second = seconds.is_single(0) ? "" : fmt::format("的第{}秒", seconds.first);
        if (minutes.is_all() || minutes.is_step()) return of_hours + every(minutes, "分钟", "分") + at_second;
        const std::string of_all = hours.is_all() ? "每小时" : of_hours;
        if (minutes.is_progression()) return of_all + every(minutes, "分钟", "分") + at_second;
        return fmt::format("{}第{}{}", of_all, numbers(minutes, "分"), at_second);
    }
    const std::string of_minutes = of_hours + within_minutes(minutes);
    const std::string of_all = of_minutes + (minutes.is_all() ? "每分钟" : "");
    if (seconds.is_all() || seconds.is_step()) return of_minutes + every(seconds, "秒", "秒");
    if (seconds.is_progression()) return of_all + every(seconds, "秒", "秒");
    return fmt::format("{}第{}", of_all, numbers(seconds, "秒"));
}

void add_days_of_month(const Shapes& shapes, std::vector<std::string>& parts) {
    const Shape& days = shapes.days;
    if (days.is_all())
        parts.emplace_back("每天");
    else if (days.is_progression() && days.values.size() > 4)
        parts.push_back(fmt::format("{}日至{}日之间每{}天", days.first, days.last, days.step));
    else if (!days.values.empty())
        parts.push_back(numbers(days, "日"));
    for (const unsigned before : shapes.days_from_end)
        parts.push_back(before == 0 ? "最后一天" : fmt::format("倒数第{}天", before + 1));
    for (const unsigned day : shapes.nearest_working_days)
        parts.push_back(day == 0 ? "最后一个工作日（周一至周五）"
                                 : fmt::format("离{}日最近的工作日（周一至周五）", day));
}

void add_weekdays_of_month(const Shapes& shapes, std::vector<std::string>& parts) {
    for (const unsigned day : shapes.nth_weekdays)
        parts.push_back(fmt::format("第{}个{}", kOrdinals[day / 7], kWeekdays[day % 7]));
    for (const unsigned day : shapes.last_weekdays)
        parts.push_back(fmt::format("最后一个{}", kWeekdays[day]));
}

/// "每周一至周五", "每周一、周五", "每天".
std::string weekly(const Shape& weekdays) {
    if (weekdays.is_all()) return "每天";
    if (const auto row = round_segment_of(weekdays, 0, 6))
        return fmt::format("每{}至{}", kWeekdays[row->first], kWeekdays[row->last]);
    std::vector<std::string> names;
    for (const unsigned day : from_monday(weekdays.values)) names.emplace_back(kWeekdays[day]);
    return "每" + join(names);
}

/// "6月", "1、3月", "6月至8月", "10月至次年3月".
std::string names_of_months(const Shape& months) {
    const auto row = round_segment_of(months, 1, 12);
    if (!row) return numbers(months, "月");
    return fmt::format("{}月至{}{}月", row->first, row->last < row->first ? "次年" : "", row->last);
}

/// "每月", "每年5月", "6月至8月每月"; "5月" if the pattern restricts the years.
std::string of_months(const Shape& months, bool every_year) {
    if (months.is_all()) return "每月";
    const std::string names = names_of_months(months);
    const bool has_row = segments_of(months.values).size() < months.values.size();
    if (has_row || round_segment_of(months, 1, 12)) return names + "每月";
    return every_year ? "每年" + names : names;
}

std::string days(const Shapes& shapes, bool either, bool names_times) {
    const bool by_month = either || !shapes.any_day_of_month(), by_week = either || !shapes.any_day_of_week();
    std::vector<std::string> monthly;
    if (by_month) add_days_of_month(shapes, monthly);
    if (by_week) add_weekdays_of_month(shapes, monthly);
    const bool has_weekly = by_week && !shapes.weekdays.values.empty();
    const std::string in_months = shapes.months.is_all() ? "" : names_of_months(shapes.months);
    if (!monthly.empty() && has_weekly)
        return fmt::format("{}{}每月{}以及{}", in_months, in_months.empty() ? "" : "期间，", join(monthly),
                           weekly(shapes.weekdays));
    if (!monthly.empty()) return of_months(shapes.months, shapes.years.is_all()) + join(monthly);
    if (has_weekly) return in_months + weekly(shapes.weekdays);
    return names_times ? in_months + "每天" : in_months;
}

/// "2026年"; "2026至2030年每年" if it precedes a restriction of months.
std::string years(const Shape& shape, bool names_months) {
    if (shape.is_all()) return "";
    const bool is_open = shape.last + shape.step > kLastYear;
    const std::string_view each = names_months && shape.is_range() ? "每年" : "";
    if (shape.is_range() && is_open) return fmt::format("从{}年起{}", shape.first, each);
    if (shape.is_step() || shape.is_progression())
        return is_open ? fmt::format("从{}年起每{}年的", shape.first, shape.step)
                       : fmt::format("{}至{}年之间每{}年的", shape.first, shape.last, shape.step);
    return numbers(shape, "年") + std::string{each};
}

}  // namespace

std::string describe_in_chinese(const Pattern& pattern) {
    if (pattern.never) return "从不";
    const Shapes shapes{pattern};
    const bool names_times = !shapes.clock_times().empty();
    const std::string date =
        years(shapes.years, !shapes.months.is_all()) + days(shapes, pattern.either_day, names_times);
    return date.empty() ? time_of_day(shapes) : date + " " + time_of_day(shapes);
}

}  // namespace ecron::cron
