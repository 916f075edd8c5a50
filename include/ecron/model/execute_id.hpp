#pragma once
#include <string_view>

#include "ecron/base/id.hpp"

/// Execution ids that clients choose are unique within a tenant. The store uses the chosen id, as the
/// previous service did, unless an execution of another tenant has it; it then appends a mark of the tenant.
/// Clients see the chosen id only. Pure.
namespace ecron::model {

/// Maximum length of a chosen id in characters.
inline constexpr std::size_t kChosenIdLength = 36;

/// Returns the stored id if another tenant's execution has the chosen id. It is 24 characters longer, so that
/// no client can choose it.
[[nodiscard]] ExecuteId marked_id(const ExecuteId& chosen, const TenantId& tenant);
/// Returns the id as the client chose it; an unmarked id unchanged. Valid as long as `id` is.
[[nodiscard]] std::string_view chosen_id(const ExecuteId& id);

}  // namespace ecron::model
