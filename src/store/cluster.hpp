#pragma once
#include "ecron/store/store.hpp"
#include "store/session.hpp"

/// Who is there, and how far the planning of each shard has come.
namespace ecron::store {

std::vector<ShardState> read_shards(Session& session);
/// MySQL only.
std::vector<NodeState> read_nodes(Session& session, Instant now);

}  // namespace ecron::store
