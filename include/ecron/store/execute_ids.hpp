#pragma once
#include "ecron/store/store.hpp"

namespace ecron::store {

/// The id under which the store keeps the execution that a tenant calls `chosen`, or would keep it
/// (model/execute_id.hpp). `exists`: the tenant has it.
struct KnownId {
    ExecuteId id{};
    bool exists{false};
};
Store::Awaitable<KnownId> id_of(Store& store, TenantId tenant, ExecuteId chosen);

}  // namespace ecron::store
