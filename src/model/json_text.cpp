#include "ecron/model/json_text.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/large_work.hpp"
#include "model/raw_json.hpp"

namespace ecron::model {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthLimit = 64;
constexpr std::size_t kPlainDigits = 64;
/// No text of a client starts with this mark intentionally. The rest is written as a number only if it is
/// one.
constexpr std::string_view kMark{"\0number ", 8};
constexpr std::string_view kMarkInJson = R"("\u0000number )";
constexpr std::string_view kNumberCharacters = "+-.0123456789Ee";

std::size_t count_digits(std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// The parts of a number in the grammar of RFC 8259 §6.
struct NumberParts {
    bool negative{false};
    std::string_view whole, fraction, exponent;  // digits; the exponent with its sign
};

std::optional<NumberParts> parts_of(std::string_view text) {
    NumberParts parts;
    const auto take_digits = [&text] {
        const std::string_view digits = text.substr(0, count_digits(text));
        text.remove_prefix(digits.size());
        return digits;
    };
    if (text.starts_with('-')) parts.negative = true, text.remove_prefix(1);
    parts.whole = take_digits();
    if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return std::nullopt;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        parts.fraction = take_digits();
        if (parts.fraction.empty()) return std::nullopt;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        parts.exponent = text.substr(1);
        text.remove_prefix(text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1);
        if (take_digits().empty()) return std::nullopt;
    }
    return text.empty() ? std::optional{parts} : std::nullopt;
}

/// Returns true if Boost.JSON preserves the number.
bool is_integer_of_64_bits(std::string_view token) {
    if (token == "-0") return false;
    const char* const end = token.data() + token.size();
    std::int64_t with_sign{};
    std::uint64_t without_sign{};
    const auto whole = [end](const std::from_chars_result& read) {
        return read.ec == std::errc{} && read.ptr == end;
    };
    return whole(std::from_chars(token.data(), end, with_sign)) ||
           whole(std::from_chars(token.data(), end, without_sign));
}

/// A number in the position of a name is left to the parser to reject.
bool is_name_before(std::string_view text, std::size_t at) {
    const std::size_t next = text.find_first_not_of(" \t\r\n", at);
    return next != std::string_view::npos && text[next] == ':';
}

/// Returns the JSON text with marked strings in place of the numbers that Boost.JSON would change.
std::string with_kept_numbers(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 64);
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        std::size_t end = at + 1;
        if (c == '"') {
            end = skip_string(text, at);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            end = std::min(text.find_first_not_of(kNumberCharacters, at), text.size());
            const std::string_view token = text.substr(at, end - at);
            if (parts_of(token) && !is_integer_of_64_bits(token) && !is_name_before(text, end)) {
                out += kMarkInJson;
                out.append(token) += '"';
                at = end;
                continue;
            }
        } else if (c >= 'a' && c <= 'z') {  // skips true, false and null, whose e does not start an exponent
            end = std::min(text.find_first_of(" \t\r\n,:]}\"", at), text.size());
        }
        out.append(text.substr(at, end - at));
        at = end;
    }
    return out;
}

std::string_view kept_number(const json::value& value) {
    const json::string* const text = value.if_string();
    if (text == nullptr || !std::string_view{*text}.starts_with(kMark)) return {};
    const std::string_view number = std::string_view{*text}.substr(kMark.size());
    return parts_of(number) ? number : std::string_view{};
}

std::string double_text(double value) {
    if (!std::isfinite(value)) return value > 0 ? "1e999" : "-1e999";
    return plain_number(fmt::format("{}", value));
}

void append(std::string& out, const json::value& value);

void append(std::string& out, const json::object& object) {
    out += '{';
    for (const auto& [name, value] : object) {
        if (out.back() != '{') out += ',';
        append_json_string(out, name);
        out += ':';
        append(out, value);
    }
    out += '}';
}

void append(std::string& out, const json::array& array) {
    out += '[';
    for (const json::value& value : array) {
        if (&value != &array.front()) out += ',';
        append(out, value);
    }
    out += ']';
}

void append(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            break;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            break;
        case json::kind::int64:
            out += std::to_string(value.get_int64());
            break;
        case json::kind::uint64:
            out += std::to_string(value.get_uint64());
            break;
        case json::kind::double_:
            out += double_text(value.get_double());
            break;
        case json::kind::string:
            if (const std::string_view number = kept_number(value); !number.empty())
                out += plain_number(number);
            else
                append_json_string(out, value.get_string());
            break;
        case json::kind::array:
            append(out, value.get_array());
            break;
        case json::kind::object:
            append(out, value.get_object());
            break;
    }
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    report_work(text.size());
    json::parse_options options;
    options.max_depth = kDepthLimit;
    json::error_code failed;
    json::value value = json::parse(with_kept_numbers(text), failed, {}, options);
    if (failed) return fail(Errc::invalid, failed.message());
    return value;
}

bool is_kept_number(const json::value& value) { return !kept_number(value).empty(); }

std::string write_json(const json::value& value) {
    std::string out;
    append(out, value);
    return out;
}

std::string plain_number(std::string_view number) {
    const std::optional<NumberParts> parts = parts_of(number);
    if (!parts) return std::string{number};
    std::string digits{parts->whole};
    digits += parts->fraction;
    std::int64_t point = static_cast<std::int64_t>(parts->whole.size());  // digits before the decimal point
    const std::size_t first = digits.find_first_not_of('0');
    const std::string sign = parts->negative ? "-" : "";
    if (first == std::string::npos) return sign + "0";
    std::string_view exponent = parts->exponent;
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t shift = 0;
    if (!exponent.empty() &&
        std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift).ec != std::errc{})
        return std::string{number};
    digits.erase(digits.find_last_not_of('0') + 1);
    digits.erase(0, first);
    const auto limit = static_cast<std::int64_t>(kPlainDigits);
    if (shift > 2 * limit || shift < -2 * limit) return std::string{number};
    point += shift - static_cast<std::int64_t>(first);
    const auto size = static_cast<std::int64_t>(digits.size());
    if (std::max(point, size) - std::min<std::int64_t>(point, 0) > limit) return std::string{number};
    if (point <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    if (point >= size) return sign + digits + std::string(static_cast<std::size_t>(point - size), '0');
    return sign + digits.insert(static_cast<std::size_t>(point), 1, '.');
}

}  // namespace ecron::model
