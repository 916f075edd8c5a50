#pragma once
#include "ecron/store/store.hpp"
#include "store/sql/session.hpp"

/// Reads the live nodes and the planning progress of each shard.
namespace ecron::store {

std::vector<ShardState> read_shards(Session& session);
/// MySQL only.
std::vector<NodeState> read_nodes(Session& session, Instant now);

}  // namespace ecron::store
