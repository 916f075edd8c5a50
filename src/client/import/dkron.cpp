#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "client/import/crontab_command.hpp"
#include "client/import/imported.hpp"
#include "client/text/json_access.hpp"
#include "client/text/yaml_reader.hpp"
#include "ecron/model/command_line.hpp"

/// Jobs of Dkron as its API returns them (GET /v1/jobs).
namespace ecron::client {
namespace {

constexpr std::int64_t kMaxRetries = 999;

class DkronJob {
public:
    DkronJob(const json::object& job, const ImportOptions& options)
        : job_(job),
          config_(object_at(job, "executor_config")),
          options_(options) {}

    Imported convert(JobNames& names, std::size_t line) {
        const std::string name = text_at(job_, "name");
        imported_.origin = fmt::format("{}:{}: Dkron job {}", options_.file, line, name);
        json::object out{{"job_name", names.unique(name)}, {"job_type", "scheduled"}};
        json::object context;
        set_target(context);
        set_schedule(out, context);
        set_window(context);
        context["overlap"] = text_at(job_, "concurrency") == "forbid" ? "skip" : "allow";
        const json::value& retries = member(job_, "retries");
        const std::int64_t count = retries.is_int64() ? retries.get_int64() : 0;
        context["retry"] =
            json::object{{"max_attempts", std::clamp<std::int64_t>(count, 0, kMaxRetries) + 1}};
        context["misfire"] = "skip";
        if (const json::object& metadata = object_at(job_, "metadata"); !metadata.empty())
            context["labels"] = metadata;
        out["enabled"] =
            !flag_at(job_, "disabled") && keeps_meaning_ && imported_.use == Imported::Use::active;
        if (const std::string text = text_at(job_, "displayname"); !text.empty()) out["remarks"] = text;
        out["job_context"] = std::move(context);
        imported_.job = std::move(out);
        warn_of_rest();
        check_schedule(imported_);
        return std::move(imported_);
    }

private:
    void warn(std::string text) { imported_.warnings.push_back(std::move(text)); }
    /// Warns of what would run otherwise than in Dkron.
    void disable(const std::string& text) {
        warn(text + ": the job is disabled");
        keeps_meaning_ = false;
    }

    void set_schedule(json::object& out, json::object& context) {
        std::string schedule = text_at(job_, "schedule");
        const std::string zone = text_at(job_, "timezone");
        context["timezone"] = zone.empty() ? options_.timezone : zone;
        if (schedule == "@manually") {
            out["job_type"] = "real-time";
            schedule.clear();
        } else if (schedule.starts_with("@at ")) {
            out["job_type"] = "timed";
            schedule.erase(0, 4);
        } else if (schedule == "@minutely") {
            schedule = "* * * * *";
        } else if (zone.empty() && !schedule.starts_with("@every") && text_at(job_, "parent_job").empty()) {
            warn(fmt::format("without a timezone, Dkron uses that of its machine; {} is assumed",
                             options_.timezone));
        }
        if (const std::string parent = text_at(job_, "parent_job"); !parent.empty()) {
            out["job_type"] = "real-time";
            schedule.clear();
            warn(fmt::format("parent_job {}: ecron does not chain jobs; this one runs on request", parent));
        }
        out["job_cron_time"] = schedule;
    }

    void set_window(json::object& context) {
        for (const auto& [from, to] : {std::pair{"starts_at", "begin_at"}, {"expires_at", "end_at"}}) {
            const std::string text = text_at(job_, from);
            if (text.empty()) continue;
            if (const Result<Instant> instant = parse_rfc3339(text))
                context[to] = format_rfc3339(std::chrono::floor<Seconds>(*instant));
            else
                disable(fmt::format("{} {:?} is not an RFC 3339 time", from, text));
        }
    }

    void set_target(json::object& context) {
        const std::string executor = text_at(job_, "executor");
        if (executor == "shell") return set_command(context);
        if (executor == "http") return set_request(context);
        warn(fmt::format("executor {:?} does not carry over; the job is written as a comment", executor));
        imported_.use = Imported::Use::commented;
        context["mode"] = "exe";
        context["exec"] = "true";
    }

    void set_command(json::object& context) {
        const std::string command = text_at(config_, "command");
        const bool in_shell = text_at(config_, "shell") == "true" || flag_at(config_, "shell");
        const std::string syntax =
            in_shell ? model::shell_syntax_in(command, model::ShellSyntax::any) : std::string{};
        if (!syntax.empty()) warn(fmt::format("{} needs a shell: the job runs /bin/sh -c", syntax));
        context["mode"] = "exe";
        context["exec"] = syntax.empty() ? command : fmt::format("/bin/sh -c {}", model::shell_word(command));
        json::object info;
        if (const std::string folder = text_at(config_, "cwd"); !folder.empty())
            info["working_directory"] = folder;
        if (const std::string list = text_at(config_, "env"); !list.empty())
            info["environment"] = environment(list);
        if (!info.empty()) context["info"] = std::move(info);
        const std::string timeout = text_at(config_, "timeout");
        context["timeout"] = timeout.empty() ? "1d" : timeout;
    }

    /// "A=1,B=2".
    static json::object environment(std::string_view list) {
        json::object variables;
        while (!list.empty()) {
            const std::string_view entry = list.substr(0, std::min(list.find(','), list.size()));
            list.remove_prefix(std::min(entry.size() + 1, list.size()));
            const std::size_t sign = entry.find('=');
            if (sign != entry.npos) variables[entry.substr(0, sign)] = std::string{entry.substr(sign + 1)};
        }
        return variables;
    }

    void set_request(json::object& context) {
        const std::string url = text_at(config_, "url");
        context["mode"] = url.starts_with("https:") ? "https" : "http";
        context["exec"] = url;
        json::object info{{"method", text_at(config_, "method")}};
        if (const json::array headers = parsed(text_at(config_, "headers")).is_array()
                                            ? parsed(text_at(config_, "headers")).get_array()
                                            : json::array{};
            !headers.empty())
            info["headers"] = header_object(headers);
        if (const std::string body = text_at(config_, "body"); !body.empty()) {
            const json::value value = parsed(body);
            if (value.is_object())
                info["body"] = value;
            else
                disable("the body is not a JSON object and does not carry over");
        }
        context["info"] = std::move(info);
        if (const std::string timeout = text_at(config_, "timeout"); !timeout.empty())
            context["timeout"] = timeout + "s";
        const std::string expected = text_at(config_, "expectCode");
        if (!expected.empty() && !expected.starts_with('2')) warn("expectCode: with ecron, 2xx is success");
        for (const char* name : {"expectBody", "tlsNoVerifyPeer", "tlsCertificateFile"})
            if (!text_at(config_, name).empty()) warn(fmt::format("{} does not carry over", name));
    }

    static json::value parsed(const std::string& text) {
        boost::system::error_code invalid;
        const json::value value = json::parse(text, invalid);
        return invalid ? json::value{} : value;
    }

    /// Dkron lists headers as "Name: value".
    static json::object header_object(const json::array& list) {
        json::object headers;
        for (const json::value& header : list) {
            const std::string_view text = header.is_string() ? std::string_view{header.get_string()} : "";
            const std::size_t colon = text.find(':');
            if (colon == text.npos) continue;
            const std::size_t value = std::min(text.find_first_not_of(' ', colon + 1), text.size());
            headers[text.substr(0, colon)] = std::string{text.substr(value)};
        }
        return headers;
    }

    void warn_of_rest() {
        if (!object_at(job_, "tags").empty()) warn("tags select nodes in Dkron and do not carry over");
        if (!object_at(job_, "processors").empty())
            warn("processors do not carry over; ecron keeps the output itself");
        if (!text_at(job_, "owner_email").empty()) warn("owner_email does not carry over");
    }

    const json::object& job_;
    const json::object& config_;
    const ImportOptions& options_;
    bool keeps_meaning_{true};
    Imported imported_;
};

}  // namespace

Outcome<Import> import_dkron(std::string_view text, const ImportOptions& options) {
    const auto documents = read_documents(options.file, text, Content::any);
    if (!documents) return std::unexpected(documents.error());
    Import import;
    JobNames names;
    for (const Document& document : *documents) {
        if (document.value.is_object() && !text_at(document.value.get_object(), "name").empty())
            import.jobs.push_back(
                DkronJob{document.value.get_object(), options}.convert(names, document.line));
        else
            import.warnings.push_back(fmt::format("{}:{}: is not a Dkron job", options.file, document.line));
    }
    return import;
}

}  // namespace ecron::client
