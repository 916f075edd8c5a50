#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

/// Slots of concurrency keys, shared by all shards: one row per slot, numbered below the key's limit, so that
/// two concurrent starts that take the same slot conflict in its unique key.
namespace ecron::store {

/// A start together with its slot, both or neither. A repetition by the same node in the same term has no
/// effect.
Result<Begun> begin_in_slot(Session& session, const Outcome& outcome, const Slot& slot);
void free_slots(Session& session, std::span<const std::string_view> executions);
[[nodiscard]] bool has_slots(Session& session);

}  // namespace ecron::store
