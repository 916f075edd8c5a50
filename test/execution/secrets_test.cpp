#include "ecron/execution/secrets.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

using namespace ecron;
using namespace ecron::execution;

namespace {

class SecretsWorld {
public:
    SecretsWorld() {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
        std::filesystem::create_directory(path_ + "/alice");
        std::ofstream{path_ + "/shared"} << "for all\n";
        std::ofstream{path_ + "/key"} << "anybody's";
        std::ofstream{path_ + "/alice/key"} << "alice's";
        std::ofstream{path_ + "/alice/own"} << "hers\r\n";
    }
    ~SecretsWorld() { std::filesystem::remove_all(path_); }
    SecretsWorld(const SecretsWorld&) = delete;
    SecretsWorld& operator=(const SecretsWorld&) = delete;

    [[nodiscard]] std::string find(const std::string& tenant, const std::string& name,
                                   const Destination& to = Destination::command()) const {
        const Secrets secrets{path_, {{"ECRON_SECRET_API_KEY", "of the environment"}, {"OTHER", "x"}}};
        const Result<SecretText> found = secrets.find(TenantId{tenant}, name, to);
        return found ? found->reveal() : found.error().what;
    }

    void given_rules(const std::string& file, const std::string& text) const {
        std::ofstream{path_ + "/" + file} << text;
    }

private:
    std::string path_{"/tmp/ecron-secrets-XXXXXX"};
};

Result<std::string> revealed(const std::string& text, Quoting quoting = Quoting::none) {
    const Secrets secrets{"", {{"ECRON_SECRET_A", "al\"pha"}, {"ECRON_SECRET_B", "beta"}}};
    const TenantId tenant{"t"};
    return Revealer{secrets, tenant, Destination::command()}.reveal(text, quoting);
}

}  // namespace

TEST_CASE("the tenant's own secret overrides the shared one, which overrides the environment", "[secrets]") {
    const SecretsWorld world;
    CHECK(world.find("alice", "key") == "alice's");
    CHECK(world.find("bob", "key") == "anybody's");
    CHECK(world.find("alice", "own") == "hers");
    CHECK(world.find("bob", "own") == "the secret own is not known");
    CHECK(world.find("bob", "shared") == "for all");
    CHECK(world.find("bob", "api-key") == "of the environment");
    CHECK(world.find("bob", "OTHER") == "the secret OTHER is not known");
}

TEST_CASE("a secret's name cannot refer to other files", "[secrets]") {
    const SecretsWorld world;
    for (const std::string name : {"", "..", "../alice/own", "alice/own", ".hidden", "a b", "/etc/passwd"})
        CHECK(world.find("bob", name) == "a secret's name has letters, digits, . - and _ only");
    CHECK(world.find("bob", "alice") == "the secret alice is not known");  // a folder
    CHECK(world.find("..", "key") == "anybody's");
    CHECK(world.find("../alice", "own") == "the secret own is not known");
}

TEST_CASE("the rules of a secret restrict tenants and destinations", "[secrets]") {
    const SecretsWorld world;
    world.given_rules("shared.allow",
                      "# of the pager\n\ntenant alice\r\n tenant carol \norigin https://pager.example/x\n");
    const auto pager = Destination::of_url("HTTPS://Pager.Example:443/other?q#f");
    CHECK(world.find("alice", "shared", pager) == "for all");
    CHECK(world.find("carol", "shared", pager) == "for all");
    CHECK(world.find("bob", "shared", pager) == "the secret shared is not for this tenant");
    const std::string url = GENERATE("http://pager.example/", "https://pager.example:8443/",
                                     "https://pager.example.evil/", "https://pager.example@evil.example/");
    CAPTURE(url);
    const Destination elsewhere = Destination::of_url(url);
    CHECK(world.find("alice", "shared", elsewhere) == "the secret shared is not for " + elsewhere.name());
    CHECK(world.find("alice", "shared") == "the secret shared is not for command");
    CHECK(world.find("bob", "key", elsewhere) == "anybody's");  // the shared secret has no rules
}

TEST_CASE("rules apply to the secret in the same folder", "[secrets]") {
    const SecretsWorld world;
    world.given_rules("alice/key.allow", "command\n");
    world.given_rules("key.allow", "kubernetes\n");
    CHECK(world.find("alice", "key") == "alice's");
    CHECK(world.find("bob", "key") == "the secret key is not for command");
    CHECK(world.find("bob", "key", Destination::kubernetes()) == "anybody's");
    world.given_rules("ECRON_SECRET_API_KEY.allow", "tenant alice\n");
    for (const char* name : {"api-key", "API_KEY", "Api.Key"}) {
        CHECK(world.find("alice", name) == "of the environment");
        CHECK(world.find("bob", name) == fmt::format("the secret {} is not for this tenant", name));
    }
    CHECK(world.find("alice", "key.allow") == "a secret's name has letters, digits, . - and _ only");
}

TEST_CASE("invalid rules deny access", "[secrets]") {
    const SecretsWorld world;
    const std::string text = GENERATE("", "# none\n", "alice\n", "tenant\n", "tenant alice\norigin\n",
                                      "origin pager\n", "command now\n", "Tenant alice\n");
    CAPTURE(text);
    world.given_rules("shared.allow", text);
    CHECK(world.find("alice", "shared") == "the rules of the secret shared cannot be read");
}

TEST_CASE("references in a text are replaced by secrets", "[secrets]") {
    CHECK(revealed("Bearer ${secret:B}") == "Bearer beta");
    CHECK(revealed("${secret:A}${secret:B}-${secret:B}") == "al\"phabeta-beta");
    CHECK(revealed(R"({"k":"${secret:A}"})", Quoting::json) == R"({"k":"al\"pha"})");
    CHECK(revealed("$B ${B} ${secret:B") == "$B ${B} ${secret:B");
    CHECK(revealed("${secret:C}").error().what == "the secret C is not known");
}

TEST_CASE("a mask removes secrets from a text regardless of fragmentation", "[secrets]") {
    const std::string text = "a secret and a secretsecre, top-secret";
    const std::string masked = "a *** and a ***secre, ***";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        Mask mask{{"secret", "top-secret", "x"}};
        std::string out;
        for (std::size_t at = 0; at < text.size(); at += size) out += mask.feed(text.substr(at, size));
        out += mask.finish();
        CAPTURE(size);
        CHECK(out == masked);
    }
}

TEST_CASE("a possible beginning of a secret is held until it is decided", "[secrets]") {
    Mask mask{{"secret"}};
    CHECK(mask.feed("abc sec") == "abc ");
    CHECK(mask.feed("ond secr") == "second ");
    CHECK(mask.feed("et") == "***");
    CHECK(mask.finish().empty());
}

TEST_CASE("a secret referenced several times is looked up and masked once", "[secrets]") {
    const Secrets secrets{"", {{"ECRON_SECRET_B", "beta"}}};
    const TenantId tenant{"t"};
    Revealer revealer{secrets, tenant, Destination::command()};
    std::string text, expected;
    for (int i = 0; i < 90'000; ++i) text += "${secret:B} ", expected += "beta ";
    CHECK(revealer.reveal(text).value() == expected);
    CHECK(std::move(revealer).revealed() == std::vector<std::string>{"beta"});
}

TEST_CASE("a secret is masked in every form in which it is sent", "[secrets]") {
    const std::string secret = "a+b/c d\"e==$f";
    const Secrets secrets{"", {{"ECRON_SECRET_S", secret}}};
    const TenantId tenant{"t"};
    Revealer revealer{secrets, tenant, Destination::command()};
    REQUIRE(revealer.reveal("${secret:S}").value() == secret);
    Mask mask{std::move(revealer).revealed()};
    const std::string form =
        GENERATE("a+b/c d\"e==$f", R"(a+b/c d\"e==$f)", R"(a+b/c d"e==$$f)", R"(a+b/c d\"e==$$f)",
                 "a%2Bb%2Fc%20d%22e%3D%3D%24f", "a%2bb%2fc%20d%22e%3d%3d%24f", "a%2Bb%2Fc+d%22e%3D%3D%24f",
                 "a%2bb%2fc+d%22e%3d%3d%24f", "a%2Bb%2Fc%20d%5C%22e%3D%3D%24f");
    CAPTURE(form);
    CHECK(mask.whole("pw=" + form + "&x") == "pw=***&x");
}

TEST_CASE("the length of a text with its secrets is limited", "[secrets]") {
    const Secrets secrets{"", {{"ECRON_SECRET_LONG", std::string(60'000, 'x')}}};
    const TenantId tenant{"t"};
    std::string text;
    for (int i = 0; i < 100; ++i) text += "${secret:LONG}";
    CHECK(Revealer{secrets, tenant, Destination::command()}.reveal(text).error().what ==
          "a text is longer than 4194304 bytes with its secrets");
}

TEST_CASE("of overlapping secrets the longest at the first position is masked", "[secrets]") {
    std::mt19937 random{7};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same texts each time
    const auto letters = [&](std::size_t count) {
        std::string text;
        while (text.size() < count) text += static_cast<char>('a' + random() % 2);
        return text;
    };
    for (int round = 0; round < 2'000; ++round) {
        std::vector<std::string> secrets;
        for (int i = 0; i < 4; ++i) secrets.push_back(letters(4 + random() % 5));
        const std::string text = letters(random() % 40);
        std::string expected;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t longest = 0;
            for (const std::string& secret : secrets)
                if (text.compare(at, secret.size(), secret) == 0) longest = std::max(longest, secret.size());
            expected += longest > 0 ? "***" : text.substr(at, 1);
            at += std::max<std::size_t>(longest, 1);
        }
        Mask mask{secrets};
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = 1 + random() % 6;
            out += mask.feed(std::string_view{text}.substr(at, size));
            at += size;
        }
        out += mask.finish();
        CAPTURE(text, secrets);
        REQUIRE(out == expected);
    }
}
