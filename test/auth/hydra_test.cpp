#include <catch2/catch.hpp>

#include "auth/issuer.hpp"

using namespace ecron;
using namespace ecron::auth;
using test::Issuer;

namespace {

constexpr std::string_view kActive =
    R"({"active":true,"client_id":"me","sub":"me","scope":"all","exp":1767571260})";  // expires in one minute

/// A Hydra that serves one introspection path.
struct Hydra : Issuer {
    explicit Hydra(std::string path = "/admin/oauth2/introspect") : path_(std::move(path)) {
        answer = [this](const http::Request& request) -> http::Response {
            if (request.path != path_) return {.status = 404};
            return {.status = status, .body = said};
        };
    }
    std::string path_;
    std::string said{kActive};
    unsigned status{200};
    HydraOptions options{.admin_url = url(), .timeout = Millis{2'000}};
    std::unique_ptr<Authenticator> made() {
        return make_hydra_authenticator(io, clock, client, test::scope_map(), options);
    }
};

std::string cause_of(const Result<Identity>& answer) { return answer ? "" : answer.error().what; }

}  // namespace

TEST_CASE("an active token identifies its client", "[auth][hydra]") {
    Hydra hydra;
    const auto authenticator = hydra.made();
    const auto identity = hydra.identify(*authenticator, "a+b c");
    REQUIRE(identity);
    CHECK(identity->tenant == TenantId{"me"});
    CHECK(identity->may == test::scope_map().permissions("all"));
    CHECK(hydra.asked.at(0).method == http::Method::post);
    CHECK(hydra.asked.at(0).body == "token=a%2Bb%20c");
    CHECK(hydra.asked.at(0).header("Content-Type") == "application/x-www-form-urlencoded");
}

TEST_CASE("the introspection path of either version is detected, again after it has changed",
          "[auth][hydra]") {
    Hydra hydra{GENERATE("/admin/oauth2/introspect", "/oauth2/introspect")};
    const auto authenticator = hydra.made();
    REQUIRE(hydra.identify(*authenticator, "one"));
    const std::size_t found_after = hydra.asked.size();
    REQUIRE(hydra.identify(*authenticator, "two"));
    CHECK(hydra.asked.size() == found_after + 1);
    hydra.path_ = hydra.path_ == "/oauth2/introspect" ? "/admin/oauth2/introspect" : "/oauth2/introspect";
    CHECK(hydra.identify(*authenticator, "three"));
}

TEST_CASE("an invalid token is refused with the cause that clients match", "[auth][hydra]") {
    const auto [said, cause] = GENERATE(table<std::string, std::string>({
        {R"({"active":false})", "Token expired"},
        {R"({"active":true,"exp":1767571260})", "Invalid token"},
        {R"({"active":true,"client_id":"","exp":1767571260})", "Invalid token"},
        {R"({"active":true,"client_id":"me","exp":1767571200})", "Token expired"},
        {R"({"active":true,"client_id":"me","token_use":"refresh_token"})", "Invalid token"},
    }));
    Hydra hydra;
    hydra.said = said;
    const auto authenticator = hydra.made();
    const auto answer = hydra.identify(*authenticator, "t");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::unauthenticated);
    CHECK(answer.error().what == cause);
}

TEST_CASE("a client_id that is not a valid tenant is refused", "[auth][hydra]") {
    const std::string client =
        GENERATE(std::string(37, 'c'), "acme ", " acme", "acme\\t", "acme\\u3000", "a\\u0000b");
    CAPTURE(client);
    Hydra hydra;
    hydra.said = R"({"active":true,"client_id":")" + client + R"("})";
    const auto authenticator = hydra.made();
    CHECK(cause_of(hydra.identify(*authenticator, "t")) == "Invalid token");
    hydra.identify(*authenticator, "t");
    CHECK(hydra.asked.size() == 1);  // the refusal is cached
}

TEST_CASE("a client_id has at most 36 characters, of any number of bytes", "[auth]") {
    std::string client;
    for (int i = 0; i < 36; ++i) client += "\u4efb";
    CHECK(can_be_tenant(client));
    CHECK_FALSE(can_be_tenant(client + "x"));
    CHECK_FALSE(can_be_tenant(""));
    CHECK_FALSE(can_be_tenant("*"));
}

TEST_CASE("an invalid introspection response is an error", "[auth][hydra]") {
    const auto [status, said] =
        GENERATE(table<unsigned, std::string>({{500, ""},
                                               {401, "{}"},
                                               {302, ""},
                                               {200, ""},
                                               {200, "[]"},
                                               {200, "{}"},
                                               {200, R"({"active":"true","client_id":"me"})"},
                                               {200, "<html>"}}));
    Hydra hydra;
    hydra.status = status;
    hydra.said = said;
    const auto authenticator = hydra.made();
    CHECK(hydra.identify(*authenticator, "t").error().code == Errc::unavailable);
}

TEST_CASE("concurrent requests with one token cause one introspection", "[auth][hydra]") {
    Hydra hydra;
    const auto authenticator = hydra.made();
    for (const auto& answer : hydra.identify(*authenticator, std::vector<std::string>(50, "t")))
        CHECK(answer);
    CHECK(hydra.asked.size() == 1);
    CHECK(authenticator->known("t"));
    CHECK_FALSE(authenticator->known("u"));
}

TEST_CASE("an answer is cached for token_cache, at most until the token expires", "[auth][hydra]") {
    Hydra hydra;
    const auto authenticator = hydra.made();
    REQUIRE(hydra.identify(*authenticator, "t"));
    hydra.clock.advance(Millis{29'999});
    CHECK(authenticator->known("t"));
    hydra.clock.advance(Millis{1});
    CHECK_FALSE(authenticator->known("t"));
    REQUIRE(hydra.identify(*authenticator, "t"));
    CHECK(hydra.asked.size() == 2);
    hydra.said = R"({"active":false})";  // revoked
    hydra.clock.advance(Millis{29'999});
    CHECK(authenticator->known("t"));
    hydra.clock.advance(Millis{1});  // expired
    CHECK_FALSE(authenticator->known("t"));
    CHECK(cause_of(hydra.identify(*authenticator, "t")) == "Token expired");
}

TEST_CASE("while Hydra is unreachable, cached tokens stay valid and new ones are not reported as invalid",
          "[auth][hydra]") {
    Hydra hydra;
    const auto authenticator = hydra.made();
    REQUIRE(hydra.identify(*authenticator, "old"));
    hydra.goes_away();
    hydra.clock.advance(Millis{45'000});
    CHECK(hydra.identify(*authenticator, "old"));
    CHECK(authenticator->known("old"));  // a repeated request does not wait for Hydra
    CHECK(hydra.identify(*authenticator, "new").error().code == Errc::unavailable);
    hydra.clock.advance(Millis{14'999});
    CHECK(hydra.identify(*authenticator, "old"));
    hydra.clock.advance(Millis{1});
    CHECK(hydra.identify(*authenticator, "old").error().code == Errc::unavailable);
    hydra.comes_back();
    hydra.said = R"({"active":true,"client_id":"me"})";
    CHECK(hydra.identify(*authenticator, "new"));
}

TEST_CASE("the cache is bounded, and invalid tokens do not evict valid ones", "[auth][hydra]") {
    Hydra hydra;
    hydra.options.cache.size = 10;
    const auto authenticator = hydra.made();
    REQUIRE(hydra.identify(*authenticator, "good"));
    hydra.said = R"({"active":false})";
    for (int i = 0; i < 50; ++i) CHECK_FALSE(hydra.identify(*authenticator, "bad" + std::to_string(i)));
    CHECK(authenticator->known("good"));
    CHECK(authenticator->statistics().cached == 11);
    CHECK_FALSE(hydra.identify(*authenticator, "bad49"));
    CHECK(authenticator->statistics().asked == 51);
}

TEST_CASE("concurrent introspections and waiting tokens per source are limited", "[auth][hydra]") {
    Hydra hydra;
    hydra.options.cache.under_way = 3;
    hydra.options.cache.waiting_per_source = 4;
    const auto authenticator = hydra.made();
    std::vector<std::string> tokens;
    for (int i = 0; i < 10; ++i) tokens.push_back(std::to_string(i));
    std::size_t known = 0, unknown = 0;
    for (const auto& answer : hydra.identify(*authenticator, tokens)) {
        known += answer ? 1 : 0;
        unknown += !answer && answer.error().code == Errc::unavailable ? 1 : 0;
    }
    CHECK(known == 7);
    CHECK(unknown == 3);
}

TEST_CASE("a flood of invalid tokens from one address does not block new valid tokens", "[auth][hydra]") {
    Hydra hydra;
    hydra.answer = [](const http::Request& request) -> http::Response {
        const bool good = request.body.starts_with("token=good");
        return {.status = 200, .body = good ? std::string{kActive} : R"({"active":false})"};
    };
    const auto authenticator = hydra.made();
    std::size_t refused = 0, under_way = 0;
    const auto flood = [&](int round) {
        for (int i = 0; i < 500; ++i, ++under_way)
            boost::asio::co_spawn(hydra.io,
                                  authenticator->identify(std::to_string(round * 1'000 + i), "198.51.100.7"),
                                  [&](const std::exception_ptr&, const Result<Identity>& answer) {
                                      --under_way;
                                      if (!answer) ++refused;
                                  });
    };
    for (int round = 0; round < 10; ++round) {
        flood(round);
        CHECK(hydra.identify(*authenticator, "good" + std::to_string(round)));  // from another address
    }
    hydra.io.restart();
    while (under_way > 0) hydra.io.run_one();
    CHECK(refused == 5'000);
}

TEST_CASE("a cached token stays valid during its renewal, also in a flood", "[auth][hydra]") {
    Hydra hydra;
    const auto authenticator = hydra.made();
    REQUIRE(hydra.identify(*authenticator, "good"));
    std::size_t under_way = 0;
    for (int i = 0; i < 500; ++i, ++under_way)
        boost::asio::co_spawn(hydra.io, authenticator->identify("bad" + std::to_string(i), hydra.source),
                              [&](const std::exception_ptr&, const Result<Identity>&) { --under_way; });
    hydra.clock.advance(Millis{29'999});
    CHECK(authenticator->known("good"));  // and is renewed in the background
    hydra.io.restart();
    while (under_way > 0) hydra.io.run_one();
    hydra.clock.advance(Millis{1});
    CHECK(authenticator->known("good"));
    CHECK(hydra.identify(*authenticator, "good"));
}

TEST_CASE("a token found revoked by its renewal is refused at once", "[auth][hydra]") {
    Hydra hydra;
    const auto authenticator = hydra.made();
    REQUIRE(hydra.identify(*authenticator, "t"));
    hydra.said = R"({"active":false})";
    hydra.clock.advance(Millis{25'000});
    CHECK(authenticator->known("t"));
    hydra.io.restart();
    while (authenticator->known("t")) hydra.io.run_one();
    CHECK(cause_of(hydra.identify(*authenticator, "t")) == "Token expired");
    CHECK(hydra.asked.size() == 2);
}

TEST_CASE("a refused token is checked again after a minute, regardless of token_cache", "[auth][hydra]") {
    Hydra hydra;
    hydra.options.cache.longest = Millis{3'600'000};
    const auto authenticator = hydra.made();
    hydra.said = R"({"active":false})";
    CHECK_FALSE(hydra.identify(*authenticator, "t"));
    hydra.clock.advance(Millis{59'999});
    CHECK_FALSE(hydra.identify(*authenticator, "t"));
    CHECK(hydra.asked.size() == 1);
    hydra.clock.advance(Millis{1});
    CHECK_FALSE(hydra.identify(*authenticator, "t"));
    CHECK(hydra.asked.size() == 2);
}

TEST_CASE("without a cache every request is introspected", "[auth][hydra]") {
    Hydra hydra;
    hydra.options.cache.longest = Millis{0};
    const auto authenticator = hydra.made();
    for (int i = 0; i < 3; ++i) REQUIRE(hydra.identify(*authenticator, "t"));
    CHECK(hydra.asked.size() == 3);
}
