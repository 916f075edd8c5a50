#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "client/connection/connection.hpp"
#include "ecron/base/uuid.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

/// A folder for client.yaml, and the process that uses it.
struct Home {
    std::string folder{std::filesystem::temp_directory_path() / ("ecron-client-" + random_uuid())};
    std::map<std::string, std::string> variables{{"XDG_CONFIG_HOME", folder}};
    ManualClock clock{Instant{}};
    std::ostringstream out, err;
    Environment environment{out, err, clock, variables, {}};

    Home() { std::filesystem::create_directories(folder); }
    ~Home() { std::filesystem::remove_all(folder); }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    [[nodiscard]] std::string path() const { return folder + "/ecron/client.yaml"; }
    void store(const Profiles& profiles) const { REQUIRE(write_profiles(path(), profiles)); }
    [[nodiscard]] Outcome<Connection> connect(std::vector<command_line::GivenFlag> flags = {}) const {
        return connection_of(environment, command_line::Arguments{std::move(flags), {}});
    }
};

Profiles two_profiles() {
    return {.current = "work",
            .by_name = {{"work", {.server = "https://work", .token = SecretText{"w"}, .tenant = "team"}},
                        {"home", {.server = "http://home", .token_command = "echo h; echo more"}}}};
}

}  // namespace

TEST_CASE("without profile and variables the server is the local one", "[client]") {
    const Home home;
    const auto connection = home.connect();
    REQUIRE(connection);
    CHECK(connection->server == "http://127.0.0.1:12345");
    CHECK(connection->token.empty());
}

TEST_CASE("flags take precedence over variables, and these over the profile", "[client]") {
    Home home;
    home.store(two_profiles());
    CHECK(home.connect()->server == "https://work");
    CHECK(home.connect()->token.reveal() == "w");
    CHECK(home.connect()->tenant == "team");
    home.variables["ECRON_PROFILE"] = "home";
    CHECK(home.connect()->server == "http://home");
    CHECK(home.connect()->token.reveal() == "h");
    home.variables["ECRON_SERVER"] = "variable:1/";
    home.variables["ECRON_TOKEN"] = "v";
    CHECK(home.connect()->server == "http://variable:1");
    CHECK(home.connect()->token.reveal() == "v");
    CHECK(home.connect({{"server", "https://flag"}, {"token", "f"}})->server == "https://flag");
    CHECK(home.connect({{"server", "https://flag"}, {"token", "f"}})->token.reveal() == "f");
}

TEST_CASE("authorities and tenant of a profile are those of its server only", "[client]") {
    Home home;
    home.store({.current = "work",
                .by_name = {{"work", {.server = "https://work", .ca_file = "/ca.pem", .tenant = "team"}}}});
    CHECK(home.connect()->ca_file == "/ca.pem");
    CHECK(home.connect({{"server", "https://work/"}})->ca_file == "/ca.pem");
    CHECK(home.connect({{"server", "https://work/"}})->tenant == "team");
    home.variables["ECRON_SERVER"] = "http://other";
    CHECK(home.connect()->ca_file.empty());
    CHECK(home.connect()->tenant.empty());
    CHECK(home.connect({{"tenant", "t"}, {"ca-file", "/other.pem"}})->tenant == "t");
    CHECK(home.connect({{"tenant", "t"}, {"ca-file", "/other.pem"}})->ca_file == "/other.pem");
}

TEST_CASE("the language of messages follows the locale", "[client]") {
    const auto [locale, language] = GENERATE(table<std::string, std::string>(
        {{"zh_CN.UTF-8", "zh-CN"}, {"de_DE@euro", "de-DE"}, {"C.UTF-8", "en"}, {"POSIX", "en"}, {"", "en"}}));
    Home home;
    home.variables["LANG"] = locale;
    CHECK(home.connect()->language == language);
    home.variables["LC_ALL"] = "fr";
    CHECK(home.connect()->language == "fr");
}

TEST_CASE("colours need a terminal, and NO_COLOR disables them", "[client]") {
    Home home;
    CHECK_FALSE(home.environment.has_colours());
    home.environment.terminals.out = true;
    CHECK(home.environment.has_colours());
    home.variables["NO_COLOR"] = "1";
    CHECK_FALSE(home.environment.has_colours());
}

TEST_CASE("a profile's token is not sent to another server", "[client]") {
    const Home home;
    home.store(two_profiles());
    CHECK(home.connect({{"server", "https://other"}})->token.empty());
    CHECK(home.connect({{"server", "https://work/"}})->token.reveal() == "w");
}

TEST_CASE("profiles are stored so that only their owner can read them", "[client]") {
    const Home home;
    home.store(two_profiles());
    struct stat status{};
    REQUIRE(::stat(home.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    const auto read = read_profiles(home.path());
    REQUIRE(read);
    CHECK(read->current == "work");
    CHECK(read->by_name.at("work").token.reveal() == "w");
    CHECK(read->by_name.at("home").token_command == "echo h; echo more");
    ::chmod(home.path().c_str(), 0644);
    CHECK_THAT(home.connect().error().lines.at(0), Contains("chmod 600"));
}

TEST_CASE("errors of profiles name the file and the cause", "[client]") {
    const Home home;
    std::filesystem::create_directories(home.folder + "/ecron");
    const auto [text, error] = GENERATE(table<std::string, std::string>({
        {"current: nowhere\n", "there is no profile \"nowhere\""},
        {"profiles: {a: {serber: x}}\ncurrent: a\n",
         "serber: unknown member of a profile, did you mean server?"},
        {"profiles: [\n", "is not valid YAML"},
        {"current: a\nprofiles: {a: {token_command: exit 3}}\n",
         "token_command \"exit 3\" failed with status 3"},
        {"current: a\nprofiles: {a: {token_command: 'true'}}\n", "printed no token"},
        {"current: a\nprofiles: {a: {server: 'ftp://x'}}\n", "is not the address of a server"},
    }));
    std::ofstream{home.path()} << text;
    const auto connection = home.connect();
    CAPTURE(text);
    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == ExitCode::usage);
    CHECK_THAT(connection.error().lines.at(0), Contains(error));
}

TEST_CASE("the address of a server may have a proxy's path, but no credentials", "[client]") {
    CHECK(normalized_server("h:1") == "http://h:1");
    CHECK(normalized_server("https://h///") == "https://h");
    CHECK(normalized_server("https://h/ops/ecron/") == "https://h/ops/ecron");
    CHECK_FALSE(normalized_server("http://user@h"));
    CHECK_FALSE(normalized_server("http:///ops"));
    CHECK_FALSE(normalized_server("http://h/ops?x=1"));
    CHECK_FALSE(normalized_server("http://"));
    const auto prefix = normalized_server("http://h/ops/api/ecron-management/v1");
    REQUIRE_FALSE(prefix);
    CHECK_THAT(prefix.error().lines.at(0), Contains("omit /api/ecron-management/v1"));
}
