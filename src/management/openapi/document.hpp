#pragma once
#include <string>
#include <string_view>

#include "management/router.hpp"

namespace ecron::management {

/// Returns the OpenAPI 3.1 document for the table of routes, with the configured paths.
std::string openapi_document(const Router& router, std::string_view version);

/// Returns `components.schemas` as a JSON object.
std::string schemas();

/// Returns the schemas of jobs, from the table of their members, each followed by a comma: Job, JobContext
/// and JobInput.
std::string job_schemas();

}  // namespace ecron::management
