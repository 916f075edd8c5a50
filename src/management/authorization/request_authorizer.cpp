#include "management/authorization/request_authorizer.hpp"

#include "management/authorization/permissions.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr std::string_view kAllTenants = "*";
/// Maximum body of a request that needs no token; no route reads such a body.
constexpr std::size_t kUnauthenticatedBodyLimit = 1'024;

/// Results of the checks made when the header had arrived.
class AuthorizedRequest final : public http::Admission {
public:
    explicit AuthorizedRequest(Caller authorized) : caller(std::move(authorized)) {}
    Caller caller;
};

bool is_anonymous(const Route& route, const Options& options) {
    return route.access == Access::anonymous || (route.access == Access::scrape && options.metrics_public);
}

}  // namespace

RequestAuthorizer::RequestAuthorizer(ApiContext& api)
    : api_(api),
      options_(api.options),
      requests_(options_.limits.requests_per_second),
      reports_(options_.limits.requests_per_second) {}

boost::asio::awaitable<std::expected<Caller, http::Response>> RequestAuthorizer::authorize(
    const Route& route, const http::Request& request) {
    api_.denials.log_suppressed();
    if (const auto* const authorized = dynamic_cast<const AuthorizedRequest*>(request.admission.get()))
        co_return authorized->caller;
    std::optional<Result<auth::Identity>> identity = cached_identity(route, request);
    if (!identity) identity = co_await authenticate(request);
    if (!*identity) co_return std::unexpected(unauthenticated(identity->error(), request));
    co_return authorize_identity(route, request, std::move(**identity));
}

std::optional<Result<auth::Identity>> RequestAuthorizer::cached_identity(const Route& route,
                                                                         const http::Request& request) {
    if (options_.authenticator == nullptr || is_anonymous(route, options_))
        return auth::Identity{options_.tenant, {}, auth::Permissions::all()};
    const Result<std::string_view> token = auth::token_of(request.header("Authorization"));
    if (!token) return std::unexpected(token.error());
    std::optional<auth::Identity> identity = options_.authenticator->known(*token);
    if (!identity) return std::nullopt;
    return std::move(*identity);
}

boost::asio::awaitable<Result<auth::Identity>> RequestAuthorizer::authenticate(const http::Request& request) {
    const Result<std::string_view> token = auth::token_of(request.header("Authorization"));
    if (!token) co_return std::unexpected(token.error());
    Result<auth::Identity> identity =
        co_await options_.authenticator->identify(std::string{*token}, request.peer);
    co_return identity;
}

http::Response RequestAuthorizer::unauthenticated(const Error& error, const http::Request& request) const {
    http::Response response = error_response(language_of(request), error);
    if (response.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
}

model::Language RequestAuthorizer::language_of(const http::Request& request) const {
    return management::language_of(request.header("Accept-Language"), options_.language);
}

std::optional<http::Response> RequestAuthorizer::check_permission(const Route& route,
                                                                  const http::Request& request,
                                                                  const auth::Identity& identity) {
    // No job can belong to such a tenant.
    if (!can_be_id(identity.tenant.value()) || !is_text(identity.tenant.value()))
        return unauthenticated({Errc::unauthenticated, {}, {"Authorization"}}, request);
    const std::optional<auth::Permission> permission = permission_of(route.access);
    if (permission && !identity.may.has(*permission))
        return forbidden_response(api_, identity, *permission, language_of(request));
    return std::nullopt;
}

boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> RequestAuthorizer::permit_body(
    const Route& route, const http::Request& request) {
    if (options_.authenticator == nullptr) co_return http::BodyPermit{};
    if (is_anonymous(route, options_))
        co_return http::BodyPermit{.limit = kUnauthenticatedBodyLimit, .counted = false};
    auto caller = co_await authorize(route, request);
    if (!caller) co_return std::unexpected(std::move(caller.error()));
    http::BodyPermit permit{.account = caller->identity.tenant.value()};
    permit.admission = std::make_shared<AuthorizedRequest>(std::move(*caller));
    co_return permit;
}

/// Reports have their own rate, so that other requests of the same tenant do not cause their loss
/// (docs/security.md).
void RequestAuthorizer::take_rate(const Route& route, Caller& caller) {
    const auth::Identity& identity = caller.identity;
    const bool reports = route.access == Access::report && identity.may.has(auth::Permission::report);
    auth::RateLimit& rate = reports ? reports_ : requests_;
    const SteadyInstant now = api_.clock.steady();
    caller.over_rate = rate.take(identity.tenant, now);
    caller.quota = rate.quota(identity.tenant, now);
    caller.quota_name = reports ? "reports" : "requests";
}

std::expected<Caller, http::Response> RequestAuthorizer::authorize_identity(const Route& route,
                                                                            const http::Request& request,
                                                                            auth::Identity identity) {
    Caller caller{.identity = std::move(identity)};
    caller.tenant = caller.identity.tenant;
    // Without authentication every caller is an administrator of all tenants.
    if (options_.authenticator != nullptr) caller.visible_tenant = caller.tenant;
    if (is_anonymous(route, options_)) return caller;
    take_rate(route, caller);  // refused requests also count toward the rate
    const bool is_refused = caller.over_rate > Millis{0} && route.access != Access::report;
    auto checked = is_refused ? std::unexpected(rate_limit_response(language_of(request), caller.over_rate))
                              : check_caller(route, request, caller);
    if (checked) return caller;
    if (caller.quota) add_quota(checked.error(), caller.quota_name, *caller.quota);
    return std::unexpected(std::move(checked.error()));
}

std::expected<void, http::Response> RequestAuthorizer::check_caller(const Route& route,
                                                                    const http::Request& request,
                                                                    Caller& caller) {
    if (auto forbidden = check_permission(route, request, caller.identity))
        return std::unexpected(std::move(*forbidden));
    if (request.query.contains("tenant=")) return choose_tenant(caller, request);
    return {};
}

/// `tenant=` lets an administrator act for another tenant, or with * see all tenants.
std::expected<void, http::Response> RequestAuthorizer::choose_tenant(Caller& caller,
                                                                     const http::Request& request) {
    const auto query = Query::read(request.query);
    if (!query) return std::unexpected(error_response(language_of(request), query.error()));
    const auto named = query->first("tenant");
    if (!named) return {};
    const bool is_own = *named == caller.tenant.value() && *named != kAllTenants;
    if (!is_own && !caller.identity.may.has(auth::Permission::admin))
        return std::unexpected(
            forbidden_response(api_, caller.identity, auth::Permission::admin, language_of(request)));
    if (*named == kAllTenants) {
        caller.visible_tenant.reset();
        return {};
    }
    if (!auth::can_be_tenant(*named))
        return std::unexpected(error_response(language_of(request), Error{Errc::invalid, {}, {"tenant"}}));
    caller.tenant = TenantId{std::string{*named}};
    caller.visible_tenant = caller.tenant;
    return {};
}

}  // namespace ecron::management
