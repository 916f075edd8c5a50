#pragma once
#include <span>

#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"

/// Executions without their payloads, as lists show them.
namespace ecron::store {

/// The columns of an execution in their usual order, without payloads. ext_info contains the reason, and the
/// tenant of rows that the previous service wrote, which are at most 4 KiB long.
inline constexpr std::string_view kSummaryColumns =
    "f_key_id, f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, f_begin_time, f_end_time, null, "
    "f_execute_times, case when length(f_ext_info) <= 4096 then f_ext_info end, f_tenant_id, f_is_deleted, "
    "f_job_key, f_trigger, f_nominal, f_due, f_attempt, f_losses, f_accepted, f_node, f_epoch, f_revision, "
    "null, null";

/// Returns the rows with these keys, in any order.
std::vector<model::Execution> executions_at(Session& session, std::span<const std::int64_t> keys);
/// Adds the times of the attempts in milliseconds.
void add_attempts(Session& session, std::span<ExecutionSummary* const> summaries);

}  // namespace ecron::store
