#include <catch2/catch.hpp>

#include "auth/issuer.hpp"

using namespace ecron;
using namespace ecron::auth;

TEST_CASE("the token follows any scheme", "[auth]") {
    const auto [header, token] = GENERATE(table<std::string, std::string>({{"Bearer abc", "abc"},
                                                                           {"bearer abc", "abc"},
                                                                           {"anything a.b.c", "a.b.c"},
                                                                           {"Bearer   abc", "abc"}}));
    CHECK(token_of(header) == token);
}

TEST_CASE("a header without a token is refused with the cause that clients match", "[auth]") {
    const auto [header, cause] = GENERATE(table<std::string, std::string>({{"", "Empty token"},
                                                                           {"Bearer ", "Empty token"},
                                                                           {"Bearer", "Invalid token"},
                                                                           {"abc", "Invalid token"}}));
    const auto token = token_of(header);
    REQUIRE_FALSE(token);
    CHECK(token.error().code == Errc::unauthenticated);
    CHECK(token.error().what == cause);
    CHECK(token.error().fields == std::vector<std::string>{"Authorization"});
}

TEST_CASE("scope all excludes commands, Kubernetes Jobs with credentials, and other tenants", "[auth]") {
    const Permissions granted = test::scope_map().permissions("openid all");
    using enum Permission;
    for (const Permission permission : {read, write, execute, kubernetes_proxy})
        CHECK(granted.has(permission));
    for (const Permission permission : {command, kubernetes, admin}) CHECK_FALSE(granted.has(permission));
}

TEST_CASE("execute includes report, but report grants nothing else", "[auth]") {
    CHECK(test::scope_map().permissions("execute").has(Permission::report));
    Permissions only;
    only.grant(Permission::report);
    CHECK(test::scope_map().permissions("report") == only);
}

TEST_CASE("a scope is matched as a whole word", "[auth]") {
    const auto scope = GENERATE("", "rea", "reads", "read,write", "allall", "ALL");
    CHECK(test::scope_map().permissions(scope).none());
    CHECK(test::scope_map().permissions("  read  ").has(Permission::read));
}

TEST_CASE("a missing permission is reported with the first scope that grants it", "[auth]") {
    CHECK(test::scope_map().needed_for(Permission::read) == "read");
    CHECK(test::scope_map().needed_for(Permission::admin) == "admin");
}
