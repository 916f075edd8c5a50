#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Cost: with a text, a label or a mode, the jobs that the other conditions admit are examined, at most
/// JobSearch::examined of them.
JobPage search_jobs(Session& session, const JobSearch& search);

}  // namespace ecron::store
