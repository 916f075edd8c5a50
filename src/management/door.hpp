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
    explicit Door(const Clock& clock, const Options& options);

    /// Who is asking, where it takes no waiting to tell; nothing: ask identify(). Routes that need nobody in
    /// particular are for anybody.
    [[nodiscard]] std::optional<Result<auth::Identity>> known(const Route& route,
                                                              const http::Request& request);
    boost::asio::awaitable<Result<auth::Identity>> identify(const http::Request& request);
    /// What is made of the request for him, or the refusal.
    std::expected<Caller, http::Response> admit(const Route& route, const http::Request& request,
                                                auth::Identity identity);
    /// Whose body follows this header, or why none is read: an unknown caller, or one without the permission.
    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const Route& route, const http::Request& request);
    /// The refusal of a request whose caller is not known.
    [[nodiscard]] http::Response refusal(const Error& error) const;

private:
    /// The refusal of an identity that may not use the route at all.
    [[nodiscard]] std::optional<http::Response> forbids(const Route& route,
                                                        const auth::Identity& identity) const;
    std::expected<void, http::Response> choose_tenant(Caller& caller, const http::Request& request) const;

    const Clock& clock_;
    const Options& options_;
    auth::RateLimit rate_;
};

}  // namespace ecron::management
