#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/auth/rate.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/api.hpp"
#include "ecron/model/translation.hpp"
#include "management/authorization/denial_log.hpp"
#include "management/difference.hpp"
#include "management/http/language.hpp"
#include "management/http/responses.hpp"
#include "management/http_metrics.hpp"
#include "management/job_change_log.hpp"
#include "management/plans.hpp"

namespace ecron::management {

class Events;

/// Shared state of all handlers; lives as long as the Api.
struct ApiContext {
    const Clock& clock;
    store::Store& store;
    Runs& runs;
    Options options;
    HttpMetrics http_metrics;
    DenialLog denials;
    JobChangeLog changes;
    const std::string* openapi_document{nullptr};  // the response to GET /openapi.json
    bool draining{false};
    Plans plans{clock, store, options.rules};  // for forecasts
    std::shared_ptr<Events> events{};
};

/// A change that a handler made.
struct AuditRecord {
    std::string object;  // id of the changed object
    Difference difference;
    TenantId tenant;  // owner of the object
};

/// The caller of a request: identity, tenant, visible tenant, and the changes that it made.
struct Caller {
    auth::Identity identity{};
    /// Owner of created objects: the caller's tenant, or the one that an administrator names.
    TenantId tenant{};
    std::string_view action{};  // name of the route
    std::string request_id{};
    std::optional<TenantId> visible_tenant{};  // nullopt: all tenants
    /// What is left of limit_rate, with the name of the limit; nullopt: no limit applies.
    std::optional<auth::RateLimit::Quota> quota{};
    std::string_view quota_name{};
    Millis over_rate{};  // for a report beyond limit_rate: the time until the next one is permitted

    std::vector<AuditRecord> audit_records{};
    bool audit_is_stored{false};  // with the change: there is nothing to append
    bool changed_nothing{
        false};  // the request was accepted and found everything as it wants it: no audit entry
};

/// One request that is being handled.
struct ApiRequest {
    ApiContext& api;
    const http::Request& http;
    std::string variable;  // decoded value of the route's variable
    Caller& caller;

    /// Language of messages.
    [[nodiscard]] model::Language language() const {
        return language_of(http.header("Accept-Language"), api.options.language);
    }

    /// Language of the reasons of executions, attempts and deliveries, which are stored in English, and of
    /// the descriptions of options: English unless the client names another. Programs read reasons; `lang` is
    /// the language of messages for people.
    [[nodiscard]] model::Language requested_language() const {
        return language_of(http.header("Accept-Language"), model::Language::en_us);
    }
    void translate_reason(std::string& reason) const {
        reason = model::translated(reason, requested_language());
    }

    /// Error responses in the client's language; `subject` as for error_response().
    [[nodiscard]] http::Response error(const Error& error, std::string_view subject = "job_id") const {
        return error_response(language(), error, subject);
    }
    [[nodiscard]] http::Response error(const model::Problems& problems) const {
        return error_response(language(), problems);
    }
    [[nodiscard]] http::Response error(unsigned status, std::string_view cause) const {
        return error_response(language(), status, cause);
    }
    [[nodiscard]] http::Response not_found(std::string_view subject) const {
        return error(Error{Errc::not_found, {}, {}}, subject);
    }

    /// Adds a record to the audit log, if it is enabled.
    void record(std::string object, Difference difference, const TenantId& tenant) const {
        if (api.options.audits)
            caller.audit_records.push_back({std::move(object), std::move(difference), tenant});
    }
    [[nodiscard]] bool audits() const { return api.options.audits; }

    /// Work on so many bytes, or on the body, for this caller.
    [[nodiscard]] Workload work_on(std::size_t bytes) const { return {caller.tenant.value(), bytes}; }
    [[nodiscard]] Workload work_on_body() const { return work_on(http.body.size()); }
};

using AsyncResponse = boost::asio::awaitable<http::Response>;
using Handler = AsyncResponse (*)(ApiRequest);

}  // namespace ecron::management
