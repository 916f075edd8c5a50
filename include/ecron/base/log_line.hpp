#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// Splits a log event into its phrase and its fields, so that every format shows the same ones. Pure.
namespace ecron::log {

struct LineField {
    enum class Kind : std::uint8_t { text, quoted_text, literal };  // literal: a JSON number or boolean
    std::string_view name;                                          // of the template
    std::string value;
    Kind kind{Kind::text};
};

struct Line {
    std::string phrase;  // without the colon that separates it from the fields
    bool has_colon{false};
    std::vector<LineField> fields;
};

/// `text` is a format string such as "failed to open file: file={} error=\"{}\"", with automatic numbering
/// and without nested fields: a field begins with a space and a name in lower case, and its value contains a
/// replacement or extends to the next field. Its arguments cannot add or end a field.
[[nodiscard]] Line split_line(std::string_view text, fmt::format_args arguments);

/// Returns the line as text, without control characters; values that contain spaces or quotes are quoted.
[[nodiscard]] std::string to_text(const Line& line);
/// Returns the value of the member `message` and the members that follow it.
[[nodiscard]] std::string to_json_members(const Line& line);

}  // namespace ecron::log
