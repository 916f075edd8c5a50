#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/api.hpp"
#include "management/authorization/denial_log.hpp"
#include "management/difference.hpp"
#include "management/http_metrics.hpp"

namespace ecron::management {

/// Shared state of all handlers; lives as long as the Api.
struct Context {
    const Clock& clock;
    store::Store& store;
    Runs& runs;
    Options options;
    HttpMetrics http;
    Denials denials;
    const std::string* document{nullptr};  // the response to GET /openapi.json
    bool draining{false};
};

/// The caller of a request: identity, tenant, visibility scope, and the changes that it made.
struct Caller {
    auth::Identity identity{};
    /// Owner of created objects: the caller's tenant, or the one that an administrator names.
    TenantId tenant{};
    std::optional<TenantId> whose{};  // visible tenant; nullopt: all tenants
    Millis over_rate{};  // for a report beyond limit_rate: the time until the next one is permitted

    struct Deed {
        std::string object;  // id of the changed object
        Difference difference;
        TenantId tenant;  // owner of the object
    };
    std::vector<Deed> deeds{};  // recorded by handlers, for the audit log
};

/// One request that is being handled.
struct Call {
    Context& api;
    const http::Request& request;
    std::string variable;  // decoded value of the route's variable
    Caller& caller;

    void note(std::string object, Difference difference, const TenantId& tenant) const {
        if (api.options.audits) caller.deeds.push_back({std::move(object), std::move(difference), tenant});
    }
    [[nodiscard]] bool audits() const { return api.options.audits; }
};

using Answer = boost::asio::awaitable<http::Response>;
using Handler = Answer (*)(Call);

}  // namespace ecron::management
