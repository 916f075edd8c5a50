#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <ostream>

#include "client/definitions/definition.hpp"
#include "client/definitions/plan.hpp"
#include "client/jobs/commands.hpp"
#include "client/jobs/output.hpp"
#include "client/text/json_access.hpp"
#include "client/text/table.hpp"
#include "client/text/yaml_writer.hpp"

/// Commands that read: list, get, history, explain, preview and forecast.
namespace ecron::client {
namespace {

using command_line::Arguments;

void print_texts(const Environment& environment, std::string_view label, const json::array& texts) {
    for (const json::value& text : texts)
        if (text.is_string())
            environment.out << fmt::format("{}{}\n", label, std::string_view{text.get_string()});
}

void print_description(const Environment& environment, const json::object& answer) {
    const std::string english = text_at(object_at(answer, "description"), "en");
    if (!english.empty()) environment.out << english << '\n';
}

/// A job for readers: the members that are set, as YAML, then its next occurrences.
Outcome<void> show_job(const Environment& environment, Api& api, const JobObject& job) {
    json::object shown;
    for (const char* name : {"job_id", "tenant_id", "created_at", "updated_at", "revision"})
        if (const json::value& value = member(job, name); !value.is_null()) shown[name] = value;
    for (const auto& part : exported_job(job)) shown[part.key()] = part.value();
    environment.out << to_yaml(shown);
    const auto next = api.call_json({.path = fmt::format("/job/{}/next?count=5", job_id(job))});
    if (!next) return std::unexpected(next.error());
    if (!next->is_object() || array_at(next->get_object(), "next").empty()) return {};
    environment.out << fmt::format("# next occurrences{}\n",
                                   flag_at(job, "enabled") ? "" : " once it is enabled");
    print_texts(environment, "#   ", array_at(next->get_object(), "next"));
    return {};
}

Outcome<Call> preview_call(const Arguments& arguments, const std::vector<std::string>& words) {
    json::object body{{"job_cron_time", fmt::format("{}", fmt::join(words, " "))}};
    if (const auto zone = arguments.value("tz")) body["job_context"] = json::object{{"timezone", *zone}};
    if (const auto from = arguments.value("from")) body["from"] = *from;
    if (const auto count = arguments.value("count")) {
        if (count->empty() || count->size() > 6 ||
            !std::ranges::all_of(*count, [](char c) { return c >= '0' && c <= '9'; }))
            return failed(ExitCode::usage, fmt::format("--count: {:?} is not a number", *count));
        body["count"] = std::stoi(*count);
    }
    return Call{.method = "POST", .path = "/preview", .body = json::serialize(body)};
}

std::string history_query(const Arguments& arguments) {
    std::string query = parameter("limit", arguments.value("limit").value_or("20"));
    if (const auto state = arguments.value("state")) query += '&' + parameter("job_status", *state);
    if (const auto since = arguments.value("since")) query += '&' + parameter("begin_at", *since);
    return query;
}

std::string forecast_query(const Arguments& arguments) {
    std::string query;
    for (const char* name : {"from", "to", "step"})
        if (const auto value = arguments.value(name))
            query += (query.empty() ? "" : "&") + parameter(name, *value);
    return query;
}

std::int64_t count_at(const json::object& object) {
    const json::value& count = member(object, "count");
    return count.is_int64() ? count.get_int64() : 0;
}

/// The names of the jobs that a forecast mentions, by id; fewer if one was deleted meanwhile.
std::map<std::string, std::string> names_in(Api& api, const json::array& buckets) {
    std::vector<std::string> ids;
    for (const json::value& bucket : buckets)
        for (const json::value& job : array_at(bucket.as_object(), "jobs"))
            ids.push_back(text_at(job.as_object(), "job_id"));
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    std::map<std::string, std::string> names;
    if (ids.empty()) return names;
    const auto jobs = find_jobs(api, ids);
    if (!jobs) return names;
    for (const JobObject& job : *jobs) names[job_id(job)] = job_name(job);
    return names;
}

/// "report ×3, cleanup"
std::string jobs_of(const json::object& bucket, const std::map<std::string, std::string>& names) {
    std::string text;
    for (const json::value& entry : array_at(bucket, "jobs")) {
        const json::object& job = entry.as_object();
        const auto name = names.find(text_at(job, "job_id"));
        text += (text.empty() ? "" : ", ") + (name == names.end() ? text_at(job, "job_id") : name->second);
        if (const std::int64_t count = count_at(job); count > 1) text += fmt::format(" ×{}", count);
    }
    return text;
}

void show_forecast(const Environment& environment, Api& api, const json::object& answer) {
    const json::array& buckets = array_at(answer, "buckets");
    const auto names = names_in(api, buckets);
    constexpr std::int64_t kLongestBar = 30;
    std::int64_t most = 1;
    for (const json::value& bucket : buckets) most = std::max(most, count_at(bucket.as_object()));
    Table table{{"FROM", "OCCURRENCES", "", "MOST FREQUENT JOBS"}};
    for (const json::value& entry : buckets) {
        const json::object& bucket = entry.as_object();
        const std::int64_t count = count_at(bucket);
        const auto length = static_cast<std::size_t>((count * kLongestBar + most - 1) / most);
        table.add(
            {text_at(bucket, "at"), std::to_string(count), std::string(length, '#'), jobs_of(bucket, names)});
    }
    environment.out << table.text();
    if (!flag_at(answer, "complete")) environment.out << "There are more occurrences than were counted.\n";
}

/// An id is used as it is, because the API also explains deleted jobs, which no list contains.
Outcome<std::string> id_to_explain(Api& api, const std::string& word) {
    if (is_uuid(word)) return word;
    const auto job = find_job(api, word);
    if (!job) return std::unexpected(job.error());
    return job_id(*job);
}

void print_explanation(const Environment& environment, const json::object& answer) {
    environment.out << fmt::format("{}: {}\n{}\n", text_at(answer, "at"), text_at(answer, "verdict"),
                                   text_at(answer, "explanation"));
    const json::object& execution = object_at(answer, "execution");
    if (!execution.empty())
        environment.out << fmt::format("execution: {} {}\n", text_at(execution, "execute_id"),
                                       text_at(execution, "job_status"));
    for (const char* name : {"previous", "next"})
        if (const std::string instant = text_at(answer, name); !instant.empty())
            environment.out << fmt::format("{} occurrence: {}\n", name, instant);
}

}  // namespace

ExitCode with_api(const Environment& environment, const Arguments& arguments,
                  const std::function<Outcome<ExitCode>(Api&)>& work) {
    auto connection = connection_of(environment, arguments);
    if (!connection) return report(environment, connection.error());
    std::optional<Api> api;
    if (const auto done = open(api, std::move(*connection)); !done) return report(environment, done.error());
    const Outcome<ExitCode> code = work(*api);
    return code ? *code : report(environment, code.error());
}

Outcome<std::vector<std::string>> required_words(const Arguments& arguments, std::string_view error) {
    if (arguments.words.empty()) return failed(ExitCode::usage, std::string{error});
    return arguments.words;
}

ExitCode list_command(const Environment& environment, const Arguments& arguments) {
    const auto labels = read_labels(arguments.values("label"));
    if (!labels) return report(environment, labels.error());
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto type = arguments.value("type");
        const Format format = format_of(arguments);
        const bool shows_next = format == Format::table || format == Format::wide;
        auto jobs = list_jobs(api, type ? parameter("job_type", *type) : std::string{},
                              shows_next ? Members::with_next : Members::stored);
        if (!jobs) return std::unexpected(jobs.error());
        std::erase_if(*jobs, [&](const JobObject& job) {
            const bool other_state = (arguments.has("enabled") && !flag_at(job, "enabled")) ||
                                     (arguments.has("disabled") && flag_at(job, "enabled"));
            return other_state || !has_labels(job, *labels);
        });
        std::ranges::sort(*jobs, {}, job_name);
        const auto shown = show_jobs(environment, api, *jobs, format);
        if (!shown) return std::unexpected(shown.error());
        return ExitCode::good;
    });
}

ExitCode get_command(const Environment& environment, const Arguments& arguments) {
    const auto names = required_words(arguments, "job get requires the name or id of a job");
    if (!names) return report(environment, names.error());
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto jobs = find_jobs(api, *names);
        if (!jobs) return std::unexpected(jobs.error());
        const Format format = format_of(arguments);
        const bool as_value = format == Format::json || format == Format::yaml;
        if (jobs->size() == 1 && as_value)
            return show_value(environment, jobs->front(), format), ExitCode::good;
        const bool as_text = jobs->size() == 1 && !arguments.has("output");
        const auto shown =
            as_text ? show_job(environment, api, jobs->front()) : show_jobs(environment, api, *jobs, format);
        if (!shown) return std::unexpected(shown.error());
        return ExitCode::good;
    });
}

ExitCode history_command(const Environment& environment, const Arguments& arguments) {
    if (arguments.words.size() != 1)
        return report(environment, {ExitCode::usage, {"job history requires the name or id of one job"}});
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto job = find_job(api, arguments.words[0]);
        if (!job) return std::unexpected(job.error());
        const auto list =
            api.call_json({.path = fmt::format("/jobstatus/{}?{}", job_id(*job), history_query(arguments))});
        if (!list) return std::unexpected(list.error());
        std::vector<json::object> executions;
        if (list->is_array())
            for (const json::value& execution : list->get_array())
                if (execution.is_object()) executions.push_back(execution.get_object());
        show_executions(environment, executions, format_of(arguments));
        return ExitCode::good;
    });
}

ExitCode explain_command(const Environment& environment, const Arguments& arguments) {
    if (arguments.words.size() != 1)
        return report(environment, {ExitCode::usage, {"job explain requires the name or id of one job"}});
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto id = id_to_explain(api, arguments.words[0]);
        if (!id) return std::unexpected(id.error());
        const std::string at = arguments.value("at").value_or(format_rfc3339(environment.clock.now()));
        const auto answer =
            api.call_json({.path = fmt::format("/job/{}/explain?{}", *id, parameter("at", at))});
        if (!answer) return std::unexpected(answer.error());
        const Format format = format_of(arguments);
        if (format == Format::json || format == Format::yaml)
            show_value(environment, *answer, format);
        else if (answer->is_object())
            print_explanation(environment, answer->get_object());
        return ExitCode::good;
    });
}

ExitCode preview_command(const Environment& environment, const Arguments& arguments) {
    const auto words = required_words(arguments, "preview requires an expression, such as '*/5 * * * *'");
    if (!words) return report(environment, words.error());
    const auto call = preview_call(arguments, *words);
    if (!call) return report(environment, call.error());
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto answer = api.call_json(*call);
        if (!answer) return std::unexpected(answer.error());
        const Format format = format_of(arguments);
        if (format == Format::json || format == Format::yaml) {
            show_value(environment, *answer, format);
        } else if (answer->is_object()) {
            const json::object& object = answer->get_object();
            print_description(environment, object);
            print_texts(environment, "warning: ", array_at(object, "warnings"));
            print_texts(environment, "", array_at(object, "next"));
        }
        return ExitCode::good;
    });
}

ExitCode forecast_command(const Environment& environment, const Arguments& arguments) {
    return with_api(environment, arguments, [&](Api& api) -> Outcome<ExitCode> {
        const auto answer = api.call_json({.path = "/forecast?" + forecast_query(arguments)});
        if (!answer) return std::unexpected(answer.error());
        const Format format = format_of(arguments);
        if (format == Format::json || format == Format::yaml || !answer->is_object())
            return show_value(environment, *answer, format), ExitCode::good;
        return show_forecast(environment, api, answer->get_object()), ExitCode::good;
    });
}

}  // namespace ecron::client
