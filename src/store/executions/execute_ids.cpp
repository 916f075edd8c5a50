#include "ecron/store/execute_ids.hpp"

#include "ecron/model/execute_id.hpp"

namespace ecron::store {

Store::Awaitable<KnownId> id_of(Store& store, TenantId tenant, ExecuteId chosen) {
    const auto own = co_await store.find_execution(tenant, chosen);
    if (!own) co_return std::unexpected(own.error());
    if (*own) co_return KnownId{(*own)->id, true};
    const auto any = co_await store.find_execution(std::nullopt, chosen);
    if (!any) co_return std::unexpected(any.error());
    const bool is_taken = *any && (*any)->tenant != tenant;
    co_return KnownId{is_taken ? model::marked_id(chosen, tenant) : std::move(chosen), false};
}

}  // namespace ecron::store
