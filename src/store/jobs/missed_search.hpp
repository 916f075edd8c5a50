#pragma once
#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

std::vector<MissedSummary> search_missed(Session& session, const MissedSearch& search);

}  // namespace ecron::store
