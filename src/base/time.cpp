#include "ecron/base/time.hpp"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <charconv>
#include <cmath>

namespace ecron {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t millis;
};
constexpr std::array kUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                            Unit{"ms", 1}};
constexpr double kLongest = 1e14;  // about 3,000 years: beyond any use and far from overflow

std::string_view leading_number(std::string_view text) {
    return text.substr(0, std::min(text.size(), text.find_first_not_of("0123456789.")));
}

std::string_view leading_unit(std::string_view text) {
    return text.substr(0, std::min(text.size(), text.find_first_of("0123456789.")));
}

std::optional<double> to_number(std::string_view text) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> unit_millis(std::string_view name) {
    for (const Unit& unit : kUnits)
        if (unit.name == name) return unit.millis;
    return std::nullopt;
}

std::unexpected<Error> no_duration(std::string_view text) {
    return fail(Errc::invalid,
                fmt::format("\"{}\" is not a duration such as \"1m30s\", \"250ms\" or 90", text));
}

/// Parses exactly `count` digits; returns nullopt if there are fewer.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::unexpected<Error> no_instant() {
    return fail(Errc::invalid, "not an RFC 3339 instant such as \"2026-01-31T08:30:00Z\"");
}

/// Writes decimal digits with leading zeros. Hand-written for speed: every job in a response has two times.
void put_digits(char* at, int count, unsigned value) {
    for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

std::string format_whole(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const auto second = static_cast<unsigned>(std::chrono::floor<Seconds>(instant - day).count());
    std::string out = "0000-00-00T00:00:00";
    put_digits(out.data(), 4, static_cast<unsigned>(static_cast<int>(date.year())));
    put_digits(out.data() + 5, 2, static_cast<unsigned>(date.month()));
    put_digits(out.data() + 8, 2, static_cast<unsigned>(date.day()));
    put_digits(out.data() + 11, 2, second / 3'600);
    put_digits(out.data() + 14, 2, second / 60 % 60);
    put_digits(out.data() + 17, 2, second % 60);
    return out;
}

}  // namespace

Instant SystemClock::now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

SteadyInstant SystemClock::steady() const {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    const auto since_boot = Seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
    return SteadyInstant{std::chrono::floor<std::chrono::microseconds>(since_boot)};
}

std::chrono::microseconds SystemClock::until(Instant at) const {
    return std::chrono::ceil<std::chrono::microseconds>(at - std::chrono::system_clock::now());
}

Result<Millis> parse_duration(std::string_view text) {
    if (text.empty()) return no_duration(text);
    double total = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view number = leading_number(rest);
        const std::optional<double> value = to_number(number);
        if (!value) return no_duration(text);
        rest.remove_prefix(number.size());
        const std::string_view unit = leading_unit(rest);
        rest.remove_prefix(unit.size());
        const bool plain_seconds = unit.empty() && number.size() == text.size();
        const auto millis = plain_seconds ? std::optional<std::int64_t>{1'000} : unit_millis(unit);
        if (!millis) return no_duration(text);
        total += *value * static_cast<double>(*millis);
        if (total > kLongest) return fail(Errc::invalid, fmt::format("\"{}\" is too long a duration", text));
    }
    return Millis{std::llround(total)};
}

std::string format_duration(Millis value) {
    if (value == Millis{0}) return "0s";
    std::string out;
    std::int64_t rest = value.count();
    for (const Unit& unit : kUnits) {
        if (rest / unit.millis > 0) out += fmt::format("{}{}", rest / unit.millis, unit.name);
        rest %= unit.millis;
    }
    return out;
}

Result<Instant> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    const auto year_part = digits(text, 0, 4), month_part = digits(text, 5, 2), day_part = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (!year_part || !month_part || !day_part || !hour || !minute || !second) return no_instant();
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
        text[16] != ':')
        return no_instant();
    const year_month_day date{year{*year_part}, month{static_cast<unsigned>(*month_part)},
                              day{static_cast<unsigned>(*day_part)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return no_instant();

    std::size_t at = 19;
    int millis = 0;
    if (at < text.size() && text[at] == '.') {
        int scale = 100;
        const std::size_t first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            millis += (text[at] - '0') * scale;
        if (at == first) return no_instant();
    }
    minutes offset{0};
    if (const bool utc = at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z'); !utc) {
        if (at + 6 != text.size() || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':')
            return no_instant();
        const auto offset_hours = digits(text, at + 1, 2), offset_minutes = digits(text, at + 4, 2);
        if (!offset_hours || !offset_minutes || *offset_hours > 23 || *offset_minutes > 59)
            return no_instant();
        offset = hours{*offset_hours} + minutes{*offset_minutes};
        if (text[at] == '-') offset = -offset;
    }
    return Instant{sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} +
                   milliseconds{millis} - offset};
}

std::string format_rfc3339(Instant instant) { return format_whole(instant) + 'Z'; }

std::string format_rfc3339_millis(Instant instant) {
    const auto part = instant - std::chrono::floor<Seconds>(instant);
    return fmt::format("{}.{:03}Z", format_whole(instant), part.count());
}

}  // namespace ecron
