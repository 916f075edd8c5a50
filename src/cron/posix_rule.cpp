#include "cron/posix_rule.hpp"

#include <utility>

namespace ecron::cron {
namespace {

using std::chrono::days;
using std::chrono::seconds;

/// Consumes a text from the front. Each function returns nullopt or false if the text does not match.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<int> number() {
        if (rest_.empty() || !is_digit(rest_.front())) return std::nullopt;
        int value = 0;
        while (!rest_.empty() && is_digit(rest_.front()) && value < 10'000) {
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }

    /// Parses [+-]hh[:mm[:ss]].
    std::optional<seconds> time() {
        const bool negative = take('-');
        if (!negative) take('+');
        int parts[3] = {0, 0, 0};
        for (int& part : parts) {
            const auto value = number();
            if (!value) return std::nullopt;
            part = *value;
            if (&part == &parts[2] || !take(':')) break;
        }
        const seconds total{parts[0] * 3600 + parts[1] * 60 + parts[2]};
        return negative ? -total : total;
    }

    /// Skips an abbreviation: letters, or any text in angle brackets.
    bool skip_name() {
        const std::size_t before = rest_.size();
        if (take('<')) {
            while (!rest_.empty() && rest_.front() != '>') rest_.remove_prefix(1);
            return take('>');
        }
        while (!rest_.empty() && is_letter(rest_.front())) rest_.remove_prefix(1);
        return rest_.size() < before;
    }

    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
    std::string_view rest_;
};

std::optional<PosixRule::Date> read_date(Reader& reader) {
    using Kind = PosixRule::Date::Kind;
    PosixRule::Date date;
    if (!reader.take(',')) return std::nullopt;
    if (reader.take('M')) {
        const auto month = reader.number();
        if (!month || *month < 1 || *month > 12 || !reader.take('.')) return std::nullopt;
        const auto week = reader.number();
        if (!week || *week < 1 || *week > 5 || !reader.take('.')) return std::nullopt;
        const auto weekday = reader.number();
        if (!weekday || *weekday > 6) return std::nullopt;
        date = {Kind::month_week_day, *month, *week, *weekday, {}};
    } else {
        const bool julian = reader.take('J');
        const auto day = reader.number();
        if (!day || *day > 365 || (julian && *day < 1)) return std::nullopt;
        date = {julian ? Kind::julian_without_leap_day : Kind::day_of_year, 0, 0, *day, {}};
    }
    date.time = std::chrono::hours{2};
    if (reader.take('/')) {
        const auto time = reader.time();
        if (!time) return std::nullopt;
        date.time = *time;
    }
    return date;
}

std::chrono::sys_days day_in_year(const PosixRule::Date& date, std::chrono::year year) {
    using namespace std::chrono;
    const sys_days new_year{year / January / 1};
    switch (date.kind) {
        case PosixRule::Date::Kind::month_week_day: {
            const auto month_of_year = year / month{static_cast<unsigned>(date.month)};
            const weekday day{static_cast<unsigned>(date.day)};
            if (date.week == 5) return sys_days{month_of_year / day[last]};
            return sys_days{month_of_year / day[static_cast<unsigned>(date.week)]};
        }
        case PosixRule::Date::Kind::julian_without_leap_day:
            return new_year + days{date.day - 1 + (year.is_leap() && date.day >= 60 ? 1 : 0)};
        case PosixRule::Date::Kind::day_of_year:
            return new_year + days{date.day};
    }
    return new_year;
}

}  // namespace

std::array<PosixRule::Change, 2> PosixRule::changes_of(std::chrono::year year) const {
    const Change to_summer{day_in_year(summer_begin, year) + summer_begin.time - standard_offset,
                           summer_offset};
    const Change to_standard{day_in_year(summer_end, year) + summer_end.time - summer_offset,
                             standard_offset};
    if (to_standard.at < to_summer.at) return {to_standard, to_summer};
    return {to_summer, to_standard};
}

std::optional<PosixRule> parse_posix_rule(std::string_view text) {
    Reader reader{text};
    PosixRule rule;
    if (!reader.skip_name()) return std::nullopt;
    const auto standard = reader.time();
    if (!standard) return std::nullopt;
    rule.standard_offset = -*standard;
    if (reader.at_end()) return rule;

    if (!reader.skip_name()) return std::nullopt;
    rule.has_summer = true;
    rule.summer_offset = rule.standard_offset + std::chrono::hours{1};
    if (reader.peek() != ',') {
        const auto summer = reader.time();
        if (!summer) return std::nullopt;
        rule.summer_offset = -*summer;
    }
    const auto begin = read_date(reader);
    if (!begin) return std::nullopt;
    const auto end = read_date(reader);
    if (!end || !reader.at_end()) return std::nullopt;
    rule.summer_begin = *begin;
    rule.summer_end = *end;
    return rule;
}

}  // namespace ecron::cron
