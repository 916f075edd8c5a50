#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

/// Tolerant reading of responses: a member that is absent or of another type reads as empty.
namespace ecron::client {

namespace json = boost::json;

/// The member of that name, or null.
[[nodiscard]] const json::value& member(const json::object& object, std::string_view name);
[[nodiscard]] std::string text_at(const json::object& object, std::string_view name);
[[nodiscard]] bool flag_at(const json::object& object, std::string_view name);
[[nodiscard]] const json::object& object_at(const json::object& object, std::string_view name);
[[nodiscard]] const json::array& array_at(const json::object& object, std::string_view name);
/// A number as text: "3"; empty if it is not a number.
[[nodiscard]] std::string number_at(const json::object& object, std::string_view name);

}  // namespace ecron::client
