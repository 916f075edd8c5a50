#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "client/api/jobs.hpp"
#include "ecron/client/environment.hpp"
#include "ecron/command_line/command.hpp"

/// How commands show jobs and executions.
namespace ecron::client {

enum class Format : std::uint8_t { table, wide, json, yaml, name };

/// The flag -o of a list, with all formats, and of a command that shows one value as text, JSON or YAML.
[[nodiscard]] command_line::Flag output_flag();
[[nodiscard]] command_line::Flag value_output_flag();
[[nodiscard]] Format format_of(const command_line::Arguments& arguments);

/// Tables contain the next occurrence and the latest execution, which take further requests.
Outcome<void> show_jobs(const Environment& environment, Api& api, const std::vector<JobObject>& jobs,
                        Format format);
void show_executions(const Environment& environment, const std::vector<json::object>& executions,
                     Format format);
void show_value(const Environment& environment, const json::value& value, Format format);

/// JSON with an indentation of two columns.
[[nodiscard]] std::string pretty_json(const json::value& value);
/// The state of an execution, coloured on a terminal.
[[nodiscard]] std::string coloured_state(const Environment& environment, const std::string& state);
/// "1m30s" between two RFC 3339 times; empty if one of them is missing.
[[nodiscard]] std::string duration_between(const std::string& begin, const std::string& end);

/// Reports a failure and returns its exit code.
ExitCode report(const Environment& environment, const Failure& failure);

}  // namespace ecron::client
