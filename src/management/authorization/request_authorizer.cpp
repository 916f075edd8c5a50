#include "management/authorization/request_authorizer.hpp"

#include "management/authorization/permissions.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr std::string_view kEverybody = "*";
/// Maximum body of a request that needs no token; no route reads such a body.
constexpr std::size_t kStrangersBody = 1'024;

/// Results of the checks made when the header had arrived.
class Admitted final : public http::Admission {
public:
    explicit Admitted(Caller admitted) : caller(std::move(admitted)) {}
    Caller caller;
};

bool is_open(const Route& route, const Options& options) {
    return route.needs == Needs::nothing || (route.needs == Needs::scrape && options.metrics_public);
}

}  // namespace

Door::Door(Context& api)
    : api_(api),
      options_(api.options),
      requests_(options_.limits.requests_per_second),
      reports_(options_.limits.requests_per_second) {}

boost::asio::awaitable<std::expected<Caller, http::Response>> Door::enter(const Route& route,
                                                                          const http::Request& request) {
    api_.denials.log_suppressed();
    if (const auto* const admitted = dynamic_cast<const Admitted*>(request.admission.get()))
        co_return admitted->caller;
    std::optional<Result<auth::Identity>> identity = known(route, request);
    if (!identity) identity = co_await identify(request);
    if (!*identity) co_return std::unexpected(refusal(identity->error()));
    co_return admit(route, request, std::move(**identity));
}

std::optional<Result<auth::Identity>> Door::known(const Route& route, const http::Request& request) {
    if (options_.authenticator == nullptr || is_open(route, options_))
        return auth::Identity{options_.tenant, {}, auth::Permissions::all()};
    const Result<std::string_view> token = auth::token_of(request.header("Authorization"));
    if (!token) return std::unexpected(token.error());
    std::optional<auth::Identity> identity = options_.authenticator->known(*token);
    if (!identity) return std::nullopt;
    return std::move(*identity);
}

boost::asio::awaitable<Result<auth::Identity>> Door::identify(const http::Request& request) {
    const Result<std::string_view> token = auth::token_of(request.header("Authorization"));
    if (!token) co_return std::unexpected(token.error());
    Result<auth::Identity> identity =
        co_await options_.authenticator->identify(std::string{*token}, request.peer);
    co_return identity;
}

http::Response Door::refusal(const Error& error) const {
    http::Response response = refuse(options_.language, error);
    if (response.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
}

std::optional<http::Response> Door::forbids(const Route& route, const auth::Identity& identity) {
    // No job can belong to such a tenant.
    if (!can_be_id(identity.tenant.value()) || !is_text(identity.tenant.value()))
        return refusal({Errc::unauthenticated, {}, {"Authorization"}});
    const auth::Permission permission = permission_of(route.needs);
    if (!identity.may.has(permission)) return forbid(api_, identity, permission);
    return std::nullopt;
}

boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> Door::permit_body(
    const Route& route, const http::Request& request) {
    if (options_.authenticator == nullptr) co_return http::BodyPermit{};
    if (is_open(route, options_)) co_return http::BodyPermit{.limit = kStrangersBody, .counted = false};
    auto caller = co_await enter(route, request);
    if (!caller) co_return std::unexpected(std::move(caller.error()));
    http::BodyPermit permit{.account = caller->identity.tenant.value()};
    permit.admission = std::make_shared<Admitted>(std::move(*caller));
    co_return permit;
}

/// Reports have their own rate, so that other requests of the same tenant do not cause their loss
/// (docs/security.md).
Millis Door::take_rate(const Route& route, const auth::Identity& identity) {
    const bool reports = route.needs == Needs::report && identity.may.has(auth::Permission::report);
    auth::RateLimit& rate = reports ? reports_ : requests_;
    return rate.take(identity.tenant, api_.clock.steady());
}

std::expected<Caller, http::Response> Door::admit(const Route& route, const http::Request& request,
                                                  auth::Identity identity) {
    Caller caller{.identity = std::move(identity)};
    caller.tenant = caller.identity.tenant;
    // Without authentication every caller is an administrator of all tenants.
    if (options_.authenticator != nullptr) caller.whose = caller.tenant;
    if (is_open(route, options_)) return caller;
    caller.over_rate = take_rate(route, caller.identity);  // refused requests also count toward the rate
    const bool is_refused = caller.over_rate > Millis{0} && route.needs != Needs::report;
    if (is_refused) return std::unexpected(refuse_too_many(options_.language, caller.over_rate));
    if (auto forbidden = forbids(route, caller.identity)) return std::unexpected(std::move(*forbidden));
    if (request.query.contains("tenant="))
        if (auto chosen = choose_tenant(caller, request); !chosen)
            return std::unexpected(std::move(chosen.error()));
    return caller;
}

/// `tenant=` lets an administrator act for another tenant, or with * see all tenants.
std::expected<void, http::Response> Door::choose_tenant(Caller& caller, const http::Request& request) {
    const auto query = Query::read(request.query);
    if (!query) return std::unexpected(refuse(options_.language, query.error()));
    const auto named = query->first("tenant");
    if (!named) return {};
    const bool is_own = *named == caller.tenant.value() && *named != kEverybody;
    if (!is_own && !caller.identity.may.has(auth::Permission::admin))
        return std::unexpected(forbid(api_, caller.identity, auth::Permission::admin));
    if (*named == kEverybody) {
        caller.whose.reset();
        return {};
    }
    if (!auth::can_be_tenant(*named))
        return std::unexpected(refuse(options_.language, Error{Errc::invalid, {}, {"tenant"}}));
    caller.tenant = TenantId{std::string{*named}};
    caller.whose = caller.tenant;
    return {};
}

}  // namespace ecron::management
