#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

WatchedExecutions watch_executions(Session& session, const ExecutionWatch& watch);

}  // namespace ecron::store
