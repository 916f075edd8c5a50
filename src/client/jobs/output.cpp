#include "client/jobs/output.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <ostream>

#include "client/text/json_access.hpp"
#include "client/text/table.hpp"
#include "client/text/yaml_writer.hpp"
#include "ecron/base/json_writer.hpp"

namespace ecron::client {
namespace {

std::string dash_if_empty(const std::string& text) { return text.empty() ? "-" : text; }

std::string target_of(const JobObject& job) {
    const json::object& context = object_at(job, "job_context");
    const json::object& kubernetes = object_at(object_at(context, "info"), "kubernetes");
    const std::string exec = text_at(context, "exec");
    return exec.empty() ? text_at(kubernetes, "image") : exec;
}

void append_pretty(std::string& out, const json::value& value, std::size_t indent) {
    const std::string space(indent + 2, ' ');
    const auto list = [&](char open, char close, const auto& items, const auto& append_item) {
        out += open;
        bool first = true;
        for (const auto& item : items) {
            out += fmt::format("{}\n{}", first ? "" : ",", space);
            append_item(item);
            first = false;
        }
        out += fmt::format("\n{}{}", std::string(indent, ' '), close);
    };
    if (value.is_object() && !value.get_object().empty())
        list('{', '}', value.get_object(), [&](const auto& member) {
            out += json_string(member.key()) + ": ";
            append_pretty(out, member.value(), indent + 2);
        });
    else if (value.is_array() && !value.get_array().empty())
        list('[', ']', value.get_array(),
             [&](const json::value& item) { append_pretty(out, item, indent + 2); });
    else
        out += json::serialize(value);
}

json::array array_of(const std::vector<json::object>& objects) {
    json::array array;
    for (const json::object& object : objects) array.push_back(object);
    return array;
}

std::vector<std::string> wide_cells(const JobObject& job) {
    const json::object& context = object_at(job, "job_context");
    return {job_id(job),
            text_at(context, "mode"),
            dash_if_empty(target_of(job)),
            dash_if_empty(text_at(context, "timezone")),
            text_at(job, "updated_at"),
            text_at(job, "tenant_id")};
}

}  // namespace

command_line::Flag output_flag() {
    return {.name = "output",
            .metavar = "FORMAT",
            .help = "Output format [table].",
            .letter = 'o',
            .choices = {"table", "wide", "json", "yaml", "name"}};
}

command_line::Flag value_output_flag() {
    return {.name = "output",
            .metavar = "FORMAT",
            .help = "Output format [text].",
            .letter = 'o',
            .choices = {"text", "json", "yaml"}};
}

Format format_of(const command_line::Arguments& arguments) {
    const std::string name = arguments.value("output").value_or("table");
    if (name == "wide") return Format::wide;
    if (name == "json") return Format::json;
    if (name == "yaml") return Format::yaml;
    return name == "name" ? Format::name : Format::table;
}

std::string pretty_json(const json::value& value) {
    std::string out;
    append_pretty(out, value, 0);
    return out + '\n';
}

std::string coloured_state(const Environment& environment, const std::string& state) {
    if (!environment.has_colours()) return state;
    const int colour = state == "success" ? 32 : state == "executing" || state == "pending" ? 36 : 31;
    return fmt::format("\x1b[{}m{}\x1b[0m", colour, state);
}

std::string duration_between(const std::string& begin, const std::string& end) {
    const Result<Instant> from = parse_rfc3339(begin), to = parse_rfc3339(end);
    return from && to && *to >= *from ? format_duration(*to - *from) : std::string{};
}

void show_value(const Environment& environment, const json::value& value, Format format) {
    environment.out << (format == Format::yaml ? to_yaml(value) : pretty_json(value));
}

Outcome<void> show_jobs(const Environment& environment, Api& api, const std::vector<JobObject>& jobs,
                        Format format) {
    if (format == Format::json || format == Format::yaml)
        return show_value(environment, array_of(jobs), format), Outcome<void>{};
    if (format == Format::name) {
        for (const JobObject& job : jobs) environment.out << job_name(job) << '\n';
        return {};
    }
    const auto next = next_runs(api, jobs);
    if (!next) return std::unexpected(next.error());
    const auto last = last_executions(api, jobs);
    if (!last) return std::unexpected(last.error());
    std::vector<std::string> headings{"NAME", "TYPE", "SCHEDULE", "ENABLED", "NEXT", "LAST", "LAST STATE"};
    if (format == Format::wide)
        headings.insert(headings.end(), {"ID", "MODE", "TARGET", "TIMEZONE", "UPDATED", "TENANT"});
    Table table{std::move(headings)};
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const JobObject& job = jobs[i];
        std::vector<std::string> row{job_name(job),
                                     text_at(job, "job_type"),
                                     dash_if_empty(text_at(job, "job_cron_time")),
                                     flag_at(job, "enabled") ? "yes" : "no",
                                     dash_if_empty((*next)[i]),
                                     dash_if_empty(text_at((*last)[i], "begin_at")),
                                     dash_if_empty(text_at((*last)[i], "job_status"))};
        if (format == Format::wide)
            for (std::string& cell : wide_cells(job)) row.push_back(std::move(cell));
        table.add(std::move(row));
    }
    environment.out << table.text();
    return {};
}

void show_executions(const Environment& environment, const std::vector<json::object>& executions,
                     Format format) {
    if (format == Format::json || format == Format::yaml)
        return show_value(environment, array_of(executions), format);
    if (format == Format::name) {
        for (const json::object& execution : executions)
            environment.out << text_at(execution, "execute_id") << '\n';
        return;
    }
    std::vector<std::string> headings{"EXECUTION", "STATE",   "SCHEDULED", "BEGIN",
                                      "DURATION",  "ATTEMPT", "REASON"};
    if (format == Format::wide) headings.insert(headings.end(), {"END", "NODE"});
    Table table{std::move(headings)};
    for (const json::object& execution : executions) {
        const std::string begin = text_at(execution, "begin_at"), end = text_at(execution, "end_at");
        std::vector<std::string> row{text_at(execution, "execute_id"),
                                     text_at(execution, "job_status"),
                                     dash_if_empty(text_at(execution, "scheduled_at")),
                                     dash_if_empty(begin),
                                     dash_if_empty(duration_between(begin, end)),
                                     dash_if_empty(number_at(execution, "attempt")),
                                     dash_if_empty(text_at(object_at(execution, "ext_info"), "reason"))};
        if (format == Format::wide) {
            const json::array& executors = array_at(execution, "executor");
            const bool has_node = !executors.empty() && executors.back().is_object();
            row.push_back(dash_if_empty(end));
            row.push_back(has_node ? text_at(executors.back().get_object(), "executor_id") : "-");
        }
        table.add(std::move(row));
    }
    environment.out << table.text();
}

ExitCode report(const Environment& environment, const Failure& failure) {
    complain(environment, failure.lines);
    return failure.code;
}

}  // namespace ecron::client
