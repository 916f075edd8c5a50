#include "app/cli_database.hpp"

#include <fmt/format.h>

#include <charconv>
#include <ostream>

namespace ecron::app {
namespace {

using command_line::Arguments;

std::optional<std::size_t> number_in(const std::string& text) {
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

int divide(const Cli& cli, const config::Config& config, std::size_t shards) {
    if (const auto wrong = cli.set_shards(config, shards); wrong) return complain(cli, {*wrong}), kExitWrong;
    cli.out << fmt::format("The database is divided into {} shard{}.\n", shards, shards == 1 ? "" : "s");
    return kExitGood;
}

int migrate(const Cli& cli, const config::Config& config) {
    if (const Result<void> done = cli.upkeep.migrate(config); !done)
        return complain(cli, {done.error().what}), kExitWrong;
    cli.out << "The schema is up to date.\n";
    return kExitGood;
}

int check(const Cli& cli, const config::Config& config, const Arguments& flags) {
    if (flags.has("repair")) {
        const Result<std::vector<std::string>> repaired = cli.upkeep.repair(config);
        if (!repaired) return complain(cli, {repaired.error().what}), kExitWrong;
        for (const std::string& line : *repaired) cli.out << "Repaired: " << line << '\n';
    }
    const Result<std::vector<std::string>> broken = cli.upkeep.check(config);
    if (!broken) return complain(cli, {broken.error().what}), kExitWrong;
    for (const std::string& line : *broken) cli.out << line << '\n';
    if (!broken->empty()) return kExitBad;
    cli.out << "The database is consistent.\n";
    return kExitGood;
}

}  // namespace

int database(const Cli& cli, const Arguments& flags) {
    const std::vector<std::string>& words = flags.words;
    const bool divides = words.size() == 2 && words[0] == "shards";
    const std::optional<std::size_t> shards = divides ? number_in(words[1]) : std::nullopt;
    const bool is_one = words.size() == 1 && (words[0] == "check" || words[0] == "migrate");
    if (!shards && !is_one)
        return complain(cli, {"db requires one of: check, migrate, shards N (N from 1 to 64)"}), kExitWrong;
    if (flags.has("repair") && words != std::vector<std::string>{"check"})
        return complain(cli, {"--repair is only valid with db check"}), kExitWrong;
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    if (shards) return divide(cli, loaded->config, *shards);
    return words[0] == "check" ? check(cli, loaded->config, flags) : migrate(cli, loaded->config);
}

int export_rows(const Cli& cli, const Arguments& flags) {
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    const Scope scope = flags.has("all") ? Scope::all : Scope::jobs;
    const Result<std::uint64_t> rows = cli.upkeep.save(loaded->config, scope, cli.out);
    if (!rows) return complain(cli, {rows.error().what}), kExitWrong;
    cli.out.flush();
    if (!cli.out) return complain(cli, {"failed to write the export"}), kExitWrong;
    cli.err << fmt::format("ecron: {} rows exported\n", *rows);
    return kExitGood;
}

int import_rows(const Cli& cli, const Arguments& flags) {
    if (flags.words.size() != 1) return complain(cli, {"import requires a file name, or -"}), kExitWrong;
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    const Result<std::uint64_t> rows = cli.upkeep.restore(loaded->config, flags.words[0]);
    if (!rows) return complain(cli, {rows.error().what}), kExitWrong;
    cli.out << fmt::format("{} rows imported.\n", *rows);
    return kExitGood;
}

}  // namespace ecron::app
