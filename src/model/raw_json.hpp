#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Slices of JSON text that a parser has accepted, so that opaque values keep their order and digits.
namespace ecron::model {

/// Returns the position after the closing quote of the string that opens at `at`, or the end of the text.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at);

/// Returns the text of the last member of that name in `object`, the text of a JSON object; nullopt if there
/// is none.
std::optional<std::string_view> member_text(std::string_view object, std::string_view name);

/// Returns the members of `object` that are not in `known`, compact and without braces, to be inserted into
/// another object.
std::string other_members(std::string_view object, std::span<const std::string_view> known);

/// Returns the object, compact, with this value for the member of that name; appends the member if it is
/// absent.
std::string with_member(std::string_view object, std::string_view name, std::string_view value);

/// Returns the texts of the elements of `array`, the text of a JSON array.
std::vector<std::string_view> element_texts(std::string_view array);

/// Removes the white space between JSON tokens.
std::string compact(std::string_view json);

}  // namespace ecron::model
