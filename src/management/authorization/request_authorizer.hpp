#pragma once
#include <expected>
#include <optional>

#include "ecron/auth/rate.hpp"
#include "ecron/management/api.hpp"
#include "management/routes.hpp"

/// Authorizes requests: tokens, permissions, rate limits and tenants. Threads: the io_context's.
namespace ecron::management {

class RequestAuthorizer {
public:
    explicit RequestAuthorizer(ApiContext& api);

    /// Returns the caller of a request, or the error response. A request is authenticated and counted toward
    /// its tenant's rate once: the results of the checks at its header also apply when its body has arrived.
    boost::asio::awaitable<std::expected<Caller, http::Response>> authorize(const Route& route,
                                                                            const http::Request& request);
    /// Returns how large the body after this header may be, or the error response if it is not read: unknown
    /// caller, missing permission, or rate exceeded.
    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const Route& route, const http::Request& request);

private:
    /// Returns the identity of the caller if that is known without waiting; nullopt: call authenticate().
    /// Routes without authentication accept every caller.
    [[nodiscard]] std::optional<Result<auth::Identity>> cached_identity(const Route& route,
                                                                        const http::Request& request);
    boost::asio::awaitable<Result<auth::Identity>> authenticate(const http::Request& request);
    std::expected<Caller, http::Response> authorize_identity(const Route& route, const http::Request& request,
                                                             auth::Identity identity);
    /// Returns the error response for a caller that could not be authenticated.
    [[nodiscard]] http::Response unauthenticated(const Error& error, const http::Request& request) const;
    [[nodiscard]] model::Language language_of(const http::Request& request) const;
    /// Takes one request from the tenant's rate, and writes what is left of it to the caller.
    void take_rate(const Route& route, Caller& caller);
    std::expected<void, http::Response> check_caller(const Route& route, const http::Request& request,
                                                     Caller& caller);
    /// Returns the error response for an identity without permission for the route; nullopt if permitted.
    [[nodiscard]] std::optional<http::Response> check_permission(const Route& route,
                                                                 const http::Request& request,
                                                                 const auth::Identity& identity);
    std::expected<void, http::Response> choose_tenant(Caller& caller, const http::Request& request);

    ApiContext& api_;
    const Options& options_;
    auth::RateLimit requests_;
    auth::RateLimit reports_;  // a separate rate: other requests do not use it up
};

}  // namespace ecron::management
