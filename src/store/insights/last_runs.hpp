#pragma once
#include "ecron/store/insights.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

/// Reads the index of each job, several jobs per statement.
std::vector<std::vector<ExecutionSummary>> last_runs(Session& session, const LastRunsQuery& query);
std::vector<FailingJob> failing_jobs(Session& session, const std::optional<TenantId>& tenant,
                                     const std::size_t& limit);
std::vector<ExecutionSummary> longest_running(Session& session, const std::optional<TenantId>& tenant,
                                              const std::size_t& limit);

}  // namespace ecron::store
