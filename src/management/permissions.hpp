#pragma once
#include <optional>

#include "ecron/model/job.hpp"
#include "management/call.hpp"
#include "management/routes.hpp"

/// What a caller may do beyond asking at a route.
namespace ecron::management {

/// Of a route that needs one.
[[nodiscard]] auth::Permission permission_of(Needs needs);
/// 403, naming the scope that is missing.
http::Response forbid(Context& api, const auth::Identity& identity, auth::Permission permission);

/// Jobs that are commands or Kubernetes Jobs are made and run by those only who may; nothing: he may.
std::optional<http::Response> forbids_mode(const Call& call, const model::Context& context);
/// Whether the caller has every permission that a mode can ask for.
[[nodiscard]] bool may_every_mode(const Call& call);
/// The same for a stored job.
std::optional<http::Response> forbids_mode(const Call& call, const model::Job& job);

/// 400 for a command with a variable that commands may not be given; nullopt: there is none.
std::optional<http::Response> forbids_environment(const Call& call, const model::Context& context);

/// 400 for a Job that may not be made with ecron's credentials of a cluster, naming each member that the
/// rules refuse; nullopt: there is none, or such Jobs are switched off.
std::optional<http::Response> forbids_pod(const Call& call, const TenantId& tenant,
                                          const model::Context& context);

/// Schedules that name runs closer together than a tenant may; nothing: it is within the limit.
std::optional<http::Response> forbids_interval(const Call& call, const model::Job& job,
                                               const model::Plan& plan);

}  // namespace ecron::management
