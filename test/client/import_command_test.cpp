#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/import/import_command.hpp"
#include "ecron/base/uuid.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

struct Importing {
    std::filesystem::path folder{std::filesystem::temp_directory_path() / ("ecron-import-" + random_uuid())};
    std::ostringstream out, err;
    ManualClock clock{parse_rfc3339("2026-01-05T10:00:00Z").value()};
    std::map<std::string, std::string> variables{{"TZ", "UTC"}};

    Importing() { std::filesystem::create_directory(folder); }
    ~Importing() { std::filesystem::remove_all(folder); }
    Importing(const Importing&) = delete;
    Importing& operator=(const Importing&) = delete;

    std::string file(const std::string& name, const std::string& text) const {
        std::ofstream{folder / name} << text;
        return folder / name;
    }
    ExitCode run(const command_line::Arguments& arguments) {
        return import_crontab_command({out, err, clock, variables}, arguments);
    }
};

command_line::GivenFlag prefix(std::string value) {
    command_line::GivenFlag flag;
    flag.name = "prefix";
    flag.value = std::move(value);
    return flag;
}

}  // namespace

TEST_CASE("a prefix keeps the names of two sources apart", "[import]") {
    Importing import;
    const std::string file = import.file("a", "0 2 * * * /usr/local/bin/backup\n");
    command_line::Arguments arguments;
    arguments.words = {file};
    arguments.flags = {prefix("db1-")};
    CHECK(import.run(arguments) == ExitCode::good);
    CHECK_THAT(import.out.str(), Contains("job_name: db1-backup\n"));
}

TEST_CASE("a name that two files produce is a warning", "[import]") {
    Importing import;
    const std::string first = import.file("a", "0 2 * * * /usr/local/bin/backup\n");
    const std::string second = import.file("b", "\n0 3 * * * /opt/backup\n");
    command_line::Arguments arguments;
    arguments.words = {first, second};
    CHECK(import.run(arguments) == ExitCode::good);
    CHECK_THAT(import.err.str(),
               Contains("warning: " + second + ":2: \"backup\" is also the name of the job at " + first +
                        ":1: this one is \"backup-2\"\n"));
    CHECK_THAT(import.out.str(), Contains("job_name: backup\n") && Contains("job_name: backup-2\n"));
}

TEST_CASE("an import with lines that cannot be read writes the rest and fails", "[import]") {
    Importing import;
    const std::string file = import.file(
        "a", "0 2 * * * /opt/backup\nevery day at noon\n# 0 3 * * * /opt/old\n0 0 31 2 * /opt/never\n");
    command_line::Arguments arguments;
    arguments.words = {file};
    CHECK(import.run(arguments) == ExitCode::usage);
    CHECK_THAT(import.err.str(),
               Contains("ecron: " + file + ":2: \"every day at noon\" is neither a job nor a variable\n") &&
                   Contains("ecron: 1 jobs, and 1 as comments; check them"));
    CHECK_THAT(import.out.str(), Contains("job_name: backup\n") && Contains("# error: " + file + ":2: "));
}

TEST_CASE("a user of this machine in a crontab is noticed", "[import]") {
    Importing import;
    command_line::Arguments arguments;
    arguments.words = {import.file("a", "0 2 * * * sys /opt/backup\n")};  // a user of every Debian
    CHECK(import.run(arguments) == ExitCode::good);
    CHECK_THAT(import.err.str(), Contains(":1: \"sys\" is a user: 1 of 1 lines"));
}
