#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Cost: with a text, a label or a mode, the jobs that the other conditions admit are examined, at most
/// JobSearch::examined of them. With a part of the name and a tenant only, the index of names is read, and
/// the rows of the jobs that are found; with other conditions, the rows of at most JobSearch::names jobs.
JobPage search_jobs(Session& session, const JobSearch& search);

}  // namespace ecron::store
