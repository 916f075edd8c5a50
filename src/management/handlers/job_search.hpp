#pragma once
#include "management/api_request.hpp"
#include "management/http/query.hpp"

namespace ecron::management {

/// Returns true if GET /job has a parameter that only a search has.
[[nodiscard]] bool is_search(const Query& query);
AsyncResponse search_jobs(ApiRequest request, Query query);

}  // namespace ecron::management
