#pragma once
#include <string>

#include "ecron/management/api.hpp"

namespace ecron::management {

/// Returns the OpenAPI document that an API with these options serves as GET /openapi.json.
std::string openapi_document(const Options& options);

}  // namespace ecron::management
