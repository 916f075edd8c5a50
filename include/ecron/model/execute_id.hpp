#pragma once
#include <string_view>

#include "ecron/base/id.hpp"

/// Clients choose execution ids, and each tenant has a space of its own. The store keeps an execution under
/// the id that was chosen, as the service did that ecron replaces, unless another tenant's execution has it
/// already. Then it is kept under that id with a mark of the tenant behind it. Outside ecron the chosen id
/// alone is seen. Pure.
namespace ecron::model {

/// Characters of an id that a client may choose.
inline constexpr std::size_t kChosenIdLength = 36;

/// Where the store keeps a tenant's execution if another tenant's has the chosen id: 24 characters longer,
/// which no client can choose.
[[nodiscard]] ExecuteId marked_id(const ExecuteId& chosen, const TenantId& tenant);
/// The id as its tenant chose it; any other id as it is. Good as long as `id` is.
[[nodiscard]] std::string_view chosen_id(const ExecuteId& id);

}  // namespace ecron::model
