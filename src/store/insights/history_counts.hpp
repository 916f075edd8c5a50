#pragma once
#include "ecron/store/insights.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Reads index_time, which contains all columns of the conditions.
History count_history(Session& session, const HistoryQuery& query);
Incidents count_incidents(Session& session, const IncidentQuery& query);

}  // namespace ecron::store
