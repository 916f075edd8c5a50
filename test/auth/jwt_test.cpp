#include "ecron/auth/jwt.hpp"

#include <fmt/format.h>
#include <openssl/hmac.h>

#include <catch2/catch.hpp>

#include "auth/signer.hpp"
#include "ecron/base/base64.hpp"

using namespace ecron;
using namespace ecron::auth;
using test::key_set;
using test::Signer;

namespace {

const Instant kNow{Seconds{1'800'000'000}};
const Expectations kExpected{.issuer = "https://issuer", .audiences = {"ecron"}};

std::string payload(std::string_view more = "", std::string_view issuer = "https://issuer") {
    return fmt::format(
        R"({{"iss":"{}","aud":["ecron"],"exp":1800000600,"client_id":"me","sub":"s","scope":"all"{}}})",
        issuer, more);
}

KeySet keys_of(const Signer& signer) { return std::move(*KeySet::read(key_set({signer.jwk()}))); }

std::string hmac_token(const std::string& header, const std::string& secret) {
    const std::string message = to_base64url(header) + '.' + to_base64url(payload());
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest, &size);
    return message + '.' + to_base64url({reinterpret_cast<const char*>(digest), size});
}

}  // namespace

TEST_CASE("a token signed by the issuer is accepted", "[auth][jwt]") {
    const auto algorithm = GENERATE(Algorithm::rs256, Algorithm::es256, Algorithm::eddsa);
    const Signer signer{algorithm, "k1"};
    const auto claims = verify(signer.token(payload()), keys_of(signer), kExpected, kNow);
    REQUIRE(claims);
    CHECK(claims->client == "me");
    CHECK(claims->subject == "s");
    CHECK(claims->scope == "all");
    CHECK(claims->expires == Instant{Seconds{1'800'000'600}});
}

TEST_CASE("a token with any byte changed is refused", "[auth][jwt]") {
    const auto algorithm = GENERATE(Algorithm::rs256, Algorithm::es256, Algorithm::eddsa);
    const Signer signer{algorithm, "k1"};
    const KeySet keys = keys_of(signer);
    const std::string token = signer.token(payload());
    for (std::size_t i = 0; i < token.size(); i += 3) {
        std::string other = token;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        if (other == token) continue;
        CAPTURE(i);
        CHECK_FALSE(verify(other, keys, kExpected, kNow));
        CHECK_FALSE(verify(token.substr(0, i), keys, kExpected, kNow));
    }
}

TEST_CASE("none, HMAC with the public key, and other unsafe algorithms are refused", "[auth][jwt]") {
    const Signer signer{Algorithm::rs256, "k1"};
    const KeySet keys = keys_of(signer);
    const std::string unsigned_token =
        to_base64url(R"({"alg":"none","kid":"k1"})") + '.' + to_base64url(payload()) + '.';
    const std::vector<std::string> tokens{
        unsigned_token,
        unsigned_token + "AAAA",
        hmac_token(R"({"alg":"HS256","kid":"k1"})", signer.public_pem()),
        signer.token(payload(), R"({"alg":"NONE","kid":"k1"})"),
        signer.token(payload(), R"({"alg":"rs256","kid":"k1"})"),
        signer.token(payload(), R"({"alg":"PS256","kid":"k1"})"),
        signer.token(payload(), R"({"kid":"k1"})"),
        signer.token(payload(), R"({"alg":["RS256"],"kid":"k1"})"),
        signer.token(payload(), R"({"alg":"RS256","kid":"k1","crit":["exp"]})"),
        "a.b.c",
        "",
        "..",
        "ecron_0123"};
    for (const std::string& token : tokens) {
        CAPTURE(token);
        const auto claims = verify(token, keys, kExpected, kNow);
        REQUIRE_FALSE(claims);
        CHECK(claims.error() == Fault::malformed);
    }
}

TEST_CASE("a key is used for its own algorithm only", "[auth][jwt]") {
    const Signer rsa{Algorithm::rs256, "k1"}, curve{Algorithm::es256, "k1"};
    const auto claims = verify(curve.token(payload()), keys_of(rsa), kExpected, kNow);
    REQUIRE_FALSE(claims);
    CHECK(claims.error() == Fault::unknown_key);
}

TEST_CASE("a different key with the same id is a bad signature, a different id an unknown key",
          "[auth][jwt]") {
    const Signer ours{Algorithm::eddsa, "k1"}, same_name{Algorithm::eddsa, "k1"},
        other{Algorithm::eddsa, "k2"};
    CHECK(verify(same_name.token(payload()), keys_of(ours), kExpected, kNow).error() == Fault::signature);
    CHECK(verify(other.token(payload()), keys_of(ours), kExpected, kNow).error() == Fault::unknown_key);
}

TEST_CASE("a token without a key id is verified with all keys of its algorithm", "[auth][jwt]") {
    const Signer first{Algorithm::es256, "k1"}, second{Algorithm::es256, "k2"};
    const KeySet keys = std::move(*KeySet::read(key_set({first.jwk(), second.jwk()})));
    CHECK(verify(second.token(payload(), R"({"alg":"ES256"})"), keys, kExpected, kNow));
}

TEST_CASE("claims are verified", "[auth][jwt]") {
    const Signer signer{Algorithm::eddsa, "k1"};
    const KeySet keys = keys_of(signer);
    const auto [text, fault] = GENERATE(table<std::string, Fault>({
        {payload("", "https://other"), Fault::claims},
        {payload("", "https://issuer/"), Fault::claims},
        {R"({"iss":"https://issuer","aud":"ecron","client_id":"me"})", Fault::claims},  // no end
        {R"({"iss":"https://issuer","aud":"ecron","exp":1800000000,"client_id":"me"})",
         Fault::expired},  // now
        {R"({"iss":"https://issuer","aud":"ecron","exp":"1800000600","client_id":"me"})", Fault::claims},
        {R"({"iss":"https://issuer","aud":"ecron","exp":1e300,"client_id":"me"})", Fault::claims},
        {R"({"iss":"https://issuer","aud":"ecron","exp":-1,"client_id":"me"})", Fault::claims},
        {R"({"iss":"https://issuer","aud":["x","y"],"exp":1800000600,"client_id":"me"})", Fault::claims},
        {R"({"iss":"https://issuer","exp":1800000600,"client_id":"me"})", Fault::claims},
        {R"({"iss":"https://issuer","aud":"ecron","exp":1800000600})", Fault::claims},
        {payload(R"(,"nbf":1800000031)"), Fault::claims},
        {payload(R"(,"nbf":"soon")"), Fault::claims},
        {"[]", Fault::malformed},
        {"{", Fault::malformed},
    }));
    CAPTURE(text);
    const auto claims = verify(signer.token(text), keys, kExpected, kNow);
    REQUIRE_FALSE(claims);
    CHECK(claims.error() == fault);
}

TEST_CASE("claim names of other issuers are supported", "[auth][jwt]") {
    const Signer signer{Algorithm::eddsa, "k1"};
    const auto claims = verify(
        signer.token(
            R"({"iss":"https://issuer","aud":"ecron","exp":1800000600.5,"nbf":1800000010,"azp":"me","scp":["a","b"]})"),
        keys_of(signer), kExpected, kNow);
    REQUIRE(claims);
    CHECK(claims->client == "me");
    CHECK(claims->scope == "a b ");
}

TEST_CASE("unusable keys are skipped in a key set", "[auth][jwt]") {
    const Signer rsa{Algorithm::rs256, "k1"};
    CHECK(KeySet::read(key_set({rsa.jwk()}))->size() == 1);
    CHECK(KeySet::read(key_set({rsa.jwk(R"(,"use":"enc")")}))->size() == 0);
    CHECK(KeySet::read(key_set({rsa.jwk(R"(,"alg":"PS256")")}))->size() == 0);
    CHECK(KeySet::read(key_set({Signer::weak_rsa("k").jwk()}))->size() == 0);
    CHECK(KeySet::read(key_set({R"({"kty":"oct","k":"AAAA"})", "1", "{}"}))->size() == 0);
    CHECK(KeySet::read(key_set({R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})"}))->size() == 0);
    // A point that is not on the curve.
    const std::string zeros = to_base64url(std::string(32, '\1'));
    CHECK(KeySet::read(key_set({fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{0}","y":"{0}"}})", zeros)}))
              ->size() == 0);
    CHECK_FALSE(KeySet::read("[]"));
    CHECK_FALSE(KeySet::read(R"({"keys":{}})"));
    CHECK_FALSE(KeySet::read("<html>"));
}

TEST_CASE("base64url accepts only the canonical form", "[auth][jwt]") {
    for (const std::string text : {"", "f", "fo", "foo", "\xff\xfe\xfd\xfc"})
        CHECK(from_base64url(to_base64url(text)) == text);
    for (const char* bad : {"A", "AA=", "AB", "A+", "A/", "AAB", " AA"}) {
        CAPTURE(bad);
        CHECK_FALSE(from_base64url(bad));
    }
}
