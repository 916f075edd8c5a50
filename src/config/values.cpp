#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <optional>
#include <ranges>

#include "ecron/base/credentials.hpp"
#include "ecron/base/ip.hpp"
#include "ecron/base/text.hpp"
#include "ecron/config/document.hpp"

namespace ecron::config {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::int64_t> integer_in(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct SizeUnit {
    std::string_view name;
    std::int64_t bytes;
};
constexpr std::array kSizeUnits{SizeUnit{"KiB", kKiB}, SizeUnit{"MiB", kMiB}, SizeUnit{"GiB", kGiB}};

std::optional<std::int64_t> size_in(std::string_view text) {
    for (const SizeUnit& unit : kSizeUnits) {
        if (!text.ends_with(unit.name)) continue;
        const auto count = integer_in(trimmed(text.substr(0, text.size() - unit.name.size())));
        if (!count || *count < 0 || *count > INT64_MAX / unit.bytes) return std::nullopt;
        return *count * unit.bytes;
    }
    return integer_in(text);
}

std::optional<std::int64_t> magnitude(const Option& option, std::string_view text) {
    if (option.kind == Kind::size) return size_in(text);
    if (option.kind != Kind::duration) return integer_in(text);
    const Result<Millis> duration = parse_duration(text);
    return duration ? std::optional{duration->count()} : std::nullopt;
}

std::optional<bool> boolean_in(std::string_view text) {
    const std::string word = lower_case(std::string{text});
    if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
    if (word == "false" || word == "no" || word == "off" || word == "0") return false;
    return std::nullopt;
}

Limits limits_of(const Option& option) {
    return option.kind == Kind::port ? Limits{option.limits.min, 65'535} : option.limits;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::unexpected<Error> refused(const Option& option, std::string_view text) {
    constexpr std::size_t kShown = 80;
    const std::string shown =
        option.secret == Secret::yes ? "the value" : fmt::format("{:?}", shown_text(text).substr(0, kShown));
    return fail(Errc::invalid, fmt::format("{} is not {}", shown, expected_value(option)));
}

bool is_choice(const Option& option, std::string_view text) {
    const std::vector<std::string_view> words = choices_of(option);
    return std::ranges::find(words, text) != words.end();
}

Result<std::string> check_magnitude(const Option& option, std::string_view text) {
    const std::optional<std::int64_t> value = magnitude(option, text);
    const Limits limits = limits_of(option);
    if (!value || *value > limits.max) return refused(option, text);
    if (*value >= limits.min) return std::string{text};
    if (limits.below == Below::refuse || *value < 0) return refused(option, text);
    return option.kind == Kind::duration ? format_duration(Millis{limits.min})
                                         : fmt::format("{}", limits.min);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

/// Underscores are permitted, because names of services contain them.
bool is_label(std::string_view text) {
    constexpr std::size_t kLongest = 63;
    return !text.empty() && text.size() <= kLongest && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

/// The last of several labels begins with a letter (RFC 1123 §2.1): a text such as 127.0.0.1x is a mistyped
/// IP address. A single label can begin with a digit, as the host names of containers do, but not be a
/// number.
bool is_host_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    const std::size_t dot = text.rfind('.');
    const bool is_single = dot == text.npos;
    const std::string_view last = is_single ? text : text.substr(dot + 1);
    const bool is_numeric =
        is_single ? std::ranges::all_of(last, is_digit) : !last.empty() && is_digit(last[0]);
    if (is_numeric) return false;
    for (const auto label : std::views::split(text, '.'))
        if (!is_label(std::string_view{label})) return false;
    return true;
}

/// An address with a port is the usual mistake: "localhost:8080" for cron_addr, whose port is cron_port.
std::unexpected<Error> refused_address(const Option& option, std::string_view text) {
    std::unexpected<Error> refusal = refused(option, text);
    constexpr std::string_view kEnd = "_addr";
    const std::size_t colon = text.rfind(':');
    const bool has_port = (std::ranges::count(text, ':') == 1 || text.starts_with('[')) &&
                          colon + 1 < text.size() && std::ranges::all_of(text.substr(colon + 1), is_digit);
    if (!has_port || !option.name.ends_with(kEnd)) return refusal;
    const std::string_view stem = option.name.substr(0, option.name.size() - kEnd.size());
    refusal.error().what += fmt::format("; the port is set with {}_port", stem);
    return refusal;
}

Result<std::string> check_address(const Option& option, std::string_view text) {
    const bool in_brackets = text.starts_with('[') && text.ends_with(']');
    const std::string_view host = in_brackets ? text.substr(1, text.size() - 2) : text;
    if (!is_host(host)) return refused_address(option, text);
    return std::string{host};
}

}  // namespace

bool is_host(std::string_view text) {
    const std::string literal{text.substr(0, text.find('%'))};
    return IpAddress::parse(literal).has_value() || is_host_name(text);
}

Result<std::string> check_value(const Option& option, std::string_view text) {
    if (has_control(text)) return refused(option, text);
    if (option.secret == Secret::yes) return std::string{text};
    text = trimmed(text);
    switch (option.kind) {
        case Kind::port:
        case Kind::integer:
        case Kind::size:
        case Kind::duration:
            return check_magnitude(option, text);
        case Kind::boolean:
            if (!boolean_in(text)) return refused(option, text);
            break;
        case Kind::choice:
            if (!is_choice(option, text)) return refused(option, text);
            break;
        case Kind::address:
            return check_address(option, text);
        case Kind::text:
        case Kind::path:
        case Kind::list:
            break;
    }
    return std::string{text};
}

std::int64_t number_of(const Option& option, std::string_view text) {
    const std::optional<std::int64_t> value = magnitude(option, text);
    assert(value);
    return *value;
}

Millis duration_of(std::string_view text) { return parse_duration(text).value(); }

bool boolean_of(std::string_view text) { return boolean_in(text).value(); }

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view item = trimmed(text.substr(0, comma));
        if (!item.empty()) items.emplace_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

std::vector<SecretText> secrets_of(std::string_view text) {
    std::vector<SecretText> secrets;
    for (std::string& item : list_of(text)) secrets.emplace_back(std::move(item));
    return secrets;
}

std::vector<Network> networks_of(std::string_view text) {
    std::vector<Network> networks;
    for (const std::string& item : list_of(text))
        if (const Result<Network> network = parse_network(item)) networks.push_back(*network);
    return networks;
}

std::vector<std::string_view> choices_of(const Option& option) {
    std::vector<std::string_view> words;
    for (std::string_view rest = option.choices; !rest.empty();) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        words.push_back(rest.substr(0, bar));
        rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    return words;
}

std::size_t index_of_choice(const Option& option, std::string_view text) {
    const std::vector<std::string_view> words = choices_of(option);
    return static_cast<std::size_t>(std::ranges::find(words, text) - words.begin());
}

}  // namespace ecron::config
