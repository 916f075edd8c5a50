#pragma once
#include <string>
#include <string_view>

#include "management/router.hpp"

namespace ecron::management {

/// Returns the OpenAPI 3.1 document for the table of routes, with the configured paths.
std::string openapi_document(const Router& router, std::string_view version);

/// Returns `components.schemas` as a JSON object.
std::string schemas();

}  // namespace ecron::management
