#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

/// Writes YAML 1.2 that every reader converts back to the same JSON value. (yaml-cpp's emitter writes the
/// text "true" without quotes.)
namespace ecron::client {

/// A text as a YAML scalar: plain if no reader can take it for anything else, otherwise quoted.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

/// Block style, indented by two columns per level; ends with a newline.
[[nodiscard]] std::string to_yaml(const boost::json::value& value);

}  // namespace ecron::client
