#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "auth/issuer.hpp"
#include "auth/signer.hpp"
#include "ecron/base/log.hpp"

using namespace ecron;
using namespace ecron::auth;
using test::key_set;
using test::Signer;

namespace {

struct JwtIssuer : test::Issuer {
    Signer signer{Algorithm::eddsa, "k1"};
    std::string keys{key_set({signer.jwk()})};
    unsigned status{200};
    JwtOptions options{.issuer = "https://issuer", .audiences = {}, .keys_url = url() + "/keys"};

    JwtIssuer() {
        answer = [this](const http::Request&) { return http::Response{.status = status, .body = keys}; };
    }
    std::unique_ptr<Authenticator> made() {
        return make_jwt_authenticator(io, clock, client, test::scope_map(), options);
    }
    [[nodiscard]] std::string token(std::string_view more = "") const { return token_by(signer, more); }
    static std::string token_by(const Signer& by, std::string_view more = "") {
        return by.token(R"({"iss":"https://issuer","exp":1767574800,"client_id":"me","scope":"read")" +
                        std::string{more} + "}");
    }
};

}  // namespace

TEST_CASE("a signed token is verified without a request to its issuer", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    for (int i = 0; i < 5; ++i) {
        const auto identity = issuer.identify(*authenticator, issuer.token(",\"n\":" + std::to_string(i)));
        REQUIRE(identity);
        CHECK(identity->tenant == TenantId{"me"});
    }
    CHECK(issuer.asked.size() == 1);
}

TEST_CASE("a new key is fetched when a token names it, and tokens of a removed key are refused",
          "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    const std::string old = issuer.token();
    REQUIRE(issuer.identify(*authenticator, old));
    const Signer next{Algorithm::es256, "k2"};
    issuer.keys = key_set({next.jwk()});
    issuer.clock.advance(issuer.options.keys_pause);
    CHECK(issuer.identify(*authenticator, JwtIssuer::token_by(next)));
    issuer.clock.advance(issuer.options.cache.longest);
    CHECK(issuer.identify(*authenticator, old).error().what == "Invalid token");
}

TEST_CASE("unknown key ids do not cause unlimited key requests", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    REQUIRE(issuer.identify(*authenticator, issuer.token()));
    for (int i = 0; i < 10; ++i) {
        const Signer stranger{Algorithm::eddsa, "x" + std::to_string(i)};
        CHECK(issuer.identify(*authenticator, JwtIssuer::token_by(stranger)).error().code ==
              Errc::unavailable);
    }
    CHECK(issuer.asked.size() == 1);
    issuer.clock.advance(issuer.options.keys_pause);
    const std::string made_up = JwtIssuer::token_by(Signer{Algorithm::eddsa, "y"});
    for (int i = 0; i < 2; ++i)
        CHECK(issuer.identify(*authenticator, made_up).error().what == "Invalid token");
    CHECK(issuer.asked.size() == 2);
}

TEST_CASE("an unknown key id does not cause valid tokens of a new key to be refused", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    REQUIRE(issuer.identify(*authenticator, issuer.token()));
    issuer.clock.advance(issuer.options.keys_pause);
    const Signer stranger{Algorithm::eddsa, "x"};
    CHECK(issuer.identify(*authenticator, JwtIssuer::token_by(stranger)).error().what == "Invalid token");
    const Signer next{Algorithm::eddsa, "k2"};
    issuer.keys = key_set({issuer.signer.jwk(), next.jwk()});
    const std::string good = JwtIssuer::token_by(next);
    CHECK(issuer.identify(*authenticator, good).error().code == Errc::unavailable);
    issuer.clock.advance(issuer.options.keys_pause);
    CHECK(issuer.identify(*authenticator, good));
}

TEST_CASE("concurrent tokens of a new key are valid after one key request", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    REQUIRE(issuer.identify(*authenticator, issuer.token()));
    const Signer next{Algorithm::eddsa, "k2"};
    issuer.keys = key_set({next.jwk()});
    issuer.clock.advance(issuer.options.keys_pause);
    std::vector<std::string> tokens;
    for (int i = 0; i < 5; ++i) tokens.push_back(JwtIssuer::token_by(next, ",\"n\":" + std::to_string(i)));
    for (const auto& identity : issuer.identify(*authenticator, tokens)) CHECK(identity);
    CHECK(issuer.asked.size() == 2);
}

TEST_CASE("while the issuer is unreachable, known keys stay valid", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    REQUIRE(issuer.identify(*authenticator, issuer.token()));
    issuer.goes_away();
    issuer.clock.advance(issuer.options.keys_age);
    CHECK(issuer.identify(*authenticator, issuer.token(R"(,"n":1)")));
    const Signer next{Algorithm::eddsa, "k2"};
    CHECK(issuer.identify(*authenticator, JwtIssuer::token_by(next)).error().code == Errc::unavailable);
}

TEST_CASE("before keys are known, tokens are neither accepted nor reported as invalid", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto [status, keys] = GENERATE(
        table<unsigned, std::string>({{500, ""}, {200, "nothing"}, {200, R"({"keys":[]})"}, {404, "{}"}}));
    issuer.status = status;
    issuer.keys = keys;
    const auto authenticator = issuer.made();
    CHECK(issuer.identify(*authenticator, issuer.token()).error().code == Errc::unavailable);
}

TEST_CASE("the log of a failed fetch contains no credentials of the URL", "[auth][jwt]") {
    JwtIssuer issuer;
    issuer.options.keys_url.replace(0, 7, "http://user:canary@").append("?key=canary");
    issuer.status = 500;
    const std::string file = "/tmp/ecron-jwt-log-" + std::to_string(::getpid());
    REQUIRE(log::configure({.file = file}));
    const auto authenticator = issuer.made();
    CHECK_FALSE(issuer.identify(*authenticator, issuer.token()));
    REQUIRE(log::configure({}));
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    std::filesystem::remove(file);
    CHECK_THAT(text.str(),
               Catch::Contains("failed to fetch keys of the issuer") && !Catch::Contains("canary"));
}

TEST_CASE("an expired token is reported as expired", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    const std::string token = issuer.token();
    REQUIRE(issuer.identify(*authenticator, token));
    issuer.clock.advance(Millis{3'600'000});
    CHECK(issuer.identify(*authenticator, token).error().what == "Token expired");
}
