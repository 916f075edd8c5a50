#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cron/shape.hpp"
#include "ecron/cron/schedule.hpp"

namespace ecron::cron {
namespace {

/// "every 1 hour 30 minutes", "每1小时30分钟". A count of one is omitted if the period is a single unit; the
/// largest unit is the day.
std::string describe_period(Seconds period, Language language) {
    struct Unit {
        std::int64_t seconds;
        std::string_view english, chinese;
    };
    constexpr std::int64_t kDay = 86'400;
    constexpr std::array kUnits{Unit{kDay, "day", "天"}, Unit{3600, "hour", "小时"},
                                Unit{60, "minute", "分钟"}, Unit{1, "second", "秒"}};
    const bool english = language == Language::english;
    std::string text = english ? "every" : "每";
    std::int64_t rest = period.count();
    for (const Unit& unit : kUnits) {
        if (unit.seconds == kDay && rest % kDay != 0) continue;
        const std::int64_t count = rest / unit.seconds;
        rest %= unit.seconds;
        if (count == 0) continue;
        const bool is_one_unit = period.count() == unit.seconds;
        const std::string number = is_one_unit ? "" : std::to_string(count);
        text += english ? fmt::format("{}{} {}{}", is_one_unit ? "" : " ", number, unit.english,
                                      count == 1 ? "" : "s")
                        : fmt::format("{}{}", number, unit.chinese);
    }
    return text;
}

std::string describe_instant(Instant instant, Language language) {
    const bool whole = instant == std::chrono::floor<Seconds>(instant);
    const std::string text = whole ? format_rfc3339(instant) : format_rfc3339_millis(instant);
    return (language == Language::english ? "once at " : "仅一次：") + text;
}

}  // namespace

std::string Schedule::describe(Language language) const {
    switch (kind_) {
        case Kind::every:
            return describe_period(every_.period, language);
        case Kind::once:
            return describe_instant(every_.anchor, language);
        case Kind::pattern:
            break;
    }
    const bool english = language == Language::english;
    std::string text = english ? describe_in_english(pattern_) : describe_in_chinese(pattern_);
    if (zone_ == 0) return text;
    return english ? fmt::format("{} ({})", text, zone()->name())
                   : fmt::format("{}（{}）", text, zone()->name());
}

}  // namespace ecron::cron
