#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <string_view>

#include "ecron/model/json.hpp"

namespace ecron::management {

/// Parses the body as a JSON object; an empty body counts as an empty object. Errors contain the position of
/// a syntax error.
std::expected<boost::json::object, model::Problems> parse_object(std::string_view body);

}  // namespace ecron::management
