#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Reads the index that fits the filters, newest first: that of the job, of executions that have not ended,
/// or of the start. The other filters are decided row by row.
ExecutionPage search_executions(Session& session, const ExecutionSearch& search);

}  // namespace ecron::store
