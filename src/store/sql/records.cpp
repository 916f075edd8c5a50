#include "store/sql/records.hpp"

#include "ecron/model/json.hpp"

namespace ecron::store {

namespace {

std::optional<Instant> seconds_at(const Statement& row, std::size_t column) {
    const std::int64_t seconds = row.integer(column);
    if (row.is_null(column) || seconds <= 0) return std::nullopt;
    return from_unix_seconds(seconds);
}

std::optional<Instant> millis_at(const Statement& row, std::size_t column) {
    if (row.is_null(column)) return std::nullopt;
    return from_unix_millis(row.integer(column));
}

template <class Enum> Enum within(std::int64_t number, Enum first, Enum last, Enum otherwise) {
    const bool known =
        number >= static_cast<std::int64_t>(first) && number <= static_cast<std::int64_t>(last);
    return known ? static_cast<Enum>(number) : otherwise;
}

}  // namespace

model::JobType to_job_type(std::int64_t number) {
    return within(number, model::JobType::timed, model::JobType::real_time, model::JobType::unknown);
}

std::optional<Instant> end_of(const model::Execution& execution) {
    const bool goes_on = execution.state == model::ExecutionState::executing ||
                         execution.state == model::ExecutionState::pending;
    return goes_on && execution.trigger != model::Trigger::history ? std::nullopt : execution.end_at;
}

std::int64_t seconds_or_zero(const std::optional<Instant>& instant) {
    return instant ? to_unix_seconds(*instant) : 0;
}

std::optional<std::int64_t> millis_or_null(const std::optional<Instant>& instant) {
    if (!instant) return std::nullopt;
    return to_unix_millis(*instant);
}

std::optional<std::string_view> text_or_null(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

JobRow read_job_row(const Statement& row) {
    JobRow read;
    model::Job& job = read.job;
    job.key = JobKey(row.integer(0));
    job.id = JobId(row.text(1));
    job.name = row.text(2);
    job.cron_time = row.text(3);
    job.type = to_job_type(row.integer(4));
    job.tenant = TenantId(row.text(6));
    job.enabled = row.integer(7) != 0;
    job.remarks = row.text(8);
    job.created_at = from_unix_seconds(row.integer(9));
    job.updated_at = from_unix_seconds(row.integer(10));
    job.revision = ChangeNumber(row.integer(11));
    job.effective_from = from_unix_millis(row.integer(12));
    read.has_plan = !row.is_null(13);
    read.plan = row.text(13);
    read.context_bytes = static_cast<std::int64_t>(row.text(5).size());
    job.context = read.has_plan ? row.text(5) : model::canonical_context(row.text(5));
    return read;
}

model::Execution read_execution_row(const Statement& row) {
    using model::ExecutionState;
    model::Execution execution;
    execution.key = row.integer(0);
    execution.id = ExecuteId(row.text(1));
    execution.job_id = JobId(row.text(2));
    execution.job_type = to_job_type(row.integer(3));
    execution.job_name = row.text(4);
    execution.state =
        within(row.integer(5), ExecutionState::success, ExecutionState::pending, ExecutionState::unknown);
    execution.begin_at = seconds_at(row, 6);
    execution.end_at = seconds_at(row, 7);
    execution.executors = model::read_executors(row.text(8));
    execution.execute_times = static_cast<int>(row.integer(9));
    model::read_ext_info(row.text(10), execution);
    if (!row.is_null(11)) execution.tenant = TenantId(row.text(11));
    if (row.integer(12) != 0) execution.deleted = true;
    execution.job_key = JobKey(row.integer(13));
    execution.trigger =
        within(row.integer(14), model::Trigger::history, model::Trigger::message, model::Trigger::history);
    execution.end_at = end_of(execution);
    execution.scheduled_at = millis_at(row, 15);
    execution.due = millis_at(row, 16);
    execution.attempt = static_cast<int>(row.integer(17));
    execution.losses = static_cast<int>(row.integer(18));
    execution.accepted = row.integer(19) != 0;
    execution.node = NodeId(row.text(20));
    execution.epoch = Epoch(row.integer(21));
    execution.revision = ChangeNumber(row.integer(22));
    if (!row.is_null(23)) execution.result = row.text(23);
    execution.snapshot = row.text(24);
    return execution;
}

std::string ext_info_without_result(const model::Execution& execution) {
    if (execution.result.empty()) return model::write_ext_info(execution);
    model::Execution rest = execution;
    rest.result.clear();
    return model::write_ext_info(rest);
}

void bind_execution(Statement& statement, const model::Execution& execution) {
    statement << execution.id.value() << execution.job_id.value() << static_cast<int>(execution.job_type)
              << execution.job_name << static_cast<int>(execution.state)
              << seconds_or_zero(execution.begin_at) << seconds_or_zero(end_of(execution))
              << model::write_executors(execution.executors) << execution.execute_times
              << ext_info_without_result(execution) << execution.tenant.value() << execution.deleted
              << execution.job_key.value() << static_cast<int>(execution.trigger)
              << millis_or_null(execution.scheduled_at) << millis_or_null(execution.due) << execution.attempt
              << execution.losses << execution.accepted << execution.node.value() << execution.epoch.value()
              << execution.revision.value() << text_or_null(execution.result)
              << text_or_null(execution.snapshot);
}

std::size_t execution_bytes(const model::Execution& execution) {
    return 400 + execution.result.size() + execution.snapshot.size() + 80 * execution.executors.size();
}

}  // namespace ecron::store
