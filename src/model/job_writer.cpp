#include "ecron/base/json_writer.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/model/json.hpp"

namespace ecron::model {
namespace {

std::string time_text(const std::optional<Instant>& instant) {
    return instant && to_unix_seconds(*instant) > 0 ? format_rfc3339(*instant) : std::string{};
}

void write_executor_list(JsonWriter& json, const std::vector<Executor>& executors) {
    json.begin_array();
    for (const Executor& executor : executors) {
        json.begin_object().member("executor_id", executor.executor_id);
        json.member("executed_at", time_text(executor.executed_at));
        if (!executor.extra.empty()) json.raw(executor.extra);
        json.end_object();
    }
    json.end_array();
}

void write_ext_info_object(JsonWriter& json, const Execution& execution) {
    json.begin_object().member("tenant_id", execution.tenant.value());
    json.member("is_deleted", std::int64_t{execution.deleted ? 1 : 0});
    json.member_raw("result", execution.result.empty() ? "{}" : execution.result);
    if (!execution.reason.empty()) json.member("reason", execution.reason);
    if (!execution.missed.empty()) json.member_raw("missed", execution.missed);
    if (!execution.traceparent.empty()) json.member("traceparent", execution.traceparent);
    if (!execution.announced.empty()) {
        json.key("announced").begin_array();
        for (const Event event : execution.announced) json.text(to_text(event));
        json.end_array();
    }
    if (!execution.extra.empty()) json.raw(execution.extra);
    json.end_object();
}

}  // namespace

void append_json(std::string& out, const Job& job) {
    JsonWriter json{out};
    json.begin_object();
    json.member("job_id", job.id.value());
    json.member("job_name", job.name);
    json.member("job_cron_time", job.cron_time);
    json.member("job_type", to_text(job.type));
    json.member_raw("job_context", job.context);
    json.member("tenant_id", job.tenant.value());
    json.key("enabled").boolean(job.enabled);
    json.member("remarks", job.remarks);
    json.member("created_at", time_text(job.created_at));
    json.member("updated_at", time_text(job.updated_at));
    if (job.revision.value() > 0) json.member("revision", job.revision.value());
    json.end_object();
}

void append_json(std::string& out, const Execution& execution, ExtInfo ext_info) {
    JsonWriter json{out};
    json.begin_object();
    json.member("execute_id", chosen_id(execution.id));
    json.member("job_id", execution.job_id.value());
    json.member("job_type", to_text(execution.job_type));
    json.member("job_name", execution.job_name);
    json.member("job_status", to_text(execution.state));
    json.member("begin_at", time_text(execution.begin_at));
    json.member("end_at", time_text(execution.end_at));
    json.key("executor");
    write_executor_list(json, execution.executors);
    json.member("execute_times", std::int64_t{execution.execute_times});
    json.key("ext_info");
    if (ext_info == ExtInfo::full)
        write_ext_info_object(json, execution);
    else
        json.begin_object().end_object();
    if (execution.scheduled_at) json.member("scheduled_at", format_rfc3339_millis(*execution.scheduled_at));
    if (execution.attempt > 0) json.member("attempt", std::int64_t{execution.attempt});
    json.end_object();
}

void append_json(std::string& out, const Attempt& attempt) {
    JsonWriter json{out};
    json.begin_object();
    json.member("attempt", std::int64_t{attempt.number});
    json.member("executor_id", attempt.node.value());
    json.member("begin_at", format_rfc3339_millis(attempt.begin_at));
    const bool ended = attempt.outcome != ExecutionState::executing;
    json.member("end_at", ended ? format_rfc3339_millis(attempt.end_at) : std::string{});
    json.member("job_status", to_text(attempt.outcome));
    json.member("code", std::int64_t{attempt.code});
    json.member("reason", attempt.reason);
    json.member_raw("detail", attempt.detail.empty() ? "{}" : attempt.detail);
    json.member("output", attempt.output);
    json.end_object();
}

std::string write_executors(const std::vector<Executor>& executors) {
    std::string out;
    JsonWriter json{out};
    write_executor_list(json, executors);
    return out;
}

std::string write_ext_info(const Execution& execution) {
    std::string out;
    JsonWriter json{out};
    write_ext_info_object(json, execution);
    return out;
}

}  // namespace ecron::model
