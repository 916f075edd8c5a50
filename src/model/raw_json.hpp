#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Slices of JSON text that a parser has accepted: what ecron only passes on keeps its order and every digit.
namespace ecron::model {

/// The text of the last member of that name in `object`, itself the text of one JSON object.
std::optional<std::string_view> member_text(std::string_view object, std::string_view name);

/// The texts of the elements of `array`, itself the text of one JSON array.
std::vector<std::string_view> element_texts(std::string_view array);

/// The same JSON without the white space between its tokens.
std::string compact(std::string_view json);

}  // namespace ecron::model
