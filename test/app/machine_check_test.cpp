#include "app/machine_check.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "app/given_cli.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/config/load.hpp"
#include "ecron/store/store.hpp"

using namespace ecron;
using namespace ecron::app;

namespace {

using Lines = std::vector<std::string>;

struct Folder {
    std::filesystem::path path{std::filesystem::temp_directory_path() / ("ecron-" + random_uuid())};
    Folder() { std::filesystem::create_directory(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
};

/// A listening socket on a free port of 127.0.0.1.
struct Listener {
    int descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::string port;
    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(descriptor, any, size) == 0);
        REQUIRE(::listen(descriptor, 1) == 0);
        REQUIRE(::getsockname(descriptor, any, &size) == 0);
        port = std::to_string(ntohs(address.sin_port));
    }
    ~Listener() { ::close(descriptor); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
};

MachineCheck checked(std::vector<config::Flag> flags) {
    const auto loaded = config::load({.flags = std::move(flags)});
    REQUIRE(loaded);
    return check_machine(loaded->config, {});
}

}  // namespace

TEST_CASE("the default configuration names nothing on the machine", "[machine]") {
    const MachineCheck here = checked({});
    CHECK(here.errors.empty());
    CHECK(here.warnings.empty());
}

TEST_CASE("a machine lacks what the configuration names", "[machine]") {
    const Folder folder;
    const std::string absent = folder.file("absent/file");
    const auto error = [](std::vector<config::Flag> flags) {
        const Lines errors = checked(std::move(flags)).errors;
        REQUIRE(errors.size() == 1);
        return errors.front();
    };
    CHECK(error({{"command_enabled", "true"}, {"command_user", "no-such-user"}}) ==
          "command_user: unknown user no-such-user");
    CHECK(error({{"auth_mode", "token"}, {"token_file", folder.file("tokens")}}) ==
          "cannot read the token file " + folder.file("tokens") + ": No such file or directory");
    CHECK(error({{"auth_mode", "token"}, {"token_file", absent}}) ==
          "token_file: the directory " + folder.file("absent") + " does not exist");
    CHECK(error({{"kubernetes_enabled", "true"},
                 {"kubernetes_without_auth", "true"},
                 {"kubernetes_config", absent}}) == "kubernetes_config: " + absent + " cannot be read");
    for (const std::string option : {"log_file", "ca_file", "db_ca_file", "oauth_ca_file", "db_path"})
        CHECK(error({{option, absent}}) == option + ": " + absent + ": No such file or directory");
    for (const std::string option : {"log_file", "db_path"})
        CHECK(error({{option, folder.path.string()}}) ==
              option + ": " + folder.path.string() + ": is a folder");
    CHECK_THAT(error({{"ssl_on", "true"}, {"cert_file", absent}, {"key_file", absent}}),
               Catch::Contains("cert_file") && Catch::Contains(absent));

    const std::string text = folder.file("text");
    std::ofstream{text} << "no certificate\n";
    for (const std::string option : {"ca_file", "db_ca_file", "oauth_ca_file"})
        CHECK_THAT(error({{option, text}}), Catch::StartsWith(option + ": ") && Catch::Contains(text));
    CHECK(error({{"command_enabled", "true"}, {"command_as_self", "true"}, {"run_dir", text}}) ==
          "run_dir: " + text + ": is not a folder");
    CHECK(checked({{"command_enabled", "true"}, {"command_as_self", "true"}, {"command_dir", absent}})
              .warnings == Lines{"command_dir: " + absent + ": is not a folder"});
    CHECK(checked({{"secrets_dir", absent}}).warnings ==
          Lines{"secrets_dir: " + absent + ": is not a folder"});
}

TEST_CASE("files that ecron creates may be absent", "[machine]") {
    const Folder folder;
    CHECK(checked({{"log_file", folder.file("new.log")}}).errors.empty());
    CHECK(checked({{"auth_mode", "token"}, {"token_file", folder.file("tokens")}, {"token_init", "true"}})
              .errors.empty());
    CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("ports in use are found, all at once with what else is wrong", "[machine]") {
    const Folder folder;
    const Listener api, health;
    const std::string absent = folder.file("absent/file");
    const MachineCheck here =
        checked({{"cron_port", api.port}, {"anlys_port", health.port}, {"ca_file", absent}});
    CHECK(here.occupied ==
          Lines{"cron_port: cannot listen on 127.0.0.1 port " + api.port + ": Address already in use",
                "anlys_port: cannot listen on 127.0.0.1 port " + health.port + ": Address already in use"});
    CHECK(here.errors == Lines{"ca_file: " + absent + ": No such file or directory"});
    CHECK(checked({{"cron_port", "0"}}).occupied.empty());
}

TEST_CASE("a database that another process uses is found, and so is a file of another kind", "[machine]") {
    const Folder folder;
    const std::string path = folder.file("ecron.db");
    const std::vector<config::Flag> flags{{"cron_port", "0"}, {"db_path", path}};
    CHECK(checked(flags).occupied.empty());
    CHECK(std::filesystem::is_empty(folder.path));
    {
        boost::asio::io_context io;
        const SystemClock clock;
        const auto store = store::Store::open(io, {.path = path}, clock);
        REQUIRE(store);
        const Lines occupied = checked(flags).occupied;
        REQUIRE(occupied.size() == 1);
        CHECK_THAT(occupied.front(), Catch::StartsWith("db_path: " + path + " is in use by process "));
    }
    CHECK(checked(flags).occupied.empty());
    std::ofstream{path} << "these are not the first sixteen bytes of a database\n";
    CHECK(checked(flags).errors == Lines{"db_path: " + path + " is not an SQLite database"});
}

TEST_CASE("folders in which ecron cannot create its own files are found", "[machine]") {
    const auto errors = [](std::vector<config::Flag> flags) { return checked(std::move(flags)).errors; };
    const std::vector<config::Flag> run_dir{{"run_dir", "/dev/null/run"}};
    CHECK(errors({{"command_enabled", "true"}, {"command_as_self", "true"}, run_dir[0]}) ==
          Lines{fmt::format("run_dir: /dev/null/run: Permission denied for user {}:{}", ::geteuid(),
                            ::getegid())});
    CHECK(errors(run_dir).empty());                         // not needed without commands
    CHECK(errors({{"run_dir", "/dev/null"}}).size() == 1);  // but used if it exists
    CHECK(errors({{"auth_mode", "token"}, {"token_file", "/dev/null/tokens"}, {"token_init", "true"}}) ==
          Lines{"token_file: /dev/null/tokens: Not a directory"});
}

TEST_CASE("a command_user that serve refuses is found", "[machine]") {
    const Lines errors = checked({{"command_enabled", "true"}, {"command_user", "root"}}).errors;
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), Catch::StartsWith("command_user: root is "));
}

TEST_CASE("files that an invalid option keeps from being read are checked", "[machine]") {
    GivenCli cli;
    cli.check_machine = [](const config::Attempt& attempt) { return check_machine(attempt, {}); };
    cli.run({"check-config", "--cron-port=0", "--ssl-on=maybe", "--cert-file=/nope.crt", "--auth-mode=tokn",
             "--token-file=/nope", "--kubernetes-enabled=maybe", "--kubernetes-config=/nope.conf"});
    CHECK(cli.exit_code == kExitWrong);
    for (const char* line : {"ecron: cert_file: /nope.crt: No such file or directory\n",
                             "ecron: token_file: /nope: No such file or directory\n",
                             "ecron: kubernetes_config: /nope.conf: No such file or directory\n"})
        CHECK_THAT(cli.err, Catch::Contains(line));
    CHECK(
        cli.run({"check-config", "--cron-port=0", "--cert-file=/nope.crt", "--token-file=/nope"}).exit_code ==
        kExitGood);
    cli.run({"check-config", "--cron-port=0", "--auth-mode=tokn", "--token-file=/nope", "--token-init"});
    CHECK_FALSE(cli.err.contains("token_file"));  // would be created
}

TEST_CASE("an error of an option is reported once", "[machine]") {
    GivenCli cli;
    cli.check_machine = [](const config::Attempt& attempt) { return check_machine(attempt, {}); };
    cli.run({"check-config", "--command-enabled", "--cron-port=0"});
    CHECK(cli.exit_code == kExitWrong);
    CHECK_THAT(cli.err, Catch::StartsWith("ecron: --command-enabled: command_enabled: would run commands"));
    CHECK(std::ranges::count(cli.err, '\n') == 1);
}
