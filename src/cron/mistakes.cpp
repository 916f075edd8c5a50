#include "cron/mistakes.hpp"

#include <fmt/format.h>

#include <array>

namespace ecron::cron {
namespace {

bool restricts_days(const FieldSet& field) { return !field.star; }

/// Returns true if every month of that length has a matching day, whatever its weekdays.
bool has_day(const FieldSet& day, unsigned length) {
    const std::uint64_t in_month = (2ULL << length) - 2;
    const std::uint64_t counted_back = (1ULL << length) - 1;
    return ((day.values | (day.nearest_working_days & ~1U)) & in_month) != 0 ||
           (day.nearest_working_days & 1U) != 0 || (day.days_from_end & counted_back) != 0;
}

/// Returns true if every month has a matching weekday; only a fifth weekday can be missing.
bool in_every_month(const FieldSet& weekday) {
    constexpr std::uint64_t kFirstFour = (1ULL << 28U) - 1;
    return weekday.values != 0 || weekday.last_weekdays != 0 || (weekday.nth_weekdays & kFirstFour) != 0;
}

/// Returns true if a selected month is shorter than every selected day requires. February 29 alone is not
/// reported.
bool misses_months(const Fields& fields) {
    constexpr std::array<unsigned, 13> kShortest{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const FieldSet& day = fields[Field::day];
    const std::uint64_t months = fields[Field::month].values;
    constexpr std::uint64_t kFebruary = 1ULL << 2U;
    for (unsigned month = 1; month < kShortest.size(); ++month)
        if ((months >> month & 1U) != 0 && months != kFebruary && !has_day(day, kShortest[month]))
            return true;
    return false;
}

void warn_of_short_months(const Fields& fields, std::vector<std::string>& warnings) {
    const FieldSet &day = fields[Field::day], &weekday = fields[Field::weekday];
    const bool by_day = restricts_days(day), by_weekday = restricts_days(weekday);
    if (by_day && !by_weekday && misses_months(fields))
        warnings.emplace_back(day.nearest_working_days != 0
                                  ? "not every month has such a day; write LW for the last working day"
                                  : "not every month has such a day; write L for the last day of each month");
    if (by_weekday && !by_day && !in_every_month(weekday))
        warnings.emplace_back(
            "not every month has a fifth such weekday; write L after the weekday for the last one, as in "
            "MONL");
}

/// Warns of a `*` in seconds or minutes where a single occurrence was probably intended.
void warn_of_every(const Fields& fields, std::vector<std::string>& warnings) {
    const bool every_second = fields[Field::second].star;
    const bool every_minute = fields[Field::minute].star, every_hour = fields[Field::hour].star;
    const bool every_day = !restricts_days(fields[Field::day]) && !restricts_days(fields[Field::weekday]);
    if (every_second && !every_minute)
        warnings.emplace_back(
            "this runs every second of each of its minutes; write 0 for the second to run once a minute");
    else if (every_second && !every_hour)
        warnings.emplace_back(
            "this runs every second of its hours; write 0 0 for second and minute to run once an hour");
    else if (every_second && !every_day)
        warnings.emplace_back(
            "this runs every second of its days; write 0 0 0 for second, minute and hour to run once a day");
    else if (!fields[Field::second].is_single())
        return;
    else if (every_minute && !every_hour)
        warnings.emplace_back(
            "this runs every minute of its hours; write 0 for the minute to run once an hour");
    else if (every_minute && !every_day)
        warnings.emplace_back(
            "this runs every minute of its days; write 0 0 for minute and hour to run once a day");
}

}  // namespace

void warn_of_likely_mistakes(const Fields& fields, Dialect dialect, std::vector<std::string>& warnings) {
    warn_of_every(fields, warnings);
    if (dialect == Dialect::cron && restricts_days(fields[Field::day]) &&
        restricts_days(fields[Field::weekday]))
        warnings.emplace_back(
            "day of month and day of week are both given: it runs when either of them matches");
    warn_of_short_months(fields, warnings);
}

void warn_of_inverted_zone(std::string_view zone, std::vector<std::string>& warnings) {
    constexpr std::string_view kPrefix = "Etc/GMT";
    if (!zone.starts_with(kPrefix) || zone.size() < kPrefix.size() + 2) return;
    const char sign = zone[kPrefix.size()];
    const std::string_view hours = zone.substr(kPrefix.size() + 1);
    if ((sign != '+' && sign != '-') || hours == "0") return;
    warnings.push_back(fmt::format("the zone \"{}\" is {} hour{} {} UTC", zone, hours,
                                   hours == "1" ? "" : "s", sign == '+' ? "behind" : "ahead of"));
}

}  // namespace ecron::cron
