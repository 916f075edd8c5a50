#pragma once
#include <string>
#include <string_view>

#include "management/router.hpp"

namespace ecron::management {

/// The OpenAPI 3.1 document of the table of routes, with the paths as they are configured.
std::string openapi_document(const Router& router, std::string_view version);

/// `components.schemas`, a JSON object.
std::string schemas();

}  // namespace ecron::management
