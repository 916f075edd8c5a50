#pragma once
#include "store/sql/session.hpp"

namespace ecron::store {

/// Ensures that no node works on a MySQL database while the session lives; a node that starts in the meantime
/// leads nothing until the session ends. Error: conflict if a node is running; the text names it. Has no
/// effect for SQLite, where FileLock serves this purpose.
Result<void> keep_nodes_away(Session& session);

/// Error: conflict if the store contains jobs or executions.
Result<void> require_empty(Session& session);

}  // namespace ecron::store
