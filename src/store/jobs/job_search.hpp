#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Cost: with a text, a label or a mode, every job that the other conditions admit is examined until the
/// page is full.
std::vector<JobPlace> search_jobs(Session& session, const JobSearch& search);

}  // namespace ecron::store
