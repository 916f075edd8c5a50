#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Each search reads the indexes that fit its filters: of the job, of the tenant, of state and trigger, or of
/// the start.
std::vector<ExecutionSummary> search_executions(Session& session, const ExecutionSearch& search);

}  // namespace ecron::store
