#include "app/cli.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>

#include "app/cli_database.hpp"
#include "app/cli_flags.hpp"
#include "app/cli_next.hpp"
#include "ecron/app/version.hpp"
#include "ecron/auth/token_file.hpp"
#include "ecron/base/near_miss.hpp"
#include "ecron/config/document.hpp"
#include "ecron/config/helm.hpp"
#include "ecron/config/load.hpp"
#include "ecron/cron/zone.hpp"
#include "ecron/model/fields.hpp"

namespace ecron::app {
namespace {

using Arguments = std::vector<std::string>;

struct Command {
    std::string_view name, arguments, help;
    int (*run)(const Cli& cli, const ParsedFlags& flags);
    FlagSet flags;
    bool takes_words{};
    bool hidden{};
};
const std::vector<Command>& commands();

std::vector<std::string> lines_of(const std::vector<config::Problem>& problems) {
    std::vector<std::string> lines;
    std::ranges::transform(problems, std::back_inserter(lines), config::format);
    return lines;
}

/// The config module does not resolve time zones; whether the default zone exists is checked here.
std::optional<config::Problem> zone_problem(const config::Loaded& loaded) {
    const Result<const cron::Zone*> zone = cron::find_zone(loaded.config.rules.default_timezone);
    if (zone) return std::nullopt;
    const auto setting = std::ranges::find_if(loaded.settings, [](const config::Setting& one) {
        return one.option == config::find_option("timezone");
    });
    return config::Problem{setting->from, "timezone", zone.error().what};
}

}  // namespace

void complain(const Cli& cli, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) cli.err << "ecron: " << line << '\n';
}

std::optional<config::Loaded> load(const Cli& cli, const ParsedFlags& flags) {
    config::Sources sources{flags.options, cli.environment, flags.values("config"), {}};
    if (sources.files.empty()) sources.files_if_present = cli.usual_files;
    auto loaded = config::load(sources);
    if (!loaded) return complain(cli, lines_of(loaded.error())), std::nullopt;
    if (const auto problem = zone_problem(*loaded); problem)
        return complain(cli, lines_of({*problem})), std::nullopt;
    for (const std::string& line : lines_of(loaded->warnings)) cli.err << "ecron: warning: " << line << '\n';
    return std::move(*loaded);
}

namespace {

int serve(const Cli& cli, const ParsedFlags& flags) {
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    if (!flags.has("print-config")) return cli.serve(loaded->config);
    cli.out << config::format_settings(loaded->settings);
    return kExitGood;
}

/// Warnings only: the configuration is valid even if the database cannot be reached from here.
void warn_of_takeover(const Cli& cli, const config::Config& config) {
    if (!cli.upkeep.takeover) return;
    const Result<std::vector<std::string>> lines = cli.upkeep.takeover(config);
    if (!lines) {
        cli.err << "ecron: failed to read the jobs of the old service: " << lines.error().what << '\n';
        return;
    }
    for (const std::string& line : *lines) cli.err << "ecron: warning: " << line << '\n';
}

int check_config(const Cli& cli, const ParsedFlags& flags) {
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    const bool is_for_here = !flags.has("skip-files");
    const MachineCheck here =
        is_for_here && cli.check_machine ? cli.check_machine(loaded->config) : MachineCheck{};
    for (const std::string& line : here.warnings) cli.err << "ecron: warning: " << line << '\n';
    if (!here.errors.empty()) return complain(cli, here.errors), kExitWrong;
    warn_of_takeover(cli, loaded->config);
    cli.out << (flags.has("print-config") ? config::format_settings(loaded->settings)
                                          : "The configuration is valid.\n");
    return kExitGood;
}

int health(const Cli& cli, const ParsedFlags& flags) {
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    if (const auto wrong = cli.health(loaded->config, flags.value("url").value_or("")); wrong)
        return complain(cli, {*wrong}), kExitBad;
    return kExitGood;
}

/// A misspelt scope would create a token that silently lacks permissions.
std::optional<std::string> unknown_scope(const config::Config& config, const std::string& scopes) {
    std::vector<std::string_view> known;
    for (const std::vector<std::string>& granting : config.auth.scopes)
        for (const std::string& scope : granting)
            if (std::ranges::find(known, scope) == known.end()) known.push_back(scope);
    std::istringstream words{scopes};
    for (std::string word; words >> word;) {
        if (std::ranges::find(known, word) != known.end()) continue;
        const std::string_view meant = near_miss(word, known);
        return fmt::format("{:?} is not a scope that grants a permission{}; known scopes: {}", word,
                           meant.empty() ? "" : fmt::format(", did you mean {}?", meant),
                           fmt::join(known, ", "));
    }
    return std::nullopt;
}

int create_token(const Cli& cli, const ParsedFlags& flags, const config::Config& config) {
    const std::string scopes = flags.value("scope").value_or("all");
    if (const auto unknown = unknown_scope(config, scopes); unknown)
        return complain(cli, {*unknown}), kExitWrong;
    const std::string tenant = flags.value("tenant").value_or("default");
    const auto token = auth::create_token(config.auth.token_file, flags.words[1], TenantId{tenant}, scopes);
    if (!token) return complain(cli, {token.error().what}), kExitWrong;
    cli.err << fmt::format("ecron: token {} of tenant {}, scopes {}\n", flags.words[1], tenant, scopes);
    cli.out << token->reveal() << '\n';
    return kExitGood;
}

int revoke_token(const Cli& cli, const ParsedFlags& flags, const std::string& file) {
    if (const auto revoked = auth::revoke_token(file, flags.words[1]); !revoked)
        return complain(cli, {revoked.error().what}), kExitWrong;
    return kExitGood;
}

int list_tokens(const Cli& cli, const std::string& file) {
    const auto entries = auth::read_token_file(file);
    if (!entries) return complain(cli, {entries.error().what}), kExitWrong;
    for (const auth::TokenEntry& entry : *entries)
        cli.out << fmt::format("{}  tenant={}  scope={:?}\n", entry.name, entry.tenant, entry.scope);
    return kExitGood;
}

int token(const Cli& cli, const ParsedFlags& flags) {
    const std::string verb = flags.words.empty() ? std::string{} : flags.words[0];
    const std::size_t wanted = verb == "list" ? 1 : 2;
    if ((verb != "create" && verb != "list" && verb != "revoke") || flags.words.size() != wanted)
        return complain(cli, {"token requires: create NAME, list, or revoke NAME"}), kExitWrong;
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    const std::string& file = loaded->config.auth.token_file;
    if (file.empty())
        return complain(cli, {"no token file: set --token-file, or token_file in a configuration file"}),
               kExitWrong;
    if (verb == "create") return create_token(cli, flags, loaded->config);
    return verb == "list" ? list_tokens(cli, file) : revoke_token(cli, flags, file);
}

int version(const Cli& cli, const ParsedFlags&) {
    cli.out << "ecron " << kVersion << '\n';
    return kExitGood;
}

int document(const Cli& cli, const ParsedFlags& flags) {
    static const std::map<std::string_view, std::string (*)()> documents{
        {"configuration", config::configuration_page},
        {"sample", config::sample_file},
        {"helm-values", config::helm_values},
        {"helm-schema", config::helm_schema},
        {"jobs", model::job_reference},
    };
    const auto found = flags.words.size() == 1 ? documents.find(flags.words[0]) : documents.end();
    if (found == documents.end())
        return complain(cli,
                        {"document requires one of: configuration, sample, helm-values, helm-schema, jobs"}),
               kExitWrong;
    cli.out << found->second();
    return kExitGood;
}

int help(const Cli& cli, const ParsedFlags&) {
    cli.out << "ecron runs HTTP requests, commands and Kubernetes Jobs on schedule.\n\nUsage: ecron "
               "[COMMAND] [FLAG…]\n\n";
    for (const Command& command : commands())
        if (!command.hidden) cli.out << fmt::format("  {:<14}{}\n", command.name, command.help);
    cli.out << "\nRun ecron COMMAND --help for its flags. The default command is serve.\n";
    return kExitGood;
}

const std::vector<ExtraFlag> kConfigFlags{
    {"config", "FILE", "YAML file to read; can be repeated, later files override earlier ones."},
    {"print-config", "", "Print every option with its value and source, then exit."},
};

std::vector<ExtraFlag> config_flags_and(ExtraFlag more) {
    std::vector<ExtraFlag> flags{kConfigFlags};
    flags.push_back(std::move(more));
    return flags;
}
const std::vector<ExtraFlag> kHealthFlags =
    config_flags_and({"url", "URL", "URL of the service, for example http://ecron:12345."});
const std::vector<ExtraFlag> kCheckFlags =
    config_flags_and({"skip-files", "", "Do not check that named users, files and folders exist here."});
const std::vector<ExtraFlag> kExportFlags =
    config_flags_and({"all", "", "Export everything, including executions, attempts and planning state."});
const std::vector<ExtraFlag> kDatabaseFlags = config_flags_and(
    {"repair", "", "With db check: first repair values that can be computed from other rows."});
std::vector<ExtraFlag> with_config(std::vector<ExtraFlag> flags) {
    flags.insert(flags.end(), kConfigFlags.begin(), kConfigFlags.end());
    return flags;
}

const std::vector<Command>& commands() {
    static const std::vector<Command> all{
        {"serve", "", "Run the service (the default).", serve, {kConfigFlags, true}},
        {"check-config",
         "",
         "Check the configuration and report all errors.",
         check_config,
         {kCheckFlags, true}},
        {"next",
         "EXPRESSION",
         "Describe a schedule and list its next occurrences.",
         next,
         {{{"tz", "ZONE", "Time zone of the schedule [UTC]."},
           {"from", "INSTANT", "List occurrences after this RFC 3339 time [now]."},
           {"count", "N", "Number of occurrences to list, at most 1000 [5]."}},
          false},
         true},
        {"db",
         "check|migrate|shards N",
         "Check the integrity of the database, migrate its schema, or set the number of shards to N.",
         database,
         {kDatabaseFlags, true},
         true},
        {"export",
         "",
         "Export the jobs, or with --all the whole database, to standard output.",
         export_rows,
         {kExportFlags, true}},
        {"import",
         "FILE",
         "Import an export into an empty database; - is standard input.",
         import_rows,
         {kConfigFlags, true},
         true},
        {"health",
         "",
         "Check the readiness of the service with this configuration; exit status 0: ready, 1: not ready.",
         health,
         {kHealthFlags, true}},
        {"token",
         "create NAME|list|revoke NAME",
         "Create, list and revoke static tokens (auth_mode token); a new token is printed to standard "
         "output.",
         token,
         {with_config({{"tenant", "TENANT", "Tenant of the token [default]."},
                       {"scope", "SCOPES", "Scopes of the token, separated by spaces [all]."}}),
          true},
         true},
        {"version", "", "Print the version.", version, {}},
        {"help", "", "List the commands.", help, {}, true},
        {"document",
         "configuration|sample|helm-values|helm-schema|jobs",
         "Generate the list of options, or of the members of a job.",
         document,
         {},
         true,
         true},
    };
    return all;
}

std::string usage(const Command& command) {
    const std::string arguments{command.arguments};
    return fmt::format("Usage: ecron {} {}[FLAG…]\n\n{}\n\n{}", command.name,
                       arguments.empty() ? "" : arguments + ' ', command.help, flags_help(command.flags));
}

int run(const Cli& cli, const Command& command, const Arguments& arguments) {
    FlagSet set = command.flags;
    set.extra.push_back({"help", "", "Show this help."});
    const auto flags = parse_flags(set, arguments);
    if (!flags) return complain(cli, flags.error()), kExitWrong;
    if (flags->has("help"))
        return cli.out << usage({command.name, command.arguments, command.help, nullptr, set}), kExitGood;
    if (!flags->words.empty() && !command.takes_words) {
        complain(cli, {fmt::format("{:?}: {} does not take this argument", flags->words[0], command.name)});
        return kExitWrong;
    }
    return command.run(cli, *flags);
}

int unknown_command(const Cli& cli, const std::string& name) {
    std::vector<std::string_view> names;
    for (const Command& command : commands()) names.push_back(command.name);
    const std::string_view meant = near_miss(name, names);
    complain(cli, {fmt::format("{:?} is not a command{}; see ecron help", name,
                               meant.empty() ? "" : fmt::format(", did you mean {}?", meant))});
    return kExitWrong;
}

}  // namespace

int run(const Cli& cli, const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments[0].starts_with('-')) {
        if (arguments == Arguments{"--help"} || arguments == Arguments{"-h"}) return help(cli, {});
        if (arguments == Arguments{"--version"}) return version(cli, {});
        return run(cli, commands().front(), arguments);
    }
    const auto command = std::ranges::find(commands(), arguments[0], &Command::name);
    if (command == commands().end()) return unknown_command(cli, arguments[0]);
    return run(cli, *command, {arguments.begin() + 1, arguments.end()});
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
