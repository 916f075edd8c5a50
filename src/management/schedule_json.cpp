#include "management/schedule_json.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace ecron::management {
namespace {

std::string_view next_word(std::string_view& text) {
    constexpr std::string_view kBlanks = " \t";
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(word.size());
    return word;
}

}  // namespace

std::string_view fields_of(std::string_view cron_time) {
    std::string_view rest = cron_time;
    std::string_view word = next_word(rest);
    if (word.starts_with("CRON_TZ=") || word.starts_with("TZ=")) word = next_word(rest);
    if (word.starts_with("@every")) return "interval";
    if (word.starts_with('@')) return "descriptor";
    int words = 0;
    while (!word.empty()) ++words, word = next_word(rest);
    switch (words) {
        case 1:
            return "instant";
        case 6:
            return "second minute hour day month weekday";
        case 7:
            return "second minute hour day month weekday year";
        default:
            return "minute hour day month weekday";
    }
}

std::string format_in_zone(Instant instant, const cron::Zone* zone) {
    const Seconds offset = zone->offset_at(instant);
    if (offset == Seconds{0}) return format_rfc3339(instant);
    std::string text = format_rfc3339(instant + offset);
    text.pop_back();  // the Z
    const auto minutes = std::abs(offset.count()) / 60;
    return text + fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void append_description(JsonWriter& json, const cron::Schedule& schedule) {
    json.key("description").begin_object();
    json.member("en", schedule.describe(cron::Language::english));
    json.member("zh", schedule.describe(cron::Language::chinese));
    json.end_object();
    json.member("timezone", schedule.zone()->name());
}

void append_instants(JsonWriter& json, std::string_view name, const std::vector<Instant>& instants,
                     const cron::Zone* zone) {
    json.key(name).begin_array();
    for (const Instant instant : instants) json.text(format_in_zone(instant, zone));
    json.end_array();
}

void append_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
    json.key(name).begin_array();
    for (const std::string& text : texts) json.text(text);
    json.end_array();
}

}  // namespace ecron::management
