#include "ecron/http/accept_encoding.hpp"

#include <algorithm>

#include "http/ascii.hpp"

namespace ecron::http {
namespace {

constexpr int kFull = 1'000;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

/// 0, 0.5, 1.000: one digit and up to three decimals.
int thousandths(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
    if (text.size() > 1 && text[1] != '.') return 0;
    int value = text[0] == '1' ? kFull : 0;
    int unit = kFull / 10;
    for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (digit < '0' || digit > '9') return 0;
        value += (digit - '0') * unit;
        unit /= 10;
    }
    return std::min(value, kFull);
}

/// `parameters`: what follows the first semicolon.
int weight_in(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view parameter = parameters.substr(0, parameters.find(';'));
        parameters.remove_prefix(std::min(parameters.size(), parameter.size() + 1));
        if (istarts_with(trimmed(parameter), "q=")) return thousandths(trimmed(parameter).substr(2));
    }
    return kFull;
}

}  // namespace

std::optional<int> coding_weight(std::string_view accept_encoding, std::string_view coding) {
    std::optional<int> others;
    while (!accept_encoding.empty()) {
        const std::string_view item = accept_encoding.substr(0, accept_encoding.find(','));
        accept_encoding.remove_prefix(std::min(accept_encoding.size(), item.size() + 1));
        const std::size_t semicolon = std::min(item.find(';'), item.size());
        const std::string_view name = trimmed(item.substr(0, semicolon));
        const int weight = weight_in(item.substr(std::min(semicolon + 1, item.size())));
        if (iequals(name, coding) || (iequals(name, "x-gzip") && coding == "gzip")) return weight;
        if (name == "*") others = weight;
    }
    return others;
}

}  // namespace ecron::http
