#include "ecron/base/json_writer.hpp"
#include "ecron/model/json.hpp"

namespace ecron::model {
namespace {

std::string_view method_of(std::string_view kind) { return kind == "spent" ? "enable" : kind; }

/// Writes a job with only its changed members.
std::string partial(std::string_view method, const Job& job) {
    const bool deleted = method == "delete";
    std::string out;
    JsonWriter json{out};
    json.begin_object().member("job_id", job.id.value());
    json.member("job_name", "").member("job_cron_time", "").member("job_type", "");
    json.key("job_context").begin_object().member("mode", "").member("exec", "");
    json.member_raw("info", R"({"method":"","params":null,"headers":null,"body":null,"kubernetes":null})");
    const Result<Context> context = method == "notify" ? read_context(job.context) : Context{};
    json.key("notify")
        .begin_object()
        .member("webhook", context ? context->webhook : std::string{})
        .end_object();
    json.member("begin_at", "").member("end_at", "").member("execute_id", "").end_object();
    json.member("tenant_id", deleted ? job.tenant.value() : std::string{});
    json.key("enabled").boolean(method == "enable" && job.enabled);
    json.member("remarks", "").member("created_at", "");
    json.member("updated_at", deleted ? std::string{} : format_rfc3339(job.updated_at)).end_object();
    return out;
}

}  // namespace

std::string change_message(std::string_view kind, const Job& job) {
    const std::string_view method = method_of(kind);
    std::string data;
    if (method == "create" || method == "update")
        append_json(data, job);
    else
        data = partial(method, job);
    std::string out;
    JsonWriter{out}.begin_object().member("method", method).member_raw("data", data).end_object();
    return out;
}

}  // namespace ecron::model
