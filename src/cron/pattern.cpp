#include "ecron/cron/pattern.hpp"

#include <bit>

namespace ecron::cron {
namespace {

using Days = std::chrono::days;
using std::chrono::local_days;

constexpr local_days kBegin{std::chrono::year{kFirstYear} / 1 / 1};
constexpr local_days kEnd{std::chrono::year{kLastYear + 1} / 1 / 1};

template <class Bits> unsigned lowest(Bits bits) { return static_cast<unsigned>(std::countr_zero(bits)); }
unsigned highest(std::uint64_t bits) { return 63U - static_cast<unsigned>(std::countl_zero(bits)); }
/// Bits from `first` upwards; bits up to `last`, inclusive.
std::uint64_t from_bit(std::uint64_t bits, unsigned first) { return bits & (~0ULL << first); }
std::uint64_t up_to_bit(std::uint64_t bits, unsigned last) { return bits & ~(~1ULL << last); }

unsigned days_in(std::chrono::year year, unsigned month) {
    constexpr std::uint32_t kLongMonths = 0b1'0101'1010'1010;
    if (month == 2) return year.is_leap() ? 29 : 28;
    return 30 + (kLongMonths >> month & 1U);
}

local_days first_day(std::chrono::year year, unsigned month) {
    return local_days{year / std::chrono::month{month} / 1};
}

/// The calendar of one month: the weekday of each of its days.
struct Month {
    unsigned length;
    unsigned first_weekday;  // of day 1; 0 is Sunday

    Month(std::chrono::year year, unsigned month, local_days first)
        : length(days_in(year, month)),
          first_weekday(std::chrono::weekday{first}.c_encoding()) {}

    [[nodiscard]] std::uint32_t all() const { return static_cast<std::uint32_t>((2ULL << length) - 2); }
    [[nodiscard]] unsigned weekday_of(unsigned day) const { return (first_weekday + day - 1) % 7; }

    /// Returns the days of the month that fall on one of these weekdays.
    [[nodiscard]] std::uint32_t on_weekdays(std::uint64_t weekdays) const {
        constexpr std::uint64_t kSixWeeks =
            1ULL | 1ULL << 7 | 1ULL << 14 | 1ULL << 21 | 1ULL << 28 | 1ULL << 35;
        return static_cast<std::uint32_t>(weekdays * kSixWeeks >> first_weekday << 1) & all();
    }

    /// Returns the day nearest to `day` in the same month that is neither Saturday nor Sunday.
    [[nodiscard]] unsigned nearest_working_day(unsigned day) const {
        const unsigned weekday = weekday_of(day);
        if (weekday == 6) return day == 1 ? 3 : day - 1;
        if (weekday == 0) return day == length ? day - 2 : day + 1;
        return day;
    }

    [[nodiscard]] unsigned last_working_day() const {
        const unsigned weekday = weekday_of(length);
        if (weekday == 6) return length - 1;
        return weekday == 0 ? length - 2 : length;
    }
};

std::uint32_t matching_days_of_month(const Pattern& pattern, const Month& month) {
    std::uint32_t matching = pattern.days & month.all();
    for (std::uint32_t rest = pattern.days_from_end; rest != 0; rest &= rest - 1)
        if (lowest(rest) < month.length) matching |= 1U << (month.length - lowest(rest));
    for (std::uint32_t rest = pattern.nearest_working_days; rest != 0; rest &= rest - 1) {
        const unsigned day = lowest(rest);
        if (day == 0)
            matching |= 1U << month.last_working_day();
        else if (day <= month.length)
            matching |= 1U << month.nearest_working_day(day);
    }
    return matching;
}

std::uint32_t matching_days_of_week(const Pattern& pattern, const Month& month) {
    std::uint32_t matching = month.on_weekdays(pattern.weekdays);
    for (std::uint64_t rest = pattern.nth_weekdays; rest != 0; rest &= rest - 1) {
        const unsigned nth = lowest(rest) / 7, weekday = lowest(rest) % 7;
        matching |= month.on_weekdays(1ULL << weekday) & 0xFEU << nth * 7;
    }
    if (pattern.last_weekdays != 0) {
        const std::uint64_t last_seven = 0xFEULL << (month.length - 7);
        matching |= static_cast<std::uint32_t>(month.on_weekdays(pattern.last_weekdays) & last_seven);
    }
    return matching;
}

std::uint32_t matching_days(const Pattern& pattern, std::chrono::year year, unsigned month,
                            local_days first) {
    const Month calendar{year, month, first};
    const std::uint32_t by_month = matching_days_of_month(pattern, calendar);
    const std::uint32_t by_week = matching_days_of_week(pattern, calendar);
    return pattern.either_day ? by_month | by_week : by_month & by_week;
}

constexpr unsigned kYearBits = 56;

/// Years are counted from 1970, as in Pattern.
std::optional<unsigned> year_at_or_after(const Pattern& pattern, unsigned year) {
    const auto first = static_cast<unsigned>(pattern.first_year),
               step = static_cast<unsigned>(pattern.year_step);
    const unsigned last = pattern.last_year;
    if (year <= first) return first;
    const unsigned k = (year - first + step - 1) / step;
    const std::uint64_t rest = k < kYearBits ? pattern.years >> k : 0;
    const unsigned found = first + (rest != 0 ? k + lowest(rest) : k < kYearBits ? kYearBits : k) * step;
    if (found > last) return std::nullopt;
    return found;
}

std::optional<unsigned> year_at_or_before(const Pattern& pattern, unsigned year) {
    const auto first = static_cast<unsigned>(pattern.first_year),
               step = static_cast<unsigned>(pattern.year_step);
    const unsigned last = pattern.last_year;
    if (year >= last) return last;
    if (year < first) return std::nullopt;
    const unsigned k = (year - first) / step;
    return first + (k < kYearBits ? highest(up_to_bit(pattern.years, k)) : k) * step;
}

unsigned time_of(unsigned hour, unsigned minute, unsigned second) {
    return hour * 3600 + minute * 60 + second;
}

unsigned first_time(const Pattern& pattern) {
    return time_of(lowest(std::uint32_t{pattern.hours}), lowest(std::uint64_t{pattern.minutes}),
                   lowest(std::uint64_t{pattern.seconds}));
}
unsigned last_time(const Pattern& pattern) {
    return time_of(highest(pattern.hours), highest(pattern.minutes), highest(pattern.seconds));
}

std::optional<unsigned> time_at_or_after(const Pattern& pattern, unsigned time) {
    const unsigned hour = time / 3600, minute = time / 60 % 60, second = time % 60;
    if ((pattern.hours >> hour & 1U) != 0) {
        if ((pattern.minutes >> minute & 1U) != 0)
            if (const std::uint64_t rest = from_bit(pattern.seconds, second); rest != 0)
                return time_of(hour, minute, lowest(rest));
        if (const std::uint64_t rest = from_bit(pattern.minutes, minute + 1); rest != 0)
            return time_of(hour, lowest(rest), lowest(std::uint64_t{pattern.seconds}));
    }
    const std::uint64_t rest = from_bit(pattern.hours, hour + 1);
    if (rest == 0) return std::nullopt;
    return time_of(lowest(rest), lowest(std::uint64_t{pattern.minutes}),
                   lowest(std::uint64_t{pattern.seconds}));
}

std::optional<unsigned> time_at_or_before(const Pattern& pattern, unsigned time) {
    const unsigned hour = time / 3600, minute = time / 60 % 60, second = time % 60;
    if ((pattern.hours >> hour & 1U) != 0) {
        if ((pattern.minutes >> minute & 1U) != 0)
            if (const std::uint64_t rest = up_to_bit(pattern.seconds, second); rest != 0)
                return time_of(hour, minute, highest(rest));
        if (const std::uint64_t rest = pattern.minutes & ~(~0ULL << minute); rest != 0)
            return time_of(hour, highest(rest), highest(pattern.seconds));
    }
    const std::uint64_t rest = pattern.hours & ~(~0ULL << hour);
    if (rest == 0) return std::nullopt;
    return time_of(highest(rest), highest(pattern.minutes), highest(pattern.seconds));
}

CivilSeconds at(local_days day, unsigned time) { return day + Seconds{time}; }

/// Returns the first matching day in `months` of `year` or in a later year.
std::optional<local_days> next_day(const Pattern& pattern, unsigned year, std::uint64_t months) {
    for (;;) {
        const std::chrono::year calendar_year{static_cast<int>(kFirstYear + year)};
        for (; months != 0; months &= months - 1) {
            const local_days first = first_day(calendar_year, lowest(months));
            const std::uint32_t matching = matching_days(pattern, calendar_year, lowest(months), first);
            if (matching != 0) return first + Days{lowest(matching) - 1};
        }
        const auto following = year_at_or_after(pattern, year + 1);
        if (!following) return std::nullopt;
        year = *following;
        months = pattern.months;
    }
}

std::optional<local_days> prev_day(const Pattern& pattern, unsigned year, std::uint64_t months) {
    for (;;) {
        const std::chrono::year calendar_year{static_cast<int>(kFirstYear + year)};
        for (; months != 0; months &= ~(1ULL << highest(months))) {
            const local_days first = first_day(calendar_year, highest(months));
            const std::uint32_t matching = matching_days(pattern, calendar_year, highest(months), first);
            if (matching != 0) return first + Days{highest(matching) - 1};
        }
        if (year == 0) return std::nullopt;
        const auto preceding = year_at_or_before(pattern, year - 1);
        if (!preceding) return std::nullopt;
        year = *preceding;
        months = pattern.months;
    }
}

}  // namespace

std::optional<CivilSeconds> Pattern::next(CivilSeconds from) const noexcept {
    if (never || from >= kEnd) return std::nullopt;
    from = std::max<CivilSeconds>(from, kBegin);
    const local_days day = std::chrono::floor<Days>(from);
    const auto time = static_cast<unsigned>((from - day).count());
    if (every_day) {
        if (const auto today = time_at_or_after(*this, time)) return at(day, *today);
        if (day + Days{1} == kEnd) return std::nullopt;
        return at(day + Days{1}, first_time(*this));
    }

    const std::chrono::year_month_day date{day};
    const auto month = static_cast<unsigned>(date.month()), day_of_month = static_cast<unsigned>(date.day());
    const auto asked_year = static_cast<unsigned>(static_cast<int>(date.year())) - kFirstYear;
    const auto year = year_at_or_after(*this, asked_year);
    if (!year) return std::nullopt;
    std::optional<local_days> found;
    if (*year != asked_year) {
        found = next_day(*this, *year, months);
    } else {
        if ((months >> month & 1U) != 0) {
            const local_days first = day - Days{day_of_month - 1};
            const std::uint32_t matching = matching_days(*this, date.year(), month, first);
            if ((matching >> day_of_month & 1U) != 0)
                if (const auto today = time_at_or_after(*this, time)) return at(day, *today);
            if (const std::uint64_t rest = from_bit(matching, day_of_month + 1); rest != 0)
                return at(first + Days{lowest(rest) - 1}, first_time(*this));
        }
        found = next_day(*this, *year, from_bit(months, month + 1));
    }
    if (!found) return std::nullopt;
    return at(*found, first_time(*this));
}

std::optional<CivilSeconds> Pattern::prev(CivilSeconds until) const noexcept {
    if (never || until < kBegin) return std::nullopt;
    until = std::min<CivilSeconds>(until, kEnd - Seconds{1});
    const local_days day = std::chrono::floor<Days>(until);
    const auto time = static_cast<unsigned>((until - day).count());
    const std::chrono::year_month_day date{day};
    const auto month = static_cast<unsigned>(date.month()), day_of_month = static_cast<unsigned>(date.day());
    const auto asked_year = static_cast<unsigned>(static_cast<int>(date.year())) - kFirstYear;
    const auto year = year_at_or_before(*this, asked_year);
    if (!year) return std::nullopt;
    std::optional<local_days> found;
    if (*year != asked_year) {
        found = prev_day(*this, *year, months);
    } else {
        if ((months >> month & 1U) != 0) {
            const local_days first = day - Days{day_of_month - 1};
            const std::uint32_t matching = matching_days(*this, date.year(), month, first);
            if ((matching >> day_of_month & 1U) != 0)
                if (const auto today = time_at_or_before(*this, time)) return at(day, *today);
            if (const std::uint32_t rest = matching & ~(~0U << day_of_month); rest != 0)
                return at(first + Days{highest(rest) - 1}, last_time(*this));
        }
        found = prev_day(*this, *year, months & ~(~0ULL << month));
    }
    if (!found) return std::nullopt;
    return at(*found, last_time(*this));
}

Pattern every_second() noexcept {
    constexpr std::uint64_t kSixty = (1ULL << 60U) - 1;
    Pattern pattern{};
    pattern.seconds = pattern.minutes = kSixty;
    pattern.hours = (1U << 24U) - 1;
    pattern.days = ~1U;
    pattern.months = 0b1'1111'1111'1110;
    pattern.weekdays = 0x7F;
    pattern.years = (1ULL << kYearBits) - 1;
    pattern.year_step = 1;
    pattern.last_year = kLastYear - kFirstYear;
    pattern.every_day = 1;
    return pattern;
}

}  // namespace ecron::cron
