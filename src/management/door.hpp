#pragma once
#include <expected>
#include <optional>

#include "ecron/auth/rate.hpp"
#include "ecron/management/api.hpp"
#include "management/routes.hpp"

/// Who comes in: tokens, permissions, limits, and for which tenant. Threads: the io_context's.
namespace ecron::management {

class Door {
public:
    explicit Door(Context& api);

    /// The caller of a request, or the refusal. A request is authenticated, and counted by its tenant's rate,
    /// once: what was found when its header had come holds when its body has.
    boost::asio::awaitable<std::expected<Caller, http::Response>> enter(const Route& route,
                                                                        const http::Request& request);
    /// Whose body follows this header, or why none is read: an unknown caller, one without the permission, or
    /// one that has used its rate.
    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const Route& route, const http::Request& request);

private:
    /// Who is asking, where it takes no waiting to tell; nullopt: ask identify(). Routes that need nobody in
    /// particular are for anybody.
    [[nodiscard]] std::optional<Result<auth::Identity>> known(const Route& route,
                                                              const http::Request& request);
    boost::asio::awaitable<Result<auth::Identity>> identify(const http::Request& request);
    std::expected<Caller, http::Response> admit(const Route& route, const http::Request& request,
                                                auth::Identity identity);
    /// The refusal of a request whose caller is not known.
    [[nodiscard]] http::Response refusal(const Error& error) const;
    /// How long a tenant that has used its rate has to wait; 0: one request was taken from it.
    Millis take_rate(const Route& route, const auth::Identity& identity);
    /// The refusal of an identity that may not use the route at all.
    [[nodiscard]] std::optional<http::Response> forbids(const Route& route, const auth::Identity& identity);
    std::expected<void, http::Response> choose_tenant(Caller& caller, const http::Request& request);

    Context& api_;
    const Options& options_;
    auth::RateLimit requests_;
    auth::RateLimit reports_;  // a share of their own: other requests do not use it up
};

}  // namespace ecron::management
