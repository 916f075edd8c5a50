#include <catch2/catch.hpp>

#include "ecron/command_line/help.hpp"

using namespace ecron::command_line;
using Catch::Contains;

namespace {

std::vector<Command> commands() {
    return {{.name = "job list",
             .arguments = "",
             .summary = "List jobs.",
             .flags = {{.name = "output",
                        .metavar = "FORMAT",
                        .help = "Output format [table].",
                        .letter = 'o',
                        .choices = {"table", "json"}},
                       {.name = "server", .metavar = "URL", .help = "Address.", .group = Group::connection}},
             .section = "Jobs"},
            {.name = "job get",
             .arguments = "NAME…",
             .summary = "Show a job's definition.",
             .words = Words::taken,
             .section = "Jobs",
             .candidates = Candidates::jobs},
            {.name = "document", .arguments = "cli", .summary = "Hidden."}};
}

}  // namespace

TEST_CASE("help shows usage, flags by group and permitted values", "[command_line]") {
    CHECK(command_help(commands()[0]) ==
          "Usage: ecron job list [FLAG…]\n\n"
          "List jobs.\n\n"
          "Flags:\n"
          "  -o, --output FORMAT           Output format [table]. One of: table, json.\n"
          "  -h, --help                    Show this help.\n"
          "      --version                 Print the version.\n\n"
          "Connection:\n"
          "      --server URL              Address.\n");
}

TEST_CASE("the list of commands omits commands without a section", "[command_line]") {
    const std::string list = command_list(commands());
    CHECK(list ==
          "\nJobs:\n"
          "  job list                  List jobs.\n"
          "  job get                   Show a job's definition.\n");
    CHECK(command_list(commands(), "job") == list);
    CHECK(command_list(commands(), "token").empty());
}

TEST_CASE("the reference describes the flags of the connection once", "[command_line]") {
    const std::string page = reference_page(commands(), "# Command line\n");
    CHECK_THAT(page, Catch::StartsWith("# Command line\n\n## Connection\n"));
    CHECK_THAT(page, Contains("| `-o`, `--output FORMAT` | Output format [table]. One of: table, json. |"));
    CHECK_THAT(page, Contains("Also the [flags for the connection](#connection)."));
    CHECK_THAT(page, !Contains("Hidden"));
}

TEST_CASE("completion offers commands, flags, permitted values and jobs", "[command_line]") {
    const std::string bash = completion(commands(), Shell::bash);
    CHECK_THAT(bash, Contains("'job') echo 'list get' ;;"));
    CHECK_THAT(bash, Contains("'job list:--output' | 'job list:-o') echo 'table json' ;;"));
    CHECK_THAT(bash, Contains("'job get:') echo '@jobs' ;;"));
    const std::string zsh = completion(commands(), Shell::zsh);
    CHECK_THAT(zsh, Catch::StartsWith("#compdef ecron\n"));
    CHECK_THAT(zsh, Contains("'*--output=[Output format \\[table\\].]:FORMAT:(table json)'"));
    CHECK_THAT(zsh, Contains(R"('get:Show a job'\''s definition.')"));
    const std::string fish = completion(commands(), Shell::fish);
    CHECK_THAT(fish, Contains("-l output -s o -r -f -a 'table json'"));
    CHECK_THAT(fish, Contains(R"(-a get -d 'Show a job\'s definition.')"));
}

TEST_CASE("the manual page escapes dashes", "[command_line]") {
    const std::string page = manual_page(commands(), "1.2.3", {{"EXIT STATUS", {{"0", "success"}}}});
    CHECK_THAT(page, Contains(".B \\-o, \\-\\-output FORMAT\n"));
    CHECK_THAT(page, Catch::EndsWith(".SH EXIT STATUS\n.TP\n.B 0\nsuccess\n"));
}
