#include "client/text/yaml_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cctype>

#include "ecron/base/json_writer.hpp"

namespace ecron::client {
namespace {

namespace json = boost::json;

/// Words that a reader of YAML 1.1 or 1.2 converts to null or a boolean.
bool is_reserved(std::string_view text) {
    constexpr std::array kWords{"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"};
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::ranges::find(kWords, lower) != kWords.end();
}

/// Plain text begins with a letter or a slash, which no number, date and indicator does, and contains nothing
/// that ends a plain scalar.
bool is_plain(std::string_view text) {
    if (text.empty() || text.size() > 200 || is_reserved(text)) return false;
    const auto first = static_cast<unsigned char>(text.front());
    if (std::isalpha(first) == 0 && first != '/') return false;
    if (text.back() == ' ' || text.back() == ':') return false;
    if (text.contains(": ") || text.contains(" #")) return false;
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

void append(std::string& out, const json::value& value, std::size_t indent);

bool is_scalar(const json::value& value) {
    return !(value.is_object() && !value.get_object().empty()) &&
           !(value.is_array() && !value.get_array().empty());
}

std::string scalar(const json::value& value) {
    return value.is_string() ? yaml_scalar(value.get_string()) : json::serialize(value);
}

/// A text of several lines as a literal block, if its lines can stand in one.
bool is_block(const json::value& value) {
    if (!value.is_string()) return false;
    const std::string_view text = value.get_string();
    return text.size() > 1 && text.ends_with('\n') && !text.ends_with("\n\n") &&
           text.find('\n') + 1 < text.size() && text.front() != ' ' && text.front() != '\n' &&
           text.front() != '\t' &&
           std::ranges::all_of(text, [](unsigned char c) { return c == '\n' || (c >= 0x20 && c != 0x7f); });
}

void append_block(std::string& out, std::string_view text, std::size_t indent) {
    out += " |\n";
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() + 1);
        out += line.empty() ? "\n" : fmt::format("{}{}\n", std::string(indent, ' '), line);
    }
}

void append_member(std::string& out, const json::value& value, std::size_t indent) {
    if (is_block(value)) return append_block(out, value.get_string(), indent + 2);
    if (is_scalar(value)) {
        out += fmt::format(" {}\n", scalar(value));
        return;
    }
    out += '\n';
    append(out, value, indent + 2);
}

void append(std::string& out, const json::value& value, std::size_t indent) {
    const std::string space(indent, ' ');
    if (is_scalar(value)) {
        out += fmt::format("{}{}\n", space, scalar(value));
    } else if (value.is_object()) {
        for (const auto& [name, inner] : value.get_object()) {
            out += fmt::format("{}{}:", space, yaml_scalar(name));
            append_member(out, inner, indent);
        }
    } else {
        for (const json::value& inner : value.get_array()) {
            std::string item;
            append(item, inner, indent + 2);
            item[indent] = '-';  // replaces a space of the indentation
            out += item;
        }
    }
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
    return is_plain(text) ? std::string{text} : json_string(text);
}

std::string to_yaml(const json::value& value) {
    std::string out;
    append(out, value, 0);
    return out;
}

}  // namespace ecron::client
