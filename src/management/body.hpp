#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <string_view>

#include "ecron/model/json.hpp"

namespace ecron::management {

/// The body as a JSON object; nothing at all reads as an empty one. Errors name the position of what does not
/// parse.
std::expected<boost::json::object, model::Problems> read_object(std::string_view body);

}  // namespace ecron::management
