#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>

#include "ecron/base/id.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/api.hpp"
#include "management/http_metrics.hpp"

namespace ecron::management {

/// What every handler works with; lives as long as the Api.
struct Context {
    const Clock& clock;
    store::Store& store;
    Runs& runs;
    Options options;
    HttpMetrics http;
    const std::string* document{nullptr};  // of GET /openapi.json
    bool draining{false};
};

/// One request on its way through a handler.
struct Call {
    Context& api;
    const http::Request& request;
    std::string variable;  // what stands in the path for the route's variable, decoded
    TenantId tenant;       // who is calling
};

using Answer = boost::asio::awaitable<http::Response>;
using Handler = Answer (*)(Call);

}  // namespace ecron::management
