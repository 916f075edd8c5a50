#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

#include "client/definitions/definition.hpp"
#include "client/definitions/plan.hpp"
#include "client/jobs/commands.hpp"
#include "client/jobs/output.hpp"
#include "client/text/json_access.hpp"
#include "client/text/yaml_reader.hpp"
#include "client/text/yaml_writer.hpp"

/// Commands that change jobs: create, edit, delete, enable and disable.
namespace ecron::client {
namespace {

using command_line::Arguments;

constexpr std::size_t kIdsInPath = 100;  // the header of a request has a limit
const Call kDelete{.method = "DELETE", .path = ""};

void warn(const Environment& environment, const Reply& reply) {
    for (const std::string& warning : warnings_of(reply))
        environment.err << fmt::format("ecron: warning: {}\n", warning);
}

/// A job from the flags of `job create NAME`.
Outcome<Definition> definition_from_flags(const Arguments& arguments) {
    const auto url = arguments.value("url"), command = arguments.value("command");
    if (arguments.words.size() != 1 || url.has_value() == command.has_value())
        return failed(ExitCode::usage, "job create requires -f FILE, or NAME and one of --url and --command");
    json::object info;
    if (const auto method = arguments.value("method")) info["method"] = *method;
    json::object context{{"mode", command                      ? "exe"
                                  : url->starts_with("https:") ? "https"
                                                               : "http"},
                         {"exec", command ? *command : *url}};
    if (!info.empty()) context["info"] = info;
    if (const auto zone = arguments.value("tz")) context["timezone"] = *zone;
    const auto labels = read_labels(arguments.values("label"));
    if (!labels) return std::unexpected(labels.error());
    if (!labels->empty()) {
        json::object object;
        for (const auto& [key, value] : *labels) object[key] = value;
        context["labels"] = object;
    }
    const auto cron = arguments.value("cron");
    json::object job{{"job_name", arguments.words[0]},
                     {"job_type", cron ? "scheduled" : "real-time"},
                     {"job_cron_time", cron.value_or("")},
                     {"job_context", context}};
    if (arguments.has("disabled")) job["enabled"] = false;
    return Definition{std::move(job), "command line"};
}

Outcome<std::vector<Definition>> definitions_to_create(const Arguments& arguments) {
    if (const auto files = arguments.values("filename"); !files.empty()) {
        if (!arguments.words.empty())
            return failed(ExitCode::usage, "job create takes -f FILE or a name, not both");
        return read_definitions(files);
    }
    auto definition = definition_from_flags(arguments);
    if (!definition) return std::unexpected(definition.error());
    return std::vector{std::move(*definition)};
}

Outcome<void> create_job(const Environment& environment, Api& api, const Definition& definition) {
    const std::string name = text_at(definition.job, "job_name");
    const auto answer = api.call(
        {.method = "POST", .path = "/job", .body = json::serialize(request_body(definition, nullptr))});
    if (!answer) {
        Failure failure = answer.error();
        failure.lines[0] = fmt::format("{}: {}", name, failure.lines[0]);
        return std::unexpected(std::move(failure));
    }
    warn(environment, *answer);
    boost::system::error_code invalid;
    const json::value body = json::parse(answer->body, invalid);
    const json::object created = !invalid && body.is_object() ? body.get_object() : json::object{};
    const std::string description = text_at(object_at(created, "description"), "en");
    environment.out << fmt::format("created {} {}{}\n", name, text_at(created, "job_id"),
                                   description.empty() ? "" : ": " + description);
    return {};
}

/// Calls `path/IDS/end` for these jobs, in parts.
Outcome<ExitCode> call_for_ids(const Environment& environment, Api& api, const std::vector<JobObject>& jobs,
                               const Call& pattern, std::string_view past) {
    for (std::size_t begin = 0; begin < jobs.size(); begin += kIdsInPath) {
        std::string ids;
        for (std::size_t i = begin; i < std::min(jobs.size(), begin + kIdsInPath); ++i)
            ids += (ids.empty() ? "" : ",") + job_id(jobs[i]);
        Call call = pattern;
        call.path = "/job/" + ids + pattern.path;
        const auto reply = api.call(std::move(call));
        if (!reply) return std::unexpected(reply.error());
    }
    for (const JobObject& job : jobs) environment.out << fmt::format("{} {}\n", past, job_name(job));
    return ExitCode::good;
}

ExitCode change_each(const Environment& environment, const Arguments& arguments, const Call& pattern,
                     std::string_view past) {
    const auto names = required_words(arguments, "the command requires the name or id of a job");
    if (!names) return report(environment, names.error());
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto jobs = find_jobs(api, *names);
        if (!jobs) return std::unexpected(jobs.error());
        return call_for_ids(environment, api, *jobs, pattern, past);
    });
}

/// Asks on a terminal; elsewhere, --yes is required.
Outcome<bool> confirmed(const Environment& environment, const Arguments& arguments,
                        const std::vector<JobObject>& jobs) {
    if (arguments.has("yes")) return true;
    for (const JobObject& job : jobs) environment.err << fmt::format("  {}\n", job_name(job));
    if (!environment.terminals.in)
        return failed(
            ExitCode::usage,
            fmt::format("{} jobs have these labels; nothing was deleted: confirm with --yes", jobs.size()));
    environment.err << fmt::format("ecron: delete these {} jobs? [y/N] ", jobs.size()) << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "yes";
}

Outcome<ExitCode> delete_labelled(const Environment& environment, const Arguments& arguments, Api& api) {
    const auto labels = read_labels(arguments.values("label"));
    if (!labels) return std::unexpected(labels.error());
    auto jobs = list_jobs(api);
    if (!jobs) return std::unexpected(jobs.error());
    std::erase_if(*jobs, [&](const JobObject& job) { return !has_labels(job, *labels); });
    if (jobs->empty()) return failed(ExitCode::refused, "no job has these labels");
    const auto agreed = confirmed(environment, arguments, *jobs);
    if (!agreed) return std::unexpected(agreed.error());
    if (!*agreed) return failed(ExitCode::refused, "nothing was deleted");
    return call_for_ids(environment, api, *jobs, kDelete, "deleted");
}

/// A file that only this user can read, deleted at the end unless it is kept.
class PrivateFile {
public:
    explicit PrivateFile(const std::string& text) {
        const int file = ::mkostemps(path_.data(), 5, O_CLOEXEC);
        if (file < 0) {
            path_.clear();
            return;
        }
        ::close(file);
        std::ofstream{path_} << text;
    }
    ~PrivateFile() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    PrivateFile(const PrivateFile&) = delete;
    PrivateFile& operator=(const PrivateFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Returns the path of the file, which is no longer deleted.
    std::string keep() { return std::exchange(path_, {}); }

private:
    std::string path_{"/tmp/ecron-XXXXXX.yaml"};
};

/// Opens the editor, which may be a command with arguments, on the file.
Outcome<void> run_editor(const Environment& environment, const std::string& path) {
    std::string editor = environment.variable("VISUAL");
    if (editor.empty()) editor = environment.variable("EDITOR");
    if (editor.empty()) editor = "vi";
    const int status = std::system(fmt::format("{} '{}'", editor, path).c_str());
    if (status != 0)
        return failed(ExitCode::usage, fmt::format("the editor {:?} failed; nothing was changed", editor));
    return {};
}

Outcome<Definition> edited_definition(const std::string& path) {
    auto definitions = read_definitions({path});
    if (!definitions) return std::unexpected(definitions.error());
    if (definitions->size() != 1)
        return failed(ExitCode::usage, "the text must define one job; nothing was changed");
    return std::move(definitions->front());
}

/// Replaces the job with the definition in the file, unless nothing changes or the job has changed since.
Outcome<ExitCode> store_edited(const Environment& environment, Api& api, const JobObject& job,
                               const std::string& path) {
    const auto definition = edited_definition(path);
    if (!definition) return std::unexpected(definition.error());
    const auto canonical = canonical_job(*definition, &job, environment.clock.now());
    if (canonical) {
        json::object before = job;
        for (const char* name : {"job_id", "tenant_id", "created_at", "updated_at", "revision"})
            before.erase(name);
        if (member_changes(before, canonical->job).empty())
            return environment.out << "unchanged " << job_name(job) << '\n', ExitCode::good;
    }
    const auto reply =
        api.call({.method = "PUT",
                  .path = "/job/" + job_id(job),
                  .body = json::serialize(request_body(*definition, &job)),
                  .headers = {{"If-Match", fmt::format("\"{}\"", number_at(job, "revision"))}}});
    if (!reply) return std::unexpected(reply.error());
    warn(environment, *reply);
    environment.out << "changed " << text_at(definition->job, "job_name") << '\n';
    return ExitCode::good;
}

}  // namespace

ExitCode create_command(const Environment& environment, const Arguments& arguments) {
    const auto definitions = definitions_to_create(arguments);
    if (!definitions) return report(environment, definitions.error());
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        for (const Definition& definition : *definitions)
            if (const auto created = create_job(environment, api, definition); !created)
                return std::unexpected(created.error());
        return ExitCode::good;
    });
}

ExitCode edit_command(const Environment& environment, const Arguments& arguments) {
    if (arguments.words.size() != 1)
        return report(environment, {ExitCode::usage, {"job edit requires the name or id of one job"}});
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto job = find_job(api, arguments.words[0]);
        if (!job) return std::unexpected(job.error());
        PrivateFile file{to_yaml(exported_job(*job))};
        if (file.path().empty()) return failed(ExitCode::usage, "failed to create a file in /tmp");
        if (const auto done = run_editor(environment, file.path()); !done)
            return std::unexpected(done.error());
        auto code = store_edited(environment, api, *job, file.path());
        if (!code) code.error().lines.push_back(fmt::format("  the edited text is in {}", file.keep()));
        return code;
    });
}

ExitCode delete_command(const Environment& environment, const Arguments& arguments) {
    if (!arguments.has("label")) return change_each(environment, arguments, kDelete, "deleted");
    if (!arguments.words.empty())
        return report(environment, {ExitCode::usage, {"job delete takes names or --label, not both"}});
    return with_api(environment, arguments,
                    [&](Api& api) { return delete_labelled(environment, arguments, api); });
}

ExitCode enable_command(const Environment& environment, const Arguments& arguments) {
    return change_each(environment, arguments,
                       {.method = "PUT", .path = "/enable", .body = R"({"enable":true})"}, "enabled");
}

ExitCode disable_command(const Environment& environment, const Arguments& arguments) {
    return change_each(environment, arguments,
                       {.method = "PUT", .path = "/enable", .body = R"({"enable":false})"}, "disabled");
}

}  // namespace ecron::client
