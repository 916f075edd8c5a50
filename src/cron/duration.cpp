#include "cron/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace ecron::cron {
namespace {

struct Unit {
    std::string_view name;
    double nanoseconds;
};
constexpr std::array kUnits{Unit{"ns", 1},        Unit{"us", 1e3},   Unit{"\u00B5s", 1e3},
                            Unit{"\u03BCs", 1e3}, Unit{"ms", 1e6},   Unit{"s", 1e9},
                            Unit{"m", 60e9},      Unit{"h", 3600e9}, Unit{"d", 86400e9}};
constexpr std::string_view kNumber = "0123456789.";

std::optional<double> unit_named(std::string_view name) {
    for (const Unit& unit : kUnits)
        if (unit.name == name) return unit.nanoseconds;
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_every_duration(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text == "0") return std::chrono::nanoseconds{0};
    if (text.empty()) return std::nullopt;
    double total = 0;
    while (!text.empty()) {
        const std::string_view number = text.substr(0, text.find_first_not_of(kNumber));
        double value = 0;
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), value, std::chars_format::fixed);
        if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
        text.remove_prefix(number.size());
        const std::string_view unit = text.substr(0, text.find_first_of(kNumber));
        const auto scale = unit_named(unit);
        if (!scale) return std::nullopt;
        text.remove_prefix(unit.size());
        total += value * *scale;
    }
    constexpr double kLongest = 9.2e18;
    if (total >= kLongest) return std::chrono::nanoseconds::max();
    const auto rounded = static_cast<std::int64_t>(std::llround(total));
    return std::chrono::nanoseconds{negative ? -rounded : rounded};
}

}  // namespace ecron::cron
