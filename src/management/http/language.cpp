#include "management/http/language.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "ecron/base/text.hpp"

namespace ecron::management {
namespace {

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// Takes the part up to the separator.
std::string_view take(std::string_view& text, char separator) {
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return trimmed(part);
}

/// `tag` in lower case, such as zh-hant-hk; nullopt: there are no messages in it.
std::optional<model::Language> language_from_tag(std::string_view tag) {
    const std::string_view primary = take(tag, '-');
    if (primary == "en") return model::Language::en_us;
    if (primary != "zh") return std::nullopt;
    while (!tag.empty()) {
        const std::string_view part = take(tag, '-');
        if (part == "hans") return model::Language::zh_cn;
        if (part == "hant" || part == "tw" || part == "hk" || part == "mo") return model::Language::zh_tw;
    }
    return model::Language::zh_cn;
}

/// Thousandths; 0 if the weight is not valid.
int weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view value = take(parameters, ';');
        if (take(value, '=') != "q") continue;
        double weight = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), weight);
        const bool is_weight =
            error == std::errc{} && end == value.data() + value.size() && weight >= 0 && weight <= 1;
        return is_weight ? static_cast<int>(weight * 1'000) : 0;
    }
    return 1'000;
}

}  // namespace

model::Language language_of(std::string_view accepted, model::Language fallback) {
    if (accepted.empty()) return fallback;
    const std::string list = lower_case(std::string{accepted});
    std::string_view rest{list};
    model::Language best = fallback;
    int best_weight = 0;
    while (!rest.empty()) {
        std::string_view range = take(rest, ',');
        const std::string_view tag = take(range, ';');
        const int weight = weight_of(range);
        const std::optional<model::Language> language = tag == "*" ? fallback : language_from_tag(tag);
        if (!language || weight <= best_weight) continue;
        best = *language;
        best_weight = weight;
    }
    return best;
}

}  // namespace ecron::management
