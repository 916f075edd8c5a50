#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The command of a crontab line: `%`, and a name for its job. Pure.
namespace ecron::client {

/// cron ends the command at the first `%` that is not escaped; the rest, with each further `%` as a newline,
/// is the standard input.
struct CronCommand {
    std::string command{};
    std::optional<std::string> input{};
};
CronCommand split_percent(std::string_view text);

/// Whether the command ends while a process that it has begun with `&` runs.
bool leaves_process(std::string_view command);

/// Whether bash, ksh and zsh expand braces in the command ("{a,b}", "{1..3}"), which /bin/sh leaves as they
/// are.
bool has_brace_expansion(std::string_view command);
[[nodiscard]] bool expands_braces(std::string_view shell);

/// The name for a job with this command: the name of its program, or of the script that an interpreter runs.
std::string name_for_command(std::string_view command);

}  // namespace ecron::client
