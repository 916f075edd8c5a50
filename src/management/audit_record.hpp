#pragma once
#include <string_view>
#include <vector>

#include "ecron/base/log.hpp"
#include "management/api_request.hpp"
#include "management/routes.hpp"

/// Audit records of requests that changed something.
namespace ecron::management {

/// Completion reports of targets are not audited; they are stored with their executions.
[[nodiscard]] bool is_audited(const Route& route);

/// The entry of one record, as the store keeps it.
[[nodiscard]] store::AuditEntry audit_entry(const http::Request& request, const Caller& caller,
                                            AuditRecord record);

/// Logs an entry without its difference.
void log_audit(const store::AuditEntry& entry, const Caller& caller);

/// Returns the audit records of a request that was carried out, and logs them. If the handler recorded
/// nothing, the object is the variable of the path.
std::vector<store::AuditEntry> audit_entries(const http::Request& request, const Caller& caller,
                                             std::string_view variable);

}  // namespace ecron::management
