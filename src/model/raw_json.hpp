#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Slices of JSON text that a parser has accepted: what ecron only passes on keeps its order and every digit.
namespace ecron::model {

/// From an opening quote at `at` to behind the closing one, or to the end of the text.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at);

/// The text of the last member of that name in `object`, itself the text of one JSON object.
std::optional<std::string_view> member_text(std::string_view object, std::string_view name);

/// The members of `object` whose names are not among `known`, compact and without braces; they may be spliced
/// into another object.
std::string other_members(std::string_view object, std::span<const std::string_view> known);

/// The same object, compact, with this value for the member of that name, which is appended where it is not.
std::string with_member(std::string_view object, std::string_view name, std::string_view value);

/// The texts of the elements of `array`, itself the text of one JSON array.
std::vector<std::string_view> element_texts(std::string_view array);

/// The same JSON without the white space between its tokens.
std::string compact(std::string_view json);

}  // namespace ecron::model
