#include "app/machine_check.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "ecron/base/uuid.hpp"
#include "ecron/config/load.hpp"

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
