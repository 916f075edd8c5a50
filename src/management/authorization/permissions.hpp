#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <span>

#include "ecron/model/json.hpp"
#include "management/api_request.hpp"
#include "management/routes.hpp"

/// Permissions that depend on the contents of a request, not only on its route.
namespace ecron::management {

/// Returns the permission that a route needs; nullopt: none.
[[nodiscard]] std::optional<auth::Permission> permission_of(Access access);
/// Returns 403 with the missing scope.
http::Response forbidden_response(ApiContext& api, const auth::Identity& identity,
                                  auth::Permission permission, model::Language language);
http::Response forbidden_response(const ApiRequest& request, auth::Permission permission);

/// Jobs that are commands or Kubernetes Jobs may be created and run only with the permission for their mode.
/// Returns the 403 response, or nullopt if permitted.
boost::asio::awaitable<std::optional<http::Response>> check_mode(const ApiRequest& request,
                                                                 const model::Context& context);
/// Returns true if the caller has every permission that a mode can require.
[[nodiscard]] bool may_use_every_mode(const ApiRequest& request);
/// The same for stored jobs, which the caller keeps meanwhile.
boost::asio::awaitable<std::optional<http::Response>> check_modes(const ApiRequest& request,
                                                                  std::span<const model::Job> jobs);

/// For a definition by the caller: also returns 400 for a command with a variable that is not permitted for
/// commands, and for a Kubernetes Job that may not be created with ecron's own cluster credentials, with each
/// member that the rules refuse.
boost::asio::awaitable<std::optional<http::Response>> check_definition(const ApiRequest& request,
                                                                       const model::JobInput& input);

/// Returns an error for a schedule whose runs are closer together than the tenant's limit; nullopt if it is
/// within the limit.
std::optional<http::Response> check_interval(const ApiRequest& request, const model::JobInput& input);

}  // namespace ecron::management
