#include <catch2/catch.hpp>

#include "ecron/command_line/command.hpp"

using namespace ecron::command_line;
using Words_ = std::vector<std::string>;

namespace {

const Command kCommand{
    .name = "job list",
    .arguments = "NAME…",
    .summary = "List jobs.",
    .flags = {{.name = "output",
               .metavar = "FORMAT",
               .help = "Format.",
               .letter = 'o',
               .choices = {"table", "json"}},
              {.name = "label", .metavar = "KEY=VALUE", .help = "Label.", .letter = 'l'},
              {"dry-run", "", "Write nothing."},
              {.name = "tls", .metavar = "BOOL", .help = "TLS.", .value = Value::optional}},
    .words = Words::taken};

const Command kPaired{
    .name = "copy",
    .arguments = "",
    .summary = "Copy.",
    .flags = {{"file", "FILE", "File."}, {"url", "URL", "URL."}, {"method", "METHOD", "Method."}},
    .pairings = {{"method", Pairing::Rule::never_with, "file"},
                 {"url", Pairing::Rule::never_with, "file"},
                 {"method", Pairing::Rule::only_with, "url"}}};

}  // namespace

TEST_CASE("a flag that does not apply with the others is an error", "[command_line]") {
    const auto [arguments, errors] = GENERATE(table<Words_, Words_>({
        {{"--file=a"}, {}},
        {{"--method=GET", "--url=b"}, {}},
        {{"--method=GET"}, {"--method applies only with --url"}},
        {{"--file=a", "--url=b"}, {"--url does not apply with --file"}},
        {{"--file=a", "--method=GET"}, {"--method does not apply with --file"}},  // one reason for a flag
        {{"--file=a", "--url=b", "--method=GET"},
         {"--method does not apply with --file", "--url does not apply with --file"}},
    }));
    CAPTURE(arguments);
    const auto parsed = parse(kPaired, arguments);
    CHECK(parsed.has_value() == errors.empty());
    if (!parsed) CHECK(parsed.error() == errors);
}

TEST_CASE("a flag is read in each of its spellings", "[command_line]") {
    const Words_ arguments =
        GENERATE(Words_{"--output=json"}, Words_{"--output", "json"}, Words_{"-o", "json"}, Words_{"-ojson"},
                 Words_{"-o=json"}, Words_{"--output=table", "-o", "json"});
    const auto parsed = parse(kCommand, arguments);
    REQUIRE(parsed);
    CHECK(parsed->value("output") == "json");
    CHECK(parsed->words.empty());
}

TEST_CASE("flags and arguments can be mixed, and -- ends the flags", "[command_line]") {
    const auto parsed =
        parse(kCommand, {"a", "--dry_run", "b", "-l", "x=1", "-lx=2", "--", "--dry-run", "-"});
    REQUIRE(parsed);
    CHECK(parsed->words == Words_{"a", "b", "--dry-run", "-"});
    CHECK(parsed->values("label") == Words_{"x=1", "x=2"});
    CHECK(parsed->has("dry-run"));
}

TEST_CASE("a value keeps underscores, and an optional value needs an equal sign", "[command_line]") {
    const auto parsed = parse(kCommand, {"--label", "a_b=c_d", "--tls", "false"});
    REQUIRE(parsed);
    CHECK(parsed->value("label") == "a_b=c_d");
    CHECK(parsed->value("tls") == "true");
    CHECK(parsed->words == Words_{"false"});
    CHECK(parse(kCommand, {"--tls=false"})->value("tls") == "false");
}

TEST_CASE("all errors of a command line are reported at once", "[command_line]") {
    const auto parsed = parse(kCommand, {"--otput=json", "-x", "--dry-run=yes", "-o", "xml", "--label"});
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == Words_{"--otput: unknown flag; did you mean --output?", "-x: unknown flag",
                                   "--dry-run takes no value", R"(-o: "xml" is not one of: table, json)",
                                   "--label requires a value: KEY=VALUE"});
}

TEST_CASE("a command without arguments refuses them", "[command_line]") {
    const Command command{.name = "version", .arguments = "", .summary = "Print the version."};
    CHECK(parse(command, {"now"}).error() == Words_{R"("now": version does not take this argument)"});
}

TEST_CASE("the longest name selects a command", "[command_line]") {
    const std::vector<Command> commands{
        {"import", "FILE", ""}, {"import crontab", "FILE…", ""}, {"job list", "", ""}};
    CHECK(select(commands, {"import", "crontab", "x"})->index == 1);
    CHECK(select(commands, {"import", "crontab", "x"})->rest == Words_{"x"});
    CHECK(select(commands, {"import", "backup"})->index == 0);
    CHECK_FALSE(select(commands, {"job"}));
    CHECK_FALSE(select(commands, {"list"}));
}
