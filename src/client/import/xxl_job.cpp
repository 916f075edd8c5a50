#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "client/import/imported.hpp"
#include "client/text/json_access.hpp"
#include "client/text/yaml_reader.hpp"
#include "ecron/model/command_line.hpp"

/// Jobs of XXL-JOB as its administration returns them (/jobinfo/pageList), or as rows of the table
/// xxl_job_info.
namespace ecron::client {
namespace {

/// Members are spelt as in the API; exports of the table use the columns.
std::string text_of(const json::object& job, std::string_view name, std::string_view column) {
    for (const std::string_view one : {name, column}) {
        if (const std::string text = text_at(job, one); !text.empty()) return text;
        if (const std::string number = number_at(job, one); !number.empty()) return number;
    }
    return {};
}

int whole_number(const std::string& text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

constexpr int kMaxRetries = 999;

class XxlJob {
public:
    XxlJob(const json::object& job, const ImportOptions& options) : job_(job), options_(options) {}

    Imported convert(JobNames& names, std::size_t line) {
        const std::string description = text_of(job_, "jobDesc", "job_desc"), id = text_of(job_, "id", "id");
        imported_.origin = fmt::format("{}:{}: XXL-JOB job {} {}", options_.file, line, id, description);
        json::object context;
        set_target(context);
        json::object out{{"job_name", names.unique(description.empty() ? "xxl-job-" + id : description)},
                         {"job_type", "scheduled"},
                         {"job_cron_time", ""},
                         {"enabled", text_of(job_, "triggerStatus", "trigger_status") != "0"}};
        set_schedule(out, context);
        set_policies(context);
        if (const std::string author = text_of(job_, "author", "author"); !author.empty())
            context["labels"] = json::object{{"author", author}};
        out["job_context"] = std::move(context);
        imported_.job = std::move(out);
        warn_of_rest();
        check_schedule(imported_);
        return std::move(imported_);
    }

private:
    void warn(std::string text) { imported_.warnings.push_back(std::move(text)); }

    void set_target(json::object& context) {
        const std::string kind = text_of(job_, "glueType", "glue_type");
        if (kind == "GLUE_SHELL") {
            context["mode"] = "exe";
            const std::string param = text_of(job_, "executorParam", "executor_param");
            context["exec"] = fmt::format(
                "/bin/bash -c {} bash{}{}", model::shell_word(text_of(job_, "glueSource", "glue_source")),
                param.empty() ? "" : " ", param.empty() ? "" : model::shell_word(param));
            return;
        }
        context["mode"] = options_.executor_url.starts_with("https:") ? "https" : "http";
        context["exec"] = options_.executor_url + "/run";
        context["info"] = json::object{{"method", "POST"},
                                       {"headers", json::object{{"Content-Type", "application/json"}}},
                                       {"body", request()}};
        if (kind.empty() || kind == "BEAN") {
            warn(fmt::format(
                "handler {}: the request goes to {}, set --executor-url to the executor, and a header "
                "XXL-JOB-ACCESS-TOKEN if it has an access token; it reports the "
                "result "
                "to XXL-JOB's administration, so an execution succeeds when the executor accepts it",
                text_of(job_, "executorHandler", "executor_handler"), options_.executor_url));
            return;
        }
        warn(fmt::format("{} does not carry over; the job is written as a comment", kind));
        imported_.use = Imported::Use::commented;
    }

    /// The body of an executor's /run.
    json::object request() const {
        return {{"jobId", whole_number(text_of(job_, "id", "id"))},
                {"executorHandler", text_of(job_, "executorHandler", "executor_handler")},
                {"executorParams", text_of(job_, "executorParam", "executor_param")},
                {"executorBlockStrategy", text_of(job_, "executorBlockStrategy", "executor_block_strategy")},
                {"executorTimeout", whole_number(text_of(job_, "executorTimeout", "executor_timeout"))},
                {"logId", 0},
                {"logDateTime", 0},
                {"glueType", "BEAN"},
                {"broadcastIndex", 0},
                {"broadcastTotal", 1}};
    }

    void set_schedule(json::object& out, json::object& context) {
        const std::string old = text_of(job_, "jobCron", "job_cron");  // before version 2.3
        const std::string type = old.empty() ? text_of(job_, "scheduleType", "schedule_type") : "CRON";
        const std::string schedule = old.empty() ? text_of(job_, "scheduleConf", "schedule_conf") : old;
        if (type == "CRON") {
            out["job_cron_time"] = schedule;
            context["dialect"] = "quartz";
            context["timezone"] = options_.timezone;
            warn(fmt::format("XXL-JOB uses the zone of its machine; {} is assumed", options_.timezone));
        } else if (type == "FIX_RATE") {
            out["job_cron_time"] = fmt::format("@every {}s", schedule);
        } else {
            out["job_type"] = "real-time";
            if (type != "NONE" && !type.empty())
                warn(fmt::format("schedule type {} does not carry over", type));
        }
    }

    void set_policies(json::object& context) {
        const std::string strategy = text_of(job_, "executorBlockStrategy", "executor_block_strategy");
        context["overlap"] = strategy == "DISCARD_LATER" ? "skip"
                             : strategy == "COVER_EARLY" ? "replace"
                                                         : "queue";
        context["misfire"] =
            text_of(job_, "misfireStrategy", "misfire_strategy") == "FIRE_ONCE_NOW" ? "once" : "skip";
        const int retries =
            whole_number(text_of(job_, "executorFailRetryCount", "executor_fail_retry_count"));
        context["retry"] = json::object{{"max_attempts", std::clamp(retries, 0, kMaxRetries) + 1}};
        if (const int seconds = whole_number(text_of(job_, "executorTimeout", "executor_timeout"));
            seconds > 0) {
            context["timeout"] = fmt::format("{}s", seconds);
        } else if (text_at(context, "mode") == "exe") {
            context["timeout"] = "1d";
            warn("XXL-JOB sets no time limit for this script; ecron ends it after a day (timeout)");
        }
    }

    void warn_of_rest() {
        const auto warn_if = [&](std::string_view name, std::string_view column, std::string_view what) {
            if (const std::string text = text_of(job_, name, column); !text.empty())
                warn(fmt::format("{} {}: {}", name, text, what));
        };
        warn_if("childJobId", "child_jobid", "ecron does not chain jobs");
        warn_if("alarmEmail", "alarm_email", "ecron sends no mail; notify.webhook announces failures");
        const std::string route = text_of(job_, "executorRouteStrategy", "executor_route_strategy");
        if (!route.empty() && route != "FIRST")
            warn(fmt::format("executorRouteStrategy {}: requests go to one address", route));
    }

    const json::object& job_;
    const ImportOptions& options_;
    Imported imported_;
};

void add_jobs(const json::value& value, std::size_t line, const ImportOptions& options, JobNames& names,
              Import& import) {
    if (!value.is_object()) return;
    const json::object& object = value.get_object();
    const json::value& data = member(object, "data");
    const json::array& list =
        data.is_object() ? array_at(data.get_object(), "data") : array_at(object, "data");
    for (const json::value& job : list) add_jobs(job, line, options, names, import);
    const bool is_job =
        !text_of(object, "jobDesc", "job_desc").empty() || !text_of(object, "jobGroup", "job_group").empty();
    if (is_job)
        import.jobs.push_back(XxlJob{object, options}.convert(names, line));
    else if (list.empty())
        import.warnings.push_back(fmt::format("{}:{}: is not a job of XXL-JOB", options.file, line));
}

}  // namespace

Outcome<Import> import_xxl_job(std::string_view text, const ImportOptions& options) {
    const auto documents = read_documents(options.file, text, Content::any);
    if (!documents) return std::unexpected(documents.error());
    Import import;
    JobNames names;
    for (const Document& document : *documents)
        add_jobs(document.value, document.line, options, names, import);
    return import;
}

}  // namespace ecron::client
