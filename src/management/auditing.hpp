#pragma once
#include <string_view>
#include <vector>

#include "ecron/base/log.hpp"
#include "management/call.hpp"
#include "management/routes.hpp"

/// What is kept of requests that changed something.
namespace ecron::management {

/// Targets' reports of ends are not: they are kept with their runs.
[[nodiscard]] bool is_audited(const Route& route);

/// The entries of a request that was carried out; they are logged as well, without their differences. What
/// the handler did not note is told by the path's variable alone.
std::vector<store::AuditEntry> audit_entries(const Route& route, const http::Request& request,
                                             const Caller& caller, std::string_view variable);

}  // namespace ecron::management
