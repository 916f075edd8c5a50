#pragma once
#include <span>

#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

/// t_cron_job_last: for each job the state of the execution that ended last, for searches and counts.
namespace ecron::store {

struct LastState {
    JobKey job{};
    TenantId tenant{};  // of the job
    model::ExecutionState state{};
};
/// Records the ends of executions, in order, in the running transaction. Rows that already have the state are
/// not written.
void record_last_states(Session& session, std::vector<LastState> ended);

JobCounts count_by_state(Session& session, const std::optional<TenantId>& tenant);

}  // namespace ecron::store
