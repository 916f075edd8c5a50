#include <catch2/catch.hpp>

#include "auth/issuer.hpp"
#include "auth/signer.hpp"

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

TEST_CASE("a signed token is checked without asking its issuer each time", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    for (int i = 0; i < 5; ++i) {
        const auto identity = issuer.identify(*authenticator, issuer.token(",\"n\":" + std::to_string(i)));
        REQUIRE(identity);
        CHECK(identity->tenant == TenantId{"me"});
    }
    CHECK(issuer.asked.size() == 1);
}

TEST_CASE("a new key is fetched when a token names it, and tokens of the old one end with it",
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

TEST_CASE("made-up keys do not make ecron ask all the time", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    REQUIRE(issuer.identify(*authenticator, issuer.token()));
    for (int i = 0; i < 10; ++i) {
        const Signer stranger{Algorithm::eddsa, "x" + std::to_string(i)};
        CHECK(issuer.identify(*authenticator, JwtIssuer::token_by(stranger)).error().what == "Invalid token");
    }
    CHECK(issuer.asked.size() == 1);
}

TEST_CASE("while the issuer is away the keys that are known hold", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    REQUIRE(issuer.identify(*authenticator, issuer.token()));
    issuer.goes_away();
    issuer.clock.advance(issuer.options.keys_age);
    CHECK(issuer.identify(*authenticator, issuer.token(R"(,"n":1)")));
    const Signer next{Algorithm::eddsa, "k2"};
    CHECK(issuer.identify(*authenticator, JwtIssuer::token_by(next)).error().code == Errc::unavailable);
}

TEST_CASE("before keys are known nothing is accepted and nothing called bad", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto [status, keys] = GENERATE(
        table<unsigned, std::string>({{500, ""}, {200, "nothing"}, {200, R"({"keys":[]})"}, {404, "{}"}}));
    issuer.status = status;
    issuer.keys = keys;
    const auto authenticator = issuer.made();
    CHECK(issuer.identify(*authenticator, issuer.token()).error().code == Errc::unavailable);
}

TEST_CASE("a token that has ended is told so", "[auth][jwt]") {
    JwtIssuer issuer;
    const auto authenticator = issuer.made();
    const std::string token = issuer.token();
    REQUIRE(issuer.identify(*authenticator, token));
    issuer.clock.advance(Millis{3'600'000});
    CHECK(issuer.identify(*authenticator, token).error().what == "Token expired");
}
