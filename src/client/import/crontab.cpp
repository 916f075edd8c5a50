#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>

#include "client/import/crontab_command.hpp"
#include "client/import/imported.hpp"
#include "client/import/user_column.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/model/command_line.hpp"

/// Crontabs of Vixie cron and cronie: crontab(5).
namespace ecron::client {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// Removes and returns the first word.
std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::string_view word = text.substr(0, std::min(text.find_first_of(" \t"), text.size()));
    text.remove_prefix(word.size());
    text = trimmed(text);
    return word;
}

struct Variable {
    std::string name, value;
};

/// `NAME = VALUE`, with optional quotes around both.
std::optional<Variable> variable_in(std::string_view line) {
    const auto unquoted = [](std::string_view text) {
        text = trimmed(text);
        const bool quoted = text.size() > 1 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0];
        return std::string{quoted ? text.substr(1, text.size() - 2) : text};
    };
    const std::size_t sign = line.find('=');
    if (sign == line.npos) return std::nullopt;
    Variable variable{unquoted(line.substr(0, sign)), unquoted(line.substr(sign + 1))};
    const auto is_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    const bool valid = !variable.name.empty() && std::ranges::all_of(variable.name, is_name) &&
                       std::isdigit(static_cast<unsigned char>(variable.name[0])) == 0;
    return valid ? std::optional{variable} : std::nullopt;
}

/// The five fields, or the name after @; empty: the line is no entry.
std::string schedule_in(std::string_view& line) {
    if (line.starts_with('@')) return std::string{take_word(line)};
    std::string fields;
    for (int i = 0; i < 5; ++i) {
        const std::string_view field = take_word(line);
        if (field.empty()) return {};
        fields += (fields.empty() ? "" : " ") + std::string{field};
    }
    return fields;
}

bool looks_like_schedule(std::string_view schedule) {
    return !schedule.empty() && (schedule[0] == '@' || schedule[0] == '*' || schedule[0] == '~' ||
                                 std::isdigit(static_cast<unsigned char>(schedule[0])) != 0);
}

/// "a~b" of cronie, a random value, is the same kind of choice as H(a-b).
std::string with_hashes(std::string_view fields) {
    std::string out;
    while (!fields.empty()) {
        const std::string field{take_word(fields)};
        const std::size_t tilde = field.find('~');
        if (!out.empty()) out += ' ';
        if (tilde == field.npos || field.contains(','))
            out += field;
        else if (field == "~")
            out += 'H';
        else
            out += fmt::format("H({}-{})", field.substr(0, tilde), field.substr(tilde + 1));
    }
    return out;
}

/// Whether cron requires both day fields to match, because one of them begins with *, while ecron requires
/// one.
bool needs_both_days(std::string_view schedule) {
    std::array<std::string_view, 5> fields;
    for (std::string_view& field : fields) field = take_word(schedule);
    const std::string_view day = fields[2], weekday = fields[4];
    return day != "*" && weekday != "*" && (day.starts_with('*') || weekday.starts_with('*'));
}

constexpr std::string_view kReboot = "@reboot";

class Crontab {
public:
    explicit Crontab(const ImportOptions& options) : options_(options), timezone_(options.timezone) {}

    void add_line(std::string_view line, std::size_t number) {
        line = trimmed(line);
        number_ = number;
        if (line.empty() || line[0] == '#') {
            line.remove_prefix(std::min(line.find_first_not_of('#'), line.size()));
            remark_ = trimmed(line);
            return;
        }
        std::string_view rest = line;
        if (rest.starts_with('-')) rest.remove_prefix(1);  // SUSE: do not log
        const std::string schedule = schedule_in(rest);
        if (!looks_like_schedule(schedule)) {
            if (const auto variable = variable_in(line)) return take_variable(*variable);
            return refuse_line(line, "is neither a job nor a variable");
        }
        if (rest.empty()) return refuse_line(line, "has no command");
        user_column_.add(number, rest);
        add_entry(line, schedule, rest);
    }

    [[nodiscard]] Import result() && {
        if (!import_.jobs.empty())
            import_.warnings.insert(
                import_.warnings.begin(),
                "the jobs are commands: the server needs command_enabled and a command_user; they start in "
                "command_dir and not in the user's home; output is kept with the execution and not mailed");
        if (const auto warning = user_column_.warning())
            import_.warnings.insert(import_.warnings.begin(), *warning);
        return std::move(import_);
    }

private:
    void refuse_line(std::string_view line, std::string_view what) {
        import_.errors.push_back(fmt::format("{}:{}: {:?} {}", options_.file, number_, line, what));
    }

    void take_variable(const Variable& variable) {
        const auto warn = [&](std::string_view what) {
            import_.warnings.push_back(
                fmt::format("{}:{}: {}: {}", options_.file, number_, variable.name, what));
        };
        if (variable.name == "CRON_TZ" && variable.value.empty()) {
            timezone_ = options_.timezone;
            warn(fmt::format("is empty: the following jobs have the time zone {}", timezone_));
        } else if (variable.name == "CRON_TZ") {
            timezone_ = variable.value;
        } else if (variable.name == "SHELL") {
            shell_ = variable.value;
        } else if (variable.name == "MAILTO" || variable.name == "MAILFROM" ||
                   variable.name == "CONTENT_TYPE" || variable.name == "CONTENT_TRANSFER_ENCODING") {
            warn("ecron sends no mail; notify.webhook of a job announces failures");
        } else if (variable.name == "RANDOM_DELAY") {
            jitter_ = variable.value + 'm';
        } else if (variable.name == "LOGNAME" || variable.name == "USER" ||
                   variable.name == "START_HOURS_RANGE") {
            warn("does not carry over");
        } else {
            if (variable.name == "HOME") working_directory_ = variable.value;
            if (variable.name == "TZ")
                warn("is set for the commands; cron does not apply it to schedules, CRON_TZ does");
            environment_[variable.name] = variable.value;
        }
    }

    void add_entry(std::string_view line, const std::string& schedule, std::string_view rest) {
        Imported imported{.origin = fmt::format("{}:{}: {}", options_.file, number_, line)};
        if (options_.user_column == ImportOptions::UserColumn::present) {
            const std::string_view user = take_word(rest);
            if (rest.empty()) return refuse_line(line, "has no command after the user");
            imported.warnings.push_back(
                fmt::format("user {}: ecron runs commands as the user of the option command_user", user));
        }
        json::object context{{"mode", "exe"}, {"exec", exec_for(rest, imported)}};
        const std::string name = names_.unique(name_for_command(split_percent(rest).command));
        json::object job{
            {"job_name", name}, {"job_type", "scheduled"}, {"job_cron_time", with_hashes(schedule)}};
        set_schedule(schedule, imported, job, context);
        if (leaves_process(split_percent(rest).command)) {
            job["enabled"] = false;
            imported.warnings.push_back(
                "& leaves a process in the background, which ecron ends when the command has ended: remove "
                "the "
                "&; the job is disabled");
        }
        add_environment(context);
        // As cron: no retry, no run for a missed time, and a new run beside one that is still active.
        context["overlap"] = "allow";
        context["misfire"] = "skip";
        context["retry"] = json::object{{"max_attempts", 1}};
        context["timeout"] = "1d";
        if (!jitter_.empty()) context["jitter"] = jitter_;
        job["job_context"] = std::move(context);
        if (!remark_.empty()) job["remarks"] = std::string{utf8_front(remark_, 200)};
        imported.job = std::move(job);
        check_schedule(imported);
        import_.jobs.push_back(std::move(imported));
        remark_.clear();
    }

    void set_schedule(const std::string& schedule, Imported& imported, json::object& job,
                      json::object& context) {
        if (schedule == kReboot) {
            job["job_type"] = "real-time";
            job["job_cron_time"] = "";
            imported.warnings.push_back(
                "@reboot: ecron does not run jobs when a machine starts; this one runs on request "
                "(ecron job run)");
            return;
        }
        context["timezone"] = timezone_;
        if (schedule == "@every_minute") job["job_cron_time"] = "* * * * *";
        if (schedule.contains('~'))
            imported.warnings.push_back("~ chooses a value anew when cron starts; H chooses one for the job");
        if (!needs_both_days(schedule)) return;
        job["enabled"] = false;
        imported.warnings.push_back(
            "cron runs this only on days that match both day fields, because one begins with *; "
            "ecron runs it on days that match one of them: the job is disabled, check its schedule");
    }

    /// The command as ecron carries it out: its words, or a shell that interprets it.
    std::string exec_for(std::string_view text, Imported& imported) const {
        const CronCommand parts = split_percent(text);
        std::string syntax = model::shell_syntax_in(parts.command, model::ShellSyntax::any);
        std::string script = parts.command;
        if (parts.input) {
            std::string input = *parts.input;
            if (!input.ends_with('\n')) input += '\n';
            // A comment would hide the closing brace.
            const std::string_view end = parts.command.contains('#') ? "\n" : "; ";
            script = fmt::format("printf %s {} | {{ {}{}}}", model::shell_word(input), parts.command, end);
            syntax = "standard input (%)";
        } else if (text.contains("\\%")) {
            imported.warnings.push_back("\\% is a literal % and written as such");
        }
        if (syntax.empty() && expands_braces(shell_) && has_brace_expansion(parts.command))
            syntax = "brace expansion";
        if (syntax.empty()) return script;
        const std::string shell = shell_.empty() ? "/bin/sh" : shell_;
        imported.warnings.push_back(fmt::format("{} needs a shell: the job runs {} -c", syntax, shell));
        return fmt::format("{} -c {}", model::shell_word(shell), model::shell_word(script));
    }

    void add_environment(json::object& context) const {
        json::object info;
        if (!environment_.empty()) {
            json::object environment;
            for (const auto& [name, value] : environment_) environment[name] = value;
            info["environment"] = std::move(environment);
        }
        if (working_directory_.starts_with('/')) info["working_directory"] = working_directory_;
        if (!info.empty()) context["info"] = std::move(info);
    }

    const ImportOptions& options_;
    std::string timezone_, shell_, working_directory_, jitter_, remark_;
    std::map<std::string, std::string> environment_;
    std::size_t number_{0};
    UserColumnCheck user_column_{options_};
    JobNames names_;
    Import import_;
};

}  // namespace

Outcome<Import> import_crontab(std::string_view text, const ImportOptions& options) {
    Crontab crontab{options};
    std::size_t number = 0;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        crontab.add_line(line, ++number);
    }
    return std::move(crontab).result();
}

}  // namespace ecron::client
