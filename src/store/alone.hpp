#pragma once
#include "store/session.hpp"

namespace ecron::store {

/// Makes sure that no node works on a MySQL database as long as the session lives; a node that starts
/// meanwhile leads nothing until then. conflict: one does, and the text names it. SQLite has the FileLock for
/// that.
Result<void> keep_nodes_away(Session& session);

}  // namespace ecron::store
