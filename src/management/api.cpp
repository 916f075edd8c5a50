#include "ecron/management/api.hpp"

#include <algorithm>
#include <chrono>

#include "ecron/base/uuid.hpp"
#include "management/audit_record.hpp"
#include "management/authorization/host_check.hpp"
#include "management/authorization/request_authorizer.hpp"
#include "management/events.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"
#include "management/http/unknown_parameters.hpp"
#include "management/openapi/document.hpp"
#include "management/router.hpp"

namespace ecron::management {
namespace {

namespace cause = model::cause;

constexpr std::string_view kRequestId = "X-Request-Id";

/// Returns the id that the client gave to its request, or a new one.
std::string request_id_of(const http::Request& request) {
    constexpr std::size_t kLongest = 128;
    const std::string_view given = request.header(kRequestId);
    const bool plain = std::ranges::all_of(given, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_' || c == '.';
    });
    return plain && !given.empty() && given.size() <= kLongest ? std::string{given} : random_uuid();
}

/// Returns the cause of protocol errors, which the HTTP server detects before routing.
std::string_view cause_of(unsigned status, std::string_view reason) {
    switch (status) {
        case 413:
        case 431:
            return cause::kTooLarge;
        case 500:
            return cause::kInternal;
        default:
            return reason;
    }
}

}  // namespace

class Api::Impl {
public:
    Impl(const Clock& clock, store::Store& store, Runs& runs, Options options)
        : context_{clock,
                   store,
                   runs,
                   std::move(options),
                   HttpMetrics{routes().size()},
                   DenialLog{clock},
                   JobChangeLog{clock},
                   nullptr,
                   false},
          authorizer_{context_},
          hosts_{context_.options.hosts, context_.options.authenticator == nullptr
                                             ? HostCheck::Callers::anonymous
                                             : HostCheck::Callers::with_token},
          router_{context_.options},
          document_{openapi_document(router_, context_.options.version)} {
        context_.openapi_document = &document_;
        context_.events = std::make_shared<Events>(clock, store);
    }

    AsyncResponse handle(const http::Request& request) {
        const SteadyInstant begin = context_.clock.steady();
        const std::optional<Router::Match> match = router_.find(request.method, request.path);
        const std::string id = request_id_of(request);
        http::Response response;
        if (const std::string_view fault = fault_of(match, request); !fault.empty())
            response = error_response(language_of(request), 403, fault);
        else if (match)
            response = co_await serve(*match, request, id);
        else
            response = without_route(request);
        response.headers.push_back({std::string{kRequestId}, id});
        const std::size_t route = match ? match->route : routes().size();
        context_.http_metrics.record_response(route, response.status, context_.clock.steady() - begin);
        co_return response;
    }

    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const http::Request& request) {
        const SteadyInstant begin = context_.clock.steady();
        const std::optional<Router::Match> match = router_.find(request.method, request.path);
        std::expected<http::BodyPermit, http::Response> permit;
        if (const std::string_view fault = fault_of(match, request); !fault.empty())
            permit = std::unexpected(error_response(language_of(request), 403, fault));
        else if (!match && context_.options.authenticator == nullptr)
            co_return http::BodyPermit{};
        else if (match)
            permit = co_await authorizer_.permit_body(routes()[match->route], request);
        else
            permit = std::unexpected(without_route(request));
        const std::size_t route = match ? match->route : routes().size();
        if (!permit)
            context_.http_metrics.record_response(route, permit.error().status,
                                                  context_.clock.steady() - begin);
        co_return permit;
    }

    http::Response server_error(unsigned status, std::string_view reason) {
        context_.http_metrics.record_error(status);
        return error_response(context_.options.language, status, cause_of(status, reason));
    }

    void drain() { context_.draining = true; }

private:
    /// Returns the cause for refusing a request before authentication; empty if there is none. Routes without
    /// authentication return no tenant data, and health probes send arbitrary host names.
    std::string_view fault_of(const std::optional<Router::Match>& match, const http::Request& request) const {
        if (hosts_.is_foreign(request)) return cause::kForeignOrigin;
        const bool needs_no_token = match && routes()[match->route].access == Access::anonymous;
        return !needs_no_token && hosts_.names_other_host(request) ? cause::kForeignHost : std::string_view{};
    }

    AsyncResponse serve(Router::Match match, const http::Request& request, std::string id) {
        const Route& route = routes()[match.route];
        auto caller = co_await authorizer_.authorize(route, request);
        if (!caller) co_return std::move(caller.error());
        caller->action = route.name;
        caller->request_id = std::move(id);
        http::Response response = co_await respond(match, request, *caller);
        if (caller->quota) add_quota(response, caller->quota_name, *caller->quota);
        co_return response;
    }

    AsyncResponse respond(Router::Match match, const http::Request& request, Caller& caller) {
        const model::Language language = language_of(request);
        const Route& route = routes()[match.route];
        const bool changes = route.access == Access::write || route.access == Access::execute ||
                             route.access == Access::report;
        if (changes && !context_.runs.takes_writes())
            co_return error_response(language, Error{Errc::unavailable, "the jobs are not loaded yet"});
        std::optional<std::string> variable = http::percent_decode(match.variable);
        if (!variable || !is_text(*variable))
            co_return error_response(language, Error{Errc::invalid, {}, {"path"}});
        auto unknown = check_parameters(route, request);
        if (!unknown) co_return std::move(unknown.error());
        http::Response response = co_await route.handler(ApiRequest{context_, request, *variable, caller});
        if (response.status < 400) warn_of(*unknown, language, response);
        if (context_.options.authenticator != nullptr) response.account = caller.identity.tenant.value();
        const bool has_changes = response.status < 300 && !caller.changed_nothing && is_audited(route);
        if (context_.options.audits && has_changes && !caller.audit_is_stored) {
            auto entries = audit_entries(request, caller, *variable);
            const auto kept = co_await context_.store.audit->append(std::move(entries));
            if (!kept)
                log::error("failed to write audit record: action={} request_id={} error=\"{}\"", route.name,
                           caller.request_id, kept.error().what);
        }
        co_return response;
    }

    [[nodiscard]] model::Language language_of(const http::Request& request) const {
        return management::language_of(request.header("Accept-Language"), context_.options.language);
    }

    /// Returns the parameters without effect; the response if the request refuses to have them ignored.
    [[nodiscard]] std::expected<UnknownParameters, http::Response> check_parameters(
        const Route& route, const http::Request& request) const {
        if (request.query.empty() || !is_for_tenant(route)) return UnknownParameters{};
        auto unknown = unknown_parameters(request.query, route);
        if (!unknown) return std::unexpected(error_response(language_of(request), unknown.error()));
        if (!unknown->strict) return std::move(*unknown);
        if (const model::Problems problems = problems_of(*unknown, route); !problems.empty())
            return std::unexpected(error_response(language_of(request), problems));
        return std::move(*unknown);
    }

    /// Returns a redirect to the path without its trailing slash, 405, or 404.
    http::Response without_route(const http::Request& request) {
        const std::string_view path = request.path;
        if (path.size() > 1 && path.ends_with('/')) {
            const std::string_view shorter = path.substr(0, path.size() - 1);
            if (router_.find(request.method, shorter)) return redirect(request, shorter);
        }
        const std::string allowed = router_.allowed(path);
        if (allowed.empty()) return error_response(language_of(request), 404, cause::kNoPath);
        http::Response response = error_response(language_of(request), 405, cause::kMethod);
        response.headers.push_back({"Allow", allowed});
        return response;
    }

    static http::Response redirect(const http::Request& request, std::string_view path) {
        const bool reads = request.method == http::Method::get || request.method == http::Method::head;
        std::string location{path};
        if (!request.query.empty()) location += '?' + request.query;
        http::Response response = empty_response();
        response.status = reads ? 301 : 307;
        response.headers.push_back({"Location", std::move(location)});
        return response;
    }

    ApiContext context_;
    RequestAuthorizer authorizer_;
    HostCheck hosts_;
    Router router_;
    std::string document_;
};

Api::Api(const Clock& clock, store::Store& store, Runs& runs, Options options)
    : impl_{std::make_unique<Impl>(clock, store, runs, std::move(options))} {}
Api::~Api() = default;

boost::asio::awaitable<http::Response> Api::handle(const http::Request& request) {
    return impl_->handle(request);
}
boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> Api::permit_body(
    const http::Request& request) {
    return impl_->permit_body(request);
}
http::Response Api::error(unsigned status, std::string_view reason) const {
    return impl_->server_error(status, reason);
}
void Api::drain() { impl_->drain(); }

}  // namespace ecron::management
