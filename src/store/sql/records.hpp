#pragma once
#include <string>
#include <string_view>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "store/sql/session.hpp"

/// Conversion between rows and values: the columns that are read, in order, and their interpretation,
/// including rows written by the previous service.
namespace ecron::store {

struct JobRow {
    model::Job job{};
    std::string plan{};
    bool has_plan{false};           // false: written by the previous service
    std::int64_t context_bytes{0};  // of the stored context
};

inline constexpr std::string_view kJobColumns =
    "f_key_id, f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, f_tenant_id, f_enabled, "
    "f_remarks, f_create_time, f_update_time, f_revision, f_effective_from, f_plan";
inline constexpr std::string_view kJobTypes = "isssissisiiiis";
/// The context of an old row is converted to the canonical form.
JobRow read_job_row(const Statement& row);

inline constexpr std::string_view kExecutionColumns =
    "f_key_id, f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, f_begin_time, f_end_time, "
    "f_executor, f_execute_times, f_ext_info, f_tenant_id, f_is_deleted, f_job_key, f_trigger, f_nominal, "
    "f_due, f_attempt, f_losses, f_accepted, f_node, f_epoch, f_revision, f_result, f_snapshot";
inline constexpr std::string_view kExecutionTypes = "issisiiisissiiiiiiiisiiss";
model::Execution read_execution_row(const Statement& row);

/// "insert into t_cron_job_status (…) values ", the types of one row, and the function that binds it in that
/// order.
inline constexpr std::string_view kExecutionInsert =
    "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
    "f_begin_time, f_end_time, f_executor, f_execute_times, f_ext_info, f_tenant_id, f_is_deleted, "
    "f_job_key, f_trigger, f_nominal, f_due, f_attempt, f_losses, f_accepted, f_node, f_epoch, f_revision, "
    "f_result, f_snapshot) values ";
inline constexpr std::string_view kExecutionInsertTypes = "ssitiiititsiiiiiiiisiitt";
void bind_execution(Statement& statement, const model::Execution& execution);
[[nodiscard]] std::size_t execution_bytes(const model::Execution& execution);

/// The result of a callback has its own column, so that writers of other columns need not know it.
std::string ext_info_without_result(const model::Execution& execution);

[[nodiscard]] model::JobType to_job_type(std::int64_t number);
/// Returns when the execution or its last attempt ended; nullopt for a run of ecron that is pending or
/// executing, even if an earlier attempt has ended.
[[nodiscard]] std::optional<Instant> end_of(const model::Execution& execution);
/// Unix seconds. The previous service writes 0 for an unset time and cannot read NULL.
[[nodiscard]] std::int64_t seconds_or_zero(const std::optional<Instant>& instant);
[[nodiscard]] std::optional<std::int64_t> millis_or_null(const std::optional<Instant>& instant);
/// Returns nullopt for an empty text, which is stored as NULL.
[[nodiscard]] std::optional<std::string_view> text_or_null(const std::string& text);

}  // namespace ecron::store
