#include "app/cli.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>
#include <ranges>

#include "app/cli_database.hpp"
#include "app/cli_flags.hpp"
#include "app/cli_next.hpp"
#include "app/cli_reference.hpp"
#include "app/cli_tokens.hpp"
#include "ecron/app/version.hpp"
#include "ecron/base/near_miss.hpp"
#include "ecron/client/commands.hpp"
#include "ecron/command_line/help.hpp"
#include "ecron/config/document.hpp"
#include "ecron/config/helm.hpp"
#include "ecron/config/load.hpp"
#include "ecron/cron/zone.hpp"
#include "ecron/management/error_reference.hpp"
#include "ecron/management/metrics.hpp"
#include "ecron/model/fields.hpp"

namespace ecron::app {
namespace {

using command_line::Arguments;
using command_line::Candidates;
using command_line::Command;
using command_line::Flag;
using command_line::Words;

using Run = std::function<int(const Cli&, const Arguments&)>;

/// All commands; `runs` has the function of each declaration.
struct Table {
    std::vector<Command> declarations;
    std::vector<Run> runs;
};
const Table& table();

std::vector<std::string> lines_of(const std::vector<config::Problem>& problems) {
    std::vector<std::string> lines;
    std::ranges::transform(problems, std::back_inserter(lines), config::format);
    return lines;
}

config::Sources sources_of(const Cli& cli, const Arguments& arguments) {
    config::Sources sources{.flags = options_in(arguments),
                            .environment = cli.environment,
                            .files = arguments.values("config"),
                            .files_if_present = {}};
    if (sources.files.empty()) sources.files_if_present = cli.usual_files;
    sources.zone_fault = [](const std::string& name) -> std::optional<std::string> {
        const Result<const cron::Zone*> zone = cron::find_zone(name);
        if (zone) return std::nullopt;
        return zone.error().what;
    };
    return sources;
}

}  // namespace

void complain(const Cli& cli, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) cli.err << "ecron: " << line << '\n';
}

namespace {

void warn(const Cli& cli, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) cli.err << "ecron: warning: " << line << '\n';
}

}  // namespace

std::optional<config::Loaded> load(const Cli& cli, const Arguments& arguments) {
    config::Attempt attempt = config::try_to_load(sources_of(cli, arguments));
    warn(cli, lines_of(attempt.loaded.warnings));
    complain(cli, lines_of(attempt.errors));
    if (!attempt.errors.empty()) return std::nullopt;
    return std::move(attempt.loaded);
}

namespace {

/// Returns why a demo is refused, or an empty text: its data must not be mistaken for those of a database.
std::string demo_fault(const config::Loaded& loaded) {
    constexpr std::array<std::string_view, 3> kDatabase{"db_driver", "db_path", "db_addr"};
    for (const config::Setting& setting : loaded.settings)
        if (std::ranges::find(kDatabase, setting.option->name) != kDatabase.end() &&
            setting.from != "default")
            return fmt::format("{}: {}: a demo has a database of its own; omit --demo to use this one",
                               setting.from, setting.option->name);
    const std::string& file = loaded.config.store.path;
    if (std::error_code none; std::filesystem::exists(file, none))
        return fmt::format("{} exists here; omit --demo to use it, or start the demo in another folder",
                           file);
    return {};
}

/// Warnings only: the configuration is valid even if the database cannot be reached from here.
void warn_of_takeover(const Cli& cli, const config::Config& config) {
    if (!cli.upkeep.takeover) return;
    const Result<std::vector<std::string>> lines = cli.upkeep.takeover(config);
    if (!lines) {
        cli.err << "ecron: warning: the database was not examined for jobs of the old service: "
                << lines.error().what << '\n';
        return;
    }
    warn(cli, *lines);
}

/// The findings on this machine, without those that follow from an error of the same option. What only
/// another process prevents is a warning if that process is the service itself.
MachineCheck check_here(const Cli& cli, const config::Attempt& attempt) {
    if (!cli.check_machine) return {};
    MachineCheck here = cli.check_machine(attempt);
    for (auto* lines : {&here.errors, &here.occupied, &here.warnings})
        std::erase_if(*lines, [&](const std::string& line) {
            return std::ranges::any_of(attempt.errors, [&](const config::Problem& problem) {
                const std::string& option = config::option_of(problem);
                return !option.empty() && line.starts_with(option);
            });
        });
    if (here.occupied.empty()) return here;
    const bool runs = cli.is_running && cli.is_running(attempt.loaded.config);
    for (std::string& line : here.occupied) {
        if (runs) line += "; a service with this configuration is running";
        (runs ? here.warnings : here.errors).push_back(std::move(line));
    }
    here.occupied.clear();
    return here;
}

/// Reports the warnings and errors of options and machine; returns whether a service could start.
bool report(const Cli& cli, const config::Attempt& attempt, const MachineCheck& here) {
    warn(cli, lines_of(attempt.loaded.warnings));
    warn(cli, here.warnings);
    complain(cli, lines_of(attempt.errors));
    complain(cli, here.errors);
    return attempt.errors.empty() && here.errors.empty();
}

int serve(const Cli& cli, const Arguments& arguments) {
    const config::Attempt attempt = config::try_to_load(sources_of(cli, arguments));
    const bool is_demo = arguments.has("demo");
    // The service itself examines the machine if the options are valid. A demo uses none of the named files.
    const bool examines = !attempt.errors.empty() && !is_demo && !arguments.has("print-config");
    if (!report(cli, attempt, examines ? check_here(cli, attempt) : MachineCheck{})) return kExitWrong;
    const config::Loaded& loaded = attempt.loaded;
    if (const std::string fault = is_demo ? demo_fault(loaded) : std::string{}; !fault.empty())
        return complain(cli, {fault}), kExitWrong;
    if (!arguments.has("print-config"))
        return is_demo ? cli.serve_demo(loaded.config) : cli.serve(loaded.config);
    cli.out << config::format_settings(loaded.settings);
    return kExitGood;
}

int check_config(const Cli& cli, const Arguments& arguments) {
    const config::Attempt attempt = config::try_to_load(sources_of(cli, arguments));
    const MachineCheck here = arguments.has("skip-files") ? MachineCheck{} : check_here(cli, attempt);
    if (!report(cli, attempt, here)) return kExitWrong;
    warn_of_takeover(cli, attempt.loaded.config);
    cli.out << (arguments.has("print-config") ? config::format_settings(attempt.loaded.settings)
                                              : "The configuration is valid.\n");
    return kExitGood;
}

int health(const Cli& cli, const Arguments& arguments) {
    const std::optional<config::Loaded> loaded = load(cli, arguments);
    if (!loaded) return kExitWrong;
    if (const auto wrong = cli.health(loaded->config, arguments.value("url").value_or("")); wrong)
        return complain(cli, {*wrong}), kExitBad;
    return kExitGood;
}

int version(const Cli& cli, const Arguments&) {
    cli.out << "ecron " << kVersion << '\n';
    return kExitGood;
}

int document(const Cli& cli, const Arguments& arguments) {
    static const std::map<std::string_view, std::string (*)()> documents{
        {"configuration", config::configuration_page},
        {"sample", config::sample_file},
        {"helm-values", config::helm_values},
        {"helm-schema", config::helm_schema},
        {"jobs", model::job_reference},
        {"jobs-zh-CN", model::job_reference_zh_cn},
        {"metrics", management::metric_reference},
        {"errors", management::error_reference},
        {"cli", command_reference},
        {"man", [] { return command_line::manual_page(table().declarations, kVersion, manual_sections()); }},
    };
    const auto found = arguments.words.size() == 1 ? documents.find(arguments.words[0]) : documents.end();
    if (found == documents.end()) {
        complain(cli,
                 {fmt::format("document requires one of: {}", fmt::join(std::views::keys(documents), ", "))});
        return kExitWrong;
    }
    cli.out << found->second();
    return kExitGood;
}

int completion(const Cli& cli, const Arguments& arguments) {
    using command_line::Shell;
    static const std::map<std::string_view, Shell> shells{
        {"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};
    const auto shell = arguments.words.size() == 1 ? shells.find(arguments.words[0]) : shells.end();
    if (shell == shells.end())
        return complain(cli, {"completion requires one of: bash, zsh, fish"}), kExitWrong;
    cli.out << command_line::completion(table().declarations, shell->second);
    return kExitGood;
}

/// The commands of a group without its name: "list" for "job list".
std::vector<std::string_view> commands_in(std::string_view group) {
    std::vector<std::string_view> names;
    for (const Command& command : table().declarations)
        if (command.name.starts_with(group) && command.name.substr(group.size()).starts_with(' '))
            names.push_back(command.name.substr(group.size() + 1));
    return names;
}

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

struct Unknown {
    std::string given, meant;  // empty `meant`: the text is close to no command
};

/// Two words are compared with whole commands, so that "jbo list" means "job list"; the first word alone with
/// groups and commands of one word.
Unknown unknown_in(const std::vector<std::string>& words) {
    std::vector<std::string_view> names, first_words;
    for (const Command& command : table().declarations) {
        names.push_back(command.name);
        first_words.push_back(first_word(command.name));
    }
    const bool has_second = words.size() > 1 && !words[1].starts_with('-');
    const std::string two = has_second ? words[0] + ' ' + words[1] : words[0];
    if (const std::string_view meant = near_miss(two, names); has_second && meant.contains(' '))
        return {two, std::string{meant}};
    if (has_second && !commands_in(words[0]).empty()) return {two, {}};
    return {words[0], std::string{near_miss(words[0], first_words)}};
}

int unknown_command(const Cli& cli, const Unknown& unknown) {
    const bool has_two = unknown.given.contains(' ');
    const std::string topic{first_word(unknown.meant.empty() ? unknown.given : unknown.meant)};
    complain(cli, {fmt::format("{:?} is not a command{}; see ecron help{}", unknown.given,
                               unknown.meant.empty() ? "" : fmt::format(", did you mean {}?", unknown.meant),
                               has_two ? " " + topic : "")});
    return kExitWrong;
}

/// What a mistyped first argument means: a choice ("token lsit"), or a command whose group is a command, too
/// ("import crontba FILE").
std::optional<Unknown> mistyped_argument(const Command& command, const std::vector<std::string>& words) {
    std::vector<std::string_view> known = command.choices;
    if (known.empty() && words.size() > 1) known = commands_in(command.name);
    if (words.empty() || std::ranges::find(known, words[0]) != known.end()) return std::nullopt;
    const std::string_view meant = near_miss(words[0], known);
    if (meant.empty()) return std::nullopt;
    return Unknown{fmt::format("{} {}", command.name, words[0]), fmt::format("{} {}", command.name, meant)};
}

int help_of(const Cli& cli, const std::vector<std::string>& words) {
    const auto selected = command_line::select(table().declarations, words);
    if (selected && selected->rest.empty()) {
        cli.out << command_line::command_help(table().declarations[selected->index]);
        return kExitGood;
    }
    const std::string list =
        words.size() == 1 ? command_line::command_list(table().declarations, words[0]) : std::string{};
    if (list.empty()) return unknown_command(cli, unknown_in(words));
    cli.out << fmt::format("Usage: ecron {} COMMAND [FLAG…]\n{}", words[0], list);
    return kExitGood;
}

int help(const Cli& cli, const Arguments& arguments) {
    if (!arguments.words.empty()) return help_of(cli, arguments.words);
    cli.out << "ecron runs HTTP requests, commands and Kubernetes Jobs on schedule.\n\n"
               "Usage: ecron COMMAND [FLAG…]\n"
            << command_line::command_list(table().declarations)
            << "\nRun ecron help COMMAND for its flags.\n";
    return kExitGood;
}

std::vector<Flag> configuration_and(std::vector<Flag> flags) {
    flags.push_back({.name = "config",
                     .metavar = "FILE",
                     .help = "YAML file to read; can be repeated, later files override earlier ones.",
                     .candidates = Candidates::files});
    std::ranges::move(configuration_flags(), std::back_inserter(flags));
    return flags;
}

Flag print_flag() {
    return {.name = "print-config",
            .metavar = "",
            .help = "Print every option with its value and source, then exit."};
}

/// Flags of the connection, except those whose name an option of the configuration has.
std::vector<Flag> client_export_flags() {
    std::vector<Flag> flags = client::export_flags();
    const std::vector<Flag> options = configuration_flags();
    std::erase_if(flags, [&](const Flag& flag) {
        return std::ranges::find(options, flag.name, &Flag::name) != options.end();
    });
    return flags;
}

client::Environment client_environment(const Cli& cli) {
    return {cli.out, cli.err, cli.clock, cli.environment, cli.terminals};
}

/// The flags that have no effect on an export: without -o those of the connection, with -o those of the
/// configuration, except those that the connection has too.
std::vector<std::string> useless_flags(const Arguments& arguments) {
    const bool from_server = arguments.has("output");
    const auto& connection = client::export_flags();
    std::vector<std::string> lines;
    for (const command_line::GivenFlag& given : arguments.flags) {
        const bool connects = std::ranges::find(connection, given.name, &Flag::name) != connection.end();
        if (from_server && !connects)
            lines.push_back(fmt::format("--{} does not apply with --output", given.name));
        if (!from_server && given.group == command_line::Group::connection)
            lines.push_back(fmt::format("--{} applies only with --output", given.name));
    }
    return lines;
}

int export_something(const Cli& cli, const Arguments& arguments) {
    if (const std::vector<std::string> useless = useless_flags(arguments); !useless.empty())
        return complain(cli, useless), kExitWrong;
    if (!arguments.has("output")) return export_rows(cli, arguments);
    return static_cast<int>(client::export_jobs(client_environment(cli), arguments));
}

constexpr std::string_view kService = "Service", kOther = "Other";

void add_service_commands(Table& to) {
    const auto add = [&](Command declaration, Run run) {
        to.declarations.push_back(std::move(declaration));
        to.runs.push_back(std::move(run));
    };
    add({.name = "serve",
         .arguments = "",
         .summary = "Run the service.",
         .flags = configuration_and(
             {{"demo", "", "Try ecron with 200 jobs and a week of history, in a temporary database."},
              print_flag()}),
         .section = kService,
         .details =
             "The exit code is 0 after a drain, 2 if the command line or the configuration is invalid,\n"
             "so that a restart does not help, and 3 if a restart may help: a port, the node_id or the\n"
             "SQLite file is in use."},
        serve);
    add({"check-config", "", "Check the configuration and report all errors.",
         configuration_and(
             {{"skip-files", "", "Do not check the named users, files, folders and ports on this machine."},
              print_flag()}),
         Words::refused, kService},
        check_config);
    add({"health", "",
         "Check the readiness of the service with this configuration; exit status 0: ready, 1: not ready.",
         configuration_and({{"url", "URL", "URL of the service, for example http://ecron:12345."}}),
         Words::refused, kService},
        health);
    add({.name = "token",
         .arguments = "create NAME|list|revoke NAME",
         .summary = "Create, list and revoke static tokens (auth_mode token); a new token is printed to "
                    "standard output.",
         .flags = configuration_and({{"tenant", "TENANT", "Tenant of the token [default]."},
                                     {"scope", "SCOPES", "Scopes of the token, separated by spaces [all]."}}),
         .words = Words::taken,
         .section = kService,
         .choices = {"create", "list", "revoke"}},
        token);
}

void add_database_commands(Table& to) {
    const auto add = [&](Command declaration, Run run) {
        to.declarations.push_back(std::move(declaration));
        to.runs.push_back(std::move(run));
    };
    add({.name = "db",
         .arguments = "check|migrate|shards N",
         .summary =
             "Check the integrity of the database, migrate its schema, or set the number of shards to N.",
         .flags = configuration_and(
             {{"repair", "", "With db check: first repair values that can be computed from other rows."}}),
         .words = Words::taken,
         .section = kService,
         .choices = {"check", "migrate", "shards"}},
        database);
    std::vector<Flag> export_flags{
        {"all", "", "Export everything, including executions, attempts and planning state."}};
    std::ranges::move(client_export_flags(), std::back_inserter(export_flags));
    add({.name = "export",
         .arguments = "",
         .summary =
             "Export the jobs, or with --all the whole database, to standard output; with -o, the jobs "
             "of the server as a file for apply.",
         .flags = configuration_and(std::move(export_flags)),
         .section = kService,
         .details = "Without -o the rows are read from the database of the configuration, for ecron import. "
                    "With -o\nthe jobs are read from the API."},
        export_something);
    add({.name = "import",
         .arguments = "FILE",
         .summary = "Import an export into an empty database; - is standard input.",
         .flags = configuration_and({}),
         .words = Words::taken,
         .section = kService,
         .details =
             "ecron import crontab, kubernetes-cronjob, dkron and xxl-job convert jobs of other schedulers.",
         .candidates = Candidates::files},
        import_rows);
}

void add_client_commands(Table& to) {
    for (const client::ClientCommand& command : client::commands()) {
        to.declarations.push_back(command.declaration);
        to.runs.emplace_back([run = command.run](const Cli& cli, const Arguments& arguments) {
            return static_cast<int>(run(client_environment(cli), arguments));
        });
    }
}

void add_other_commands(Table& to) {
    const auto add = [&](Command declaration, Run run) {
        to.declarations.push_back(std::move(declaration));
        to.runs.push_back(std::move(run));
    };
    add({.name = "next",
         .arguments = "EXPRESSION",
         .summary = "Describe a schedule and list its next occurrences, without a server.",
         .flags = {{"tz", "ZONE", "Time zone of the schedule [UTC]."},
                   {"from", "INSTANT", "List occurrences after this RFC 3339 time [now]."},
                   {"count", "N", "Number of occurrences to list, at most 1000 [5]."}},
         .words = Words::taken,
         .section = kOther},
        next);
    add({.name = "completion",
         .arguments = "bash|zsh|fish",
         .summary = "Print the completion script of a shell.",
         .words = Words::taken,
         .section = kOther,
         .details = "Load it with: source <(ecron completion bash), source <(ecron completion zsh), or\n"
                    "ecron completion fish | source.",
         .choices = {"bash", "zsh", "fish"}},
        completion);
    add({"version", "", "Print the version.", {}, Words::refused, kOther}, version);
    add({"help", "[COMMAND]", "List the commands, or show the help of a command.", {}, Words::taken, kOther},
        help);
    add({"document",
         "configuration|sample|helm-values|helm-schema|jobs|jobs-zh-CN|metrics|errors|cli|man",
         "Generate a document from the tables of options, members of a job, metrics, errors and commands.",
         {},
         Words::taken},
        document);
}

const Table& table() {
    static const Table all = [] {
        Table made;
        add_client_commands(made);
        add_service_commands(made);
        add_database_commands(made);
        add_other_commands(made);
        return made;
    }();
    return all;
}

int run_command(const Cli& cli, std::size_t index, const std::vector<std::string>& rest) {
    const Command& declaration = table().declarations[index];
    const auto arguments = command_line::parse(declaration, rest);
    const auto asks = [&](std::string_view flag, std::string_view letter) {
        const auto end = std::ranges::find(rest, "--");
        return std::any_of(rest.begin(), end, [&](const std::string& word) {
            return word == flag || (!letter.empty() && word == letter);
        });
    };
    // Help is shown even if the rest is incomplete or wrong.
    if (arguments ? arguments->has("help") : asks("--help", "-h"))
        return cli.out << command_line::command_help(declaration), kExitGood;
    if (!arguments) return complain(cli, arguments.error()), kExitWrong;
    if (arguments->has("version")) return version(cli, {});
    if (const auto mistyped = mistyped_argument(declaration, arguments->words); mistyped)
        return unknown_command(cli, *mistyped);
    return table().runs[index](cli, *arguments);
}

/// A group of commands alone, such as "job" or "job --help", lists them.
bool is_group(const std::vector<std::string>& arguments) {
    const bool alone = arguments.size() == 1 || arguments[1] == "--help" || arguments[1] == "-h";
    return alone && !command_line::command_list(table().declarations, arguments[0]).empty();
}

}  // namespace

std::string command_reference() {
    return command_line::reference_page(table().declarations, reference_introduction());
}

int run(const Cli& cli, const std::vector<std::string>& arguments) {
    // A supervisor that starts ecron without a command must not take the help for a service that has ended
    // well.
    if (arguments.empty()) return help(cli, {}), kExitWrong;
    if (arguments[0] == "--help" || arguments[0] == "-h") return help(cli, {});
    if (arguments[0] == "--version") return version(cli, {});
    std::vector<std::string> words = arguments;
    if (words[0].starts_with('-')) words.insert(words.begin(), "serve");  // flags alone start the service
    if (const auto selected = command_line::select(table().declarations, words); selected)
        return run_command(cli, selected->index, selected->rest);
    return is_group(words) ? help_of(cli, {words[0]}) : unknown_command(cli, unknown_in(words));
}

std::map<std::string, std::string> environment_of(char** entries) {
    std::map<std::string, std::string> environment;
    for (; *entries != nullptr; ++entries) {
        const std::string_view entry{*entries};
        const std::size_t sign = entry.find('=');
        if (sign != std::string_view::npos)
            environment.emplace(entry.substr(0, sign), entry.substr(sign + 1));
    }
    return environment;
}

}  // namespace ecron::app
