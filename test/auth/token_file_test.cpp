#include "ecron/auth/token_file.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "auth/issuer.hpp"
#include "ecron/base/uuid.hpp"

using namespace ecron;
using namespace ecron::auth;

namespace {

struct Folder {
    std::string path = std::filesystem::temp_directory_path() / ("ecron-tokens-" + random_uuid());
    Folder() { std::filesystem::create_directory(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    [[nodiscard]] std::string file() const { return path + "/tokens"; }
};

std::string contents(const std::string& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

unsigned mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

std::optional<Identity> known(const std::string& file, std::string_view token) {
    const auto authenticator = make_token_authenticator(file, test::scope_map());
    REQUIRE(authenticator);
    return (*authenticator)->known(token);
}

}  // namespace

TEST_CASE("a created token is found with its tenant, name and scopes", "[auth]") {
    const Folder folder;
    const auto token = create_token(folder.file(), "ci", TenantId{"me"}, "read execute");
    REQUIRE(token);
    const auto identity = known(folder.file(), token->reveal());
    REQUIRE(identity);
    CHECK(identity->tenant == TenantId{"me"});
    CHECK(identity->subject == "ci");
    CHECK(identity->may == test::scope_map().permissions("read execute"));
}

TEST_CASE("the file contains no token and is readable by its owner only", "[auth]") {
    const Folder folder;
    const auto token = create_token(folder.file(), "ci", TenantId{"me"}, "all");
    REQUIRE(token);
    const std::string secret = token->reveal().substr(token->reveal().rfind('_') + 1);
    CHECK(contents(folder.file()).find(secret) == std::string::npos);
    CHECK(mode_of(folder.file()) == 0600);
}

TEST_CASE("a token with any character changed is unknown", "[auth]") {
    const Folder folder;
    const std::string token = create_token(folder.file(), "ci", TenantId{"me"}, "all")->reveal();
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string other = token;
        other[i] = other[i] == '0' ? '1' : '0';
        CAPTURE(i);
        CHECK_FALSE(known(folder.file(), other));
        CHECK_FALSE(known(folder.file(), token.substr(0, i)));
    }
    CHECK_FALSE(known(folder.file(), token + "0"));
}

TEST_CASE("a revoked token is refused after the file is reloaded", "[auth]") {
    const Folder folder;
    test::Issuer world;
    const std::string token = create_token(folder.file(), "old", TenantId{"me"}, "all")->reveal();
    const std::string kept = create_token(folder.file(), "kept", TenantId{"me"}, "all")->reveal();
    const auto authenticator = make_token_authenticator(folder.file(), test::scope_map());
    REQUIRE(world.identify(**authenticator, token));
    REQUIRE(revoke_token(folder.file(), "old"));
    REQUIRE((*authenticator)->reload());
    const auto refused = world.identify(**authenticator, token);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "Invalid token");
    CHECK(world.identify(**authenticator, kept));
}

TEST_CASE("names are unique, and an unknown name cannot be revoked", "[auth]") {
    const Folder folder;
    REQUIRE(create_token(folder.file(), "ci", TenantId{"me"}, "all"));
    CHECK(create_token(folder.file(), "ci", TenantId{"you"}, "all").error().code == Errc::conflict);
    CHECK(revoke_token(folder.file(), "cd").error().code == Errc::not_found);
}

TEST_CASE("values that would break a line of the file are rejected", "[auth]") {
    const Folder folder;
    const auto [name, tenant, scope] =
        GENERATE(table<std::string, std::string, std::string>({{"a b", "me", "all"},
                                                               {"", "me", "all"},
                                                               {"a", "m e", "all"},
                                                               {"a", "", "all"},
                                                               {"a", "me\n", "all"},
                                                               {"a", "me", ""}}));
    CHECK(create_token(folder.file(), name, TenantId{tenant}, scope).error().code == Errc::invalid);
}

TEST_CASE("a malformed file is rejected with the line number", "[auth]") {
    const Folder folder;
    const auto text = GENERATE("# fine\nci me all\n", "\nid name tenant scopes salt short\n");
    std::ofstream{folder.file()} << text;
    const auto entries = read_token_file(folder.file());
    REQUIRE_FALSE(entries);
    CHECK(entries.error().what.find(folder.file() + ":2:") != std::string::npos);
    CHECK_FALSE(make_token_authenticator(folder.file() + ".none", test::scope_map()));
}

TEST_CASE("a path that cannot be a token file is refused and nothing is created beside it", "[auth]") {
    const Folder folder;
    std::filesystem::create_directory(folder.file());
    const std::string lost = folder.path + "/missing/tokens";
    for (const std::string& file : {folder.file(), lost}) {
        CAPTURE(file);
        const std::string why = file == lost ? "the directory " + folder.path + "/missing does not exist"
                                             : file + " is a directory";
        const auto refused = [&](const auto& result) {
            REQUIRE_FALSE(result);
            CHECK(result.error().what == "token_file: " + why);
        };
        refused(create_token(file, "ci", TenantId{"me"}, "all"));
        refused(create_first_token(file, TenantId{"me"}, "all"));
        refused(revoke_token(file, "ci"));
        refused(make_token_authenticator(file, test::scope_map()));
    }
    CHECK_FALSE(revoke_token(folder.path + "/none", "ci"));
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path}, {}) == 1);
}

TEST_CASE("the first start creates one token with all permissions and writes it next to the file", "[auth]") {
    const Folder folder;
    REQUIRE(create_first_token(folder.file(), TenantId{"me"}, "all command kubernetes admin") == true);
    std::string token = contents(folder.file() + ".initial");
    CHECK(mode_of(folder.file() + ".initial") == 0600);
    token.pop_back();  // the newline
    const auto identity = known(folder.file(), token);
    REQUIRE(identity);
    CHECK(identity->may == Permissions::all());
    CHECK(create_first_token(folder.file(), TenantId{"me"}, "all") == false);
    CHECK(known(folder.file(), token));
}
