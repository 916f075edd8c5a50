#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/api.hpp"
#include "management/denials.hpp"
#include "management/difference.hpp"
#include "management/http_metrics.hpp"

namespace ecron::management {

/// What every handler works with; lives as long as the Api.
struct Context {
    const Clock& clock;
    store::Store& store;
    Runs& runs;
    Options options;
    HttpMetrics http;
    Denials denials;
    const std::string* document{nullptr};  // of GET /openapi.json
    bool draining{false};
};

/// Who sent a request, for whom, and what he did.
struct Caller {
    auth::Identity identity{};
    TenantId tenant{};                // for whom something is made: his own, or the one that an admin names
    std::optional<TenantId> whose{};  // visible tenant; nullopt: all tenants
    Millis over_rate{};               // of a report beyond limit_rate: when the next one is due

    struct Deed {
        std::string object;  // id of what was changed
        Difference difference;
        TenantId tenant;  // whose it is
    };
    std::vector<Deed> deeds{};  // noted by handlers, for the audit log
};

/// One request on its way through a handler.
struct Call {
    Context& api;
    const http::Request& request;
    std::string variable;  // what stands in the path for the route's variable, decoded
    Caller& caller;

    void note(std::string object, Difference difference, const TenantId& tenant) const {
        if (api.options.audits) caller.deeds.push_back({std::move(object), std::move(difference), tenant});
    }
    [[nodiscard]] bool audits() const { return api.options.audits; }
};

using Answer = boost::asio::awaitable<http::Response>;
using Handler = Answer (*)(Call);

}  // namespace ecron::management
