#include "mistakes.hpp"

namespace ecron::cron {
namespace {

bool restricts_days(const FieldSet& field) { return !field.star; }

/// The only days chosen are 29, 30 or 31, which not every month has.
bool misses_months(const Fields& fields) {
    constexpr std::uint64_t kInEveryMonth = (1ULL << 29U) - 2;
    const FieldSet& day = fields[Field::day];
    const bool by_weekday = restricts_days(fields[Field::weekday]) && !day.star;
    const bool only_late_days = (day.values & kInEveryMonth) == 0 && day.values != 0;
    return only_late_days && day.days_from_end == 0 && day.nearest_working_days == 0 && !by_weekday &&
           fields[Field::month].star;
}

}  // namespace

void warn_of_likely_mistakes(const Fields& fields, Dialect dialect, std::vector<std::string>& warnings) {
    if (fields[Field::second].star && !fields[Field::minute].star)
        warnings.emplace_back(
            "this runs every second of each of its minutes; write 0 for the second to run once a minute");
    else if (fields[Field::second].star && fields[Field::hour].is_single())
        warnings.emplace_back(
            "this runs every second of its hour; write 0 0 for second and minute to run once");
    else if (fields[Field::minute].star && fields[Field::hour].is_single())
        warnings.emplace_back("this runs every minute of its hour; write 0 for the minute to run once");
    if (dialect == Dialect::cron && restricts_days(fields[Field::day]) &&
        restricts_days(fields[Field::weekday]))
        warnings.emplace_back(
            "day of month and day of week are both given: it runs when either of them matches");
    if (misses_months(fields))
        warnings.emplace_back("not every month has such a day; write L for the last day of each month");
}

}  // namespace ecron::cron
