#pragma once
#include "ecron/store/store.hpp"

namespace ecron::store {

/// The id under which the store keeps, or would keep, the execution that the tenant calls `chosen`
/// (model/execute_id.hpp). `exists`: the tenant has an execution with that id.
struct KnownId {
    ExecuteId id{};
    bool exists{false};
};
Store::Awaitable<KnownId> id_of(Store& store, TenantId tenant, ExecuteId chosen);

}  // namespace ecron::store
