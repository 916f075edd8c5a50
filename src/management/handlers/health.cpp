#include "management/handlers/handlers.hpp"

/// GET /health/alive, /health/ready and /openapi.json.
namespace ecron::management {
namespace {

http::Response ok() { return json_response(200, R"("OK")"); }

}  // namespace

AsyncResponse alive(ApiRequest) { co_return ok(); }

AsyncResponse ready(ApiRequest request) {
    if (request.api.runs.loaded() && !request.api.draining) co_return ok();
    co_return request.error(503, model::cause::kUnavailable);
}

AsyncResponse openapi(ApiRequest request) { co_return json_response(200, *request.api.openapi_document); }

}  // namespace ecron::management
