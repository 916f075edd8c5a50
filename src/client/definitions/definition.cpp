#include "client/definitions/definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <limits>
#include <map>

#include "client/text/json_access.hpp"
#include "client/text/yaml_reader.hpp"
#include "ecron/model/json.hpp"

namespace ecron::client {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kSetByServer{"job_id", "tenant_id", "created_at", "updated_at",
                                                       "revision"};

bool is_definition_file(const fs::path& path) {
    const std::string extension = path.extension();
    const bool hidden = path.filename().string().starts_with('.');
    return !hidden && (extension == ".yaml" || extension == ".yml" || extension == ".json");
}

Outcome<std::vector<std::string>> files_in(const std::string& path) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) return std::vector{path};
    std::vector<std::string> files;
    for (auto entry = fs::recursive_directory_iterator{path, error}; !error && entry != fs::end(entry);
         entry.increment(error))
        if (entry->is_regular_file(error) && is_definition_file(entry->path()))
            files.push_back(entry->path());
    if (error) return failed(ExitCode::usage, fmt::format("{}: cannot be read: {}", path, error.message()));
    std::ranges::sort(files);
    return files;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& lines) {
    to.insert(to.end(), lines.begin(), lines.end());
}

/// Names identify jobs: each definition needs one of its own.
void check_names(const std::vector<Definition>& definitions, std::vector<std::string>& errors) {
    std::map<std::string, const Definition*> by_name;
    for (const Definition& definition : definitions) {
        const std::string name = text_at(definition.job, "job_name");
        if (name.empty()) {
            errors.push_back(fmt::format("{}: job_name: must not be empty", definition.place));
            continue;
        }
        const auto [known, is_new] = by_name.emplace(name, &definition);
        if (!is_new)
            errors.push_back(fmt::format("{}: job_name: {:?} is already defined at {}", definition.place,
                                         name, known->second->place));
    }
}

/// The stored job, as far as the validation of a replacement needs it.
model::Job stored_job(const JobObject& current) {
    model::Job job;
    job.id = JobId{job_id(current)};
    job.name = job_name(current);
    job.cron_time = text_at(current, "job_cron_time");
    job.type = model::job_type_from(text_at(current, "job_type")).value_or(model::JobType::unknown);
    job.context = json::serialize(member(current, "job_context"));
    job.enabled = flag_at(current, "enabled");
    job.created_at = parse_rfc3339(text_at(current, "created_at")).value_or(Instant{});
    return job;
}

/// Limits that the server configures are left to the server.
model::Rules lenient_rules() {
    model::Rules rules;
    rules.name_limit = rules.remarks_limit = std::numeric_limits<std::size_t>::max();
    return rules;
}

bool is_empty(const json::value& value) {
    return value.is_null() || (value.is_string() && value.get_string().empty()) ||
           (value.is_object() && value.get_object().empty()) ||
           (value.is_array() && value.get_array().empty());
}

json::object without_empty(const json::object& object) {
    json::object kept;
    for (const auto& [name, value] : object)
        if (!is_empty(value)) kept[name] = value;
    return kept;
}

}  // namespace

Outcome<std::vector<Definition>> read_definitions(const std::vector<std::string>& paths) {
    std::vector<Definition> definitions;
    std::vector<std::string> errors;
    for (const std::string& path : paths) {
        const auto files = files_in(path);
        if (!files) {
            append(errors, files.error().lines);
            continue;
        }
        if (files->empty())
            errors.push_back(fmt::format("{}: contains no file *.yaml, *.yml or *.json", path));
        for (const std::string& file : *files) {
            const auto text = read_file(file);
            auto documents =
                text ? read_documents(file, *text, Content::jobs) : std::unexpected(text.error());
            if (!documents) {
                append(errors, documents.error().lines);
                continue;
            }
            for (Document& document : *documents)
                definitions.push_back(
                    {std::move(document.value.as_object()), fmt::format("{}:{}", file, document.line)});
        }
    }
    check_names(definitions, errors);
    if (!errors.empty()) return std::unexpected(Failure{ExitCode::usage, std::move(errors)});
    return definitions;
}

json::object request_body(const Definition& definition, const JobObject* current) {
    json::object body = definition.job;
    for (const std::string_view name : kSetByServer) body.stable_erase(name);
    if (member(body, "enabled").is_null())
        body["enabled"] = current == nullptr || flag_at(*current, "enabled");
    return body;
}

Outcome<CanonicalJob> canonical_job(const Definition& definition, const JobObject* current, Instant now) {
    const std::string text = json::serialize(request_body(definition, current));
    const std::optional<model::Job> stored =
        current == nullptr ? std::nullopt : std::optional{stored_job(*current)};
    const auto input =
        model::read_job(text, model::Purpose::store, lenient_rules(), now, stored ? &*stored : nullptr);
    if (!input) {
        Failure failure{ExitCode::usage, {}};
        for (const model::Problem& problem : input.error())
            failure.lines.push_back(
                fmt::format("{}: {}: {}", definition.place, problem.field, problem.explanation));
        return std::unexpected(std::move(failure));
    }
    std::string canonical;
    model::append_json(canonical, input->job);
    json::object job = json::parse(canonical).as_object();
    for (const std::string_view name : kSetByServer) job.stable_erase(name);
    return CanonicalJob{std::move(job), input->warnings};
}

json::object exported_job(const JobObject& job) {
    json::object out = without_empty(job);
    out["enabled"] = flag_at(job, "enabled");
    for (const std::string_view name : kSetByServer) out.stable_erase(name);
    if (!out.contains("job_context")) return out;
    json::object context = without_empty(object_at(out, "job_context"));
    context.stable_erase("execute_id");
    json::object info = without_empty(object_at(context, "info"));
    if (text_at(context, "mode") == "exe")
        info.stable_erase("method");  // its default; a command has no method
    const json::object notify = without_empty(object_at(context, "notify"));
    context["info"] = info;
    context["notify"] = notify;
    out["job_context"] = without_empty(context);
    return out;
}

}  // namespace ecron::client
