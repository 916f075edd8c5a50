#include "cron/zone_hint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "ecron/base/near_miss.hpp"

namespace ecron::cron {
namespace {

constexpr std::size_t kLongest = 64;

/// Common names that the database does not have, in lower case with "_" for a space. Several zones are
/// separated by spaces.
struct Alias {
    std::string_view name, zones;
};
constexpr std::array kAliases{
    // Cities and countries.
    Alias{"bangalore", "Asia/Kolkata"},
    Alias{"barcelona", "Europe/Madrid"},
    Alias{"beijing", "Asia/Shanghai"},
    Alias{"boston", "America/New_York"},
    Alias{"chengdu", "Asia/Shanghai"},
    Alias{"china", "Asia/Shanghai"},
    Alias{"delhi", "Asia/Kolkata"},
    Alias{"france", "Europe/Paris"},
    Alias{"frankfurt", "Europe/Berlin"},
    Alias{"geneva", "Europe/Zurich"},
    Alias{"germany", "Europe/Berlin"},
    Alias{"guangzhou", "Asia/Shanghai"},
    Alias{"hamburg", "Europe/Berlin"},
    Alias{"hangzhou", "Asia/Shanghai"},
    Alias{"hanoi", "Asia/Ho_Chi_Minh"},
    Alias{"india", "Asia/Kolkata"},
    Alias{"italy", "Europe/Rome"},
    Alias{"korea", "Asia/Seoul"},
    Alias{"milan", "Europe/Rome"},
    Alias{"mumbai", "Asia/Kolkata"},
    Alias{"munich", "Europe/Berlin"},
    Alias{"nanjing", "Asia/Shanghai"},
    Alias{"new_delhi", "Asia/Kolkata"},
    Alias{"osaka", "Asia/Tokyo"},
    Alias{"peking", "Asia/Shanghai"},
    Alias{"san_francisco", "America/Los_Angeles"},
    Alias{"seattle", "America/Los_Angeles"},
    Alias{"shenzhen", "Asia/Shanghai"},
    Alias{"spain", "Europe/Madrid"},
    Alias{"taiwan", "Asia/Taipei"},
    Alias{"uk", "Europe/London"},
    Alias{"vietnam", "Asia/Ho_Chi_Minh"},
    Alias{"washington", "America/New_York"},
    Alias{"wuhan", "Asia/Shanghai"},
    Alias{"上海", "Asia/Shanghai"},
    Alias{"中国", "Asia/Shanghai"},
    Alias{"北京", "Asia/Shanghai"},
    Alias{"北京时间", "Asia/Shanghai"},
    Alias{"香港", "Asia/Hong_Kong"},
    Alias{"台北", "Asia/Taipei"},
    // Abbreviations.
    Alias{"acst", "Australia/Adelaide Australia/Darwin"},
    Alias{"aedt", "Australia/Sydney"},
    Alias{"aest", "Australia/Sydney Australia/Brisbane"},
    Alias{"awst", "Australia/Perth"},
    Alias{"bst", "Europe/London Asia/Dhaka"},
    Alias{"cat", "Africa/Maputo"},
    Alias{"cdt", "America/Chicago America/Havana"},
    Alias{"cest", "Europe/Berlin Europe/Paris"},
    Alias{"cst", "Asia/Shanghai America/Chicago America/Havana"},
    Alias{"edt", "America/New_York"},
    Alias{"eest", "Europe/Athens Europe/Kyiv"},
    Alias{"hkt", "Asia/Hong_Kong"},
    Alias{"ict", "Asia/Bangkok"},
    Alias{"idt", "Asia/Jerusalem"},
    Alias{"ist", "Asia/Kolkata Europe/Dublin Asia/Jerusalem"},
    Alias{"jst", "Asia/Tokyo"},
    Alias{"kst", "Asia/Seoul"},
    Alias{"local", "Local"},
    Alias{"localtime", "Local"},
    Alias{"mdt", "America/Denver"},
    Alias{"msk", "Europe/Moscow"},
    Alias{"nzdt", "Pacific/Auckland"},
    Alias{"nzst", "Pacific/Auckland"},
    Alias{"pdt", "America/Los_Angeles"},
    Alias{"pkt", "Asia/Karachi"},
    Alias{"pst", "America/Los_Angeles Asia/Manila"},
    Alias{"sast", "Africa/Johannesburg"},
    Alias{"sgt", "Asia/Singapore"},
    Alias{"wib", "Asia/Jakarta"},
    Alias{"z", "UTC"},
};

std::string simplified(std::string_view text) {
    std::string result{text};
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == ' ') c = '_';
    }
    return result;
}

std::string_view city_of(std::string_view name) { return name.substr(name.rfind('/') + 1); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Formats "; did you mean "a", "b" or "c"?" for "a b c".
std::string did_you_mean(std::string_view zones) {
    std::string text = "; did you mean ";
    for (bool first = true; !zones.empty(); first = false) {
        const std::string_view zone = zones.substr(0, zones.find(' '));
        zones.remove_prefix(std::min(zone.size() + 1, zones.size()));
        const std::string_view separator = first ? "" : zones.empty() ? " or " : ", ";
        text += fmt::format("{}\"{}\"", separator, zone);
    }
    return text + '?';
}

/// Extracts the offset of "UTC+8", "GMT-05:00" or "+0800". Empty if the text is not such an offset.
std::string_view offset_in(std::string_view text) {
    for (const std::string_view prefix : {"utc", "gmt"})
        if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    const bool is_offset = text.size() > 1 && (text[0] == '+' || text[0] == '-') && is_digit(text[1]);
    return is_offset ? text : std::string_view{};
}

/// Parses the hours of "+8", "-05:00" or "+0800". Returns nullopt for a fraction of an hour, for which no
/// zone name exists.
std::optional<int> hours_from_utc(std::string_view text) {
    const bool behind = text[0] == '-';
    text.remove_prefix(1);
    if (text.ends_with(":00")) text.remove_suffix(3);
    if (text.size() == 4 && text.ends_with("00")) text.remove_suffix(2);
    if (text.empty() || text.size() > 2 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    const int hours = text.size() == 1 ? text[0] - '0' : (text[0] - '0') * 10 + text[1] - '0';
    if (hours > (behind ? 12 : 14)) return std::nullopt;
    return behind ? -hours : hours;
}

/// The sign of these zone names is that of POSIX: hours west of Greenwich are positive.
std::string hint_of_offset(int hours) {
    if (hours == 0) return did_you_mean("UTC");
    return fmt::format("; the zone {} hour{} {} UTC is \"Etc/GMT{:+d}\"", std::abs(hours),
                       std::abs(hours) == 1 ? "" : "s", hours > 0 ? "ahead of" : "behind", -hours);
}

/// Returns the zone whose name differs only in its letters: a missing area, another case, a typing error.
/// Abbreviations and offsets are excluded: a different letter or digit is a different offset.
std::string closest(std::string_view typed, const std::vector<std::string>& names) {
    constexpr std::size_t kShortestWithSlip = 5;
    const bool may_slip = city_of(typed).size() >= kShortestWithSlip && std::ranges::none_of(typed, is_digit);
    std::size_t best_distance = may_slip ? std::max<std::size_t>(1, typed.size() / 4) + 1 : 1;
    std::string_view best;
    bool ambiguous = false;
    for (const std::string& name : names) {
        const std::string whole = simplified(name);
        if (whole == typed) return did_you_mean(name);
        const bool is_short =
            city_of(whole).size() < kShortestWithSlip || std::ranges::any_of(whole, is_digit);
        if (is_short && city_of(whole) != typed) continue;
        const std::size_t distance =
            std::min(edit_distance(typed, whole), edit_distance(typed, city_of(whole)));
        if (distance > best_distance || (best.empty() && distance == best_distance)) continue;
        if (distance == best_distance) {
            ambiguous = ambiguous || city_of(name) != city_of(best);
            continue;
        }
        best_distance = distance;
        best = name;
        ambiguous = false;
    }
    return best.empty() || ambiguous ? "" : did_you_mean(best);
}

}  // namespace

std::string zone_hint(std::string_view wanted, const std::vector<std::string>& names) {
    if (wanted.empty() || wanted.size() > kLongest) return {};
    const std::string typed = simplified(wanted);
    for (const Alias& alias : kAliases)
        if (typed == alias.name ||
            (typed.contains('/') && city_of(typed) == alias.name && alias.name.size() > 4))
            return did_you_mean(alias.zones);
    const std::string_view offset = offset_in(typed);
    if (offset.empty()) return closest(typed, names);
    const auto hours = hours_from_utc(offset);
    return hours ? hint_of_offset(*hours) : "";
}

}  // namespace ecron::cron
