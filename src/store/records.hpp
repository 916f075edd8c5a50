#pragma once
#include <string>
#include <string_view>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "store/session.hpp"

/// Rows as values and back: the columns that are read, in their order, and how each is understood, also in
/// rows that the old service wrote.
namespace ecron::store {

struct JobRow {
    model::Job job{};
    std::string plan{};
    bool has_plan{false};           // false: the old service wrote it
    std::int64_t context_bytes{0};  // of the context as it is stored
};

inline constexpr std::string_view kJobColumns =
    "f_key_id, f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, f_tenant_id, f_enabled, "
    "f_remarks, "
    "f_create_time, f_update_time, f_revision, f_effective_from, f_plan";
inline constexpr std::string_view kJobTypes = "isssissisiiiis";
/// The context of an old row comes out canonical.
JobRow read_job_row(const Statement& row);

inline constexpr std::string_view kExecutionColumns =
    "f_key_id, f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, f_begin_time, f_end_time, "
    "f_executor, "
    "f_execute_times, f_ext_info, f_tenant_id, f_is_deleted, f_job_key, f_trigger, f_nominal, f_due, "
    "f_attempt, "
    "f_losses, f_accepted, f_node, f_epoch, f_revision, f_result, f_snapshot";
inline constexpr std::string_view kExecutionTypes = "issisiiisissiiiiiiiisiiss";
model::Execution read_execution_row(const Statement& row);

/// "insert into t_cron_job_status (…) values ", one row's types, and its binding in that order.
inline constexpr std::string_view kExecutionInsert =
    "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
    "f_begin_time, "
    "f_end_time, f_executor, f_execute_times, f_ext_info, f_tenant_id, f_is_deleted, f_job_key, f_trigger, "
    "f_nominal, "
    "f_due, f_attempt, f_losses, f_accepted, f_node, f_epoch, f_revision, f_result, f_snapshot) values ";
inline constexpr std::string_view kExecutionInsertTypes = "ssitiiititsiiiiiiiisiitt";
void bind_execution(Statement& statement, const model::Execution& execution);
[[nodiscard]] std::size_t execution_bytes(const model::Execution& execution);

/// The result a callback gave has a column of its own, so that writers of the rest need not know it.
std::string ext_info_without_result(const model::Execution& execution);

[[nodiscard]] model::JobType to_job_type(std::int64_t number);
/// When it ended, or its last attempt did: of a run of ecron's that waits to be begun or is under way,
/// nothing, whatever an attempt before has left.
[[nodiscard]] std::optional<Instant> end_of(const model::Execution& execution);
/// Unix seconds. The old service writes 0 where there is no time, and cannot read NULL.
[[nodiscard]] std::int64_t seconds_or_zero(const std::optional<Instant>& instant);
[[nodiscard]] std::optional<std::int64_t> millis_or_null(const std::optional<Instant>& instant);
/// Nothing for an empty text, which is then stored as NULL.
[[nodiscard]] std::optional<std::string_view> text_or_null(const std::string& text);

}  // namespace ecron::store
