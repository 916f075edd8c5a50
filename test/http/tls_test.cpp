#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "ecron/http/certificate.hpp"

#include "http/certificates.hpp"
#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace asio = boost::asio;

namespace {

/// A CA, a server with a certificate signed by it, and clients that trust it.
struct TlsWorld {
    TemporaryDirectory directory;
    Authority authority{"test authority"};
    std::string ca_file = authority.write(directory.file("ca.crt"));
    TlsFiles files = authority.issue(directory.file("server"));

    [[nodiscard]] ServerOptions options() const { return {.tls = files}; }
    [[nodiscard]] TestClient client() const { return TestClient{{.ca_file = ca_file}}; }
};

std::string start_error(const TlsFiles& files) {
    asio::io_context io;
    Server server{io, {.tls = files}, echo, nullptr};
    const auto started = server.start();
    return started ? "started" : started.error().what;
}

}  // namespace

TEST_CASE("requests over TLS work like those without", "[http][tls]") {
    const TlsWorld world;
    TestServer server{echo, world.options()};
    TestClient client = world.client();
    for (int i = 0; i < 3; ++i) {
        const std::string body(std::size_t{300'000} * static_cast<std::size_t>(i), 'x');
        ClientRequest request{
            .method = "POST", .url = server.url("/x"), .body = body, .body_limit = 1'000'000};
        const auto response = client.send(std::move(request));
        REQUIRE(response);
        CHECK(response->body == (body.empty() ? "POST /x" : "POST /x " + body));
        if (i == 0) CHECK(response->timing.tls > response->timing.connect);
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("constant data is sent over TLS", "[http][tls]") {
    static const std::string text = std::string(500'000, 'x') + "the end";
    const auto answer = [](const Request&) -> asio::awaitable<Response> {
        co_return Response{.content_type = "text/plain", .constant_body = text};
    };
    const TlsWorld world;
    TestServer server{answer, world.options()};
    const auto response = world.client().send({.url = server.url("/"), .body_limit = 1'000'000});
    REQUIRE(response);
    CHECK(response->body == text);
}

TEST_CASE("a server with an invalid certificate is refused", "[http][tls]") {
    TlsWorld world;
    std::string host = "localhost";
    std::string what;
    SECTION("expired") {
        world.files =
            world.authority.issue(world.directory.file("s"), {.valid_from = -7200, .valid_until = -3600});
        what = "certificate has expired";
    }
    SECTION("not yet valid") {
        world.files =
            world.authority.issue(world.directory.file("s"), {.valid_from = 3600, .valid_until = 7200});
        what = "certificate is not yet valid";
    }
    SECTION("for another host") {
        world.files = world.authority.issue(world.directory.file("s"), {.host = "other.example"});
        what = "localhost";
    }
    SECTION("for an address that is not in the certificate") {
        host = "127.0.0.1";
        what = "127.0.0.1";
    }
    SECTION("signed by an unknown CA") {
        world.files = Authority{"stranger"}.issue(world.directory.file("s"));
        what = "unable to get local issuer certificate";
    }
    TestServer server{echo, world.options()};
    TestClient client = world.client();
    const auto response = client.get(fmt::format("https://{}:{}/", host, server.port()));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Errc::unavailable);
    CHECK_THAT(response.error().what, Catch::Contains(what));
}

TEST_CASE("a mismatch of TLS and plain text is reported", "[http][tls]") {
    const TlsWorld world;
    TestServer tls{echo, world.options()};
    TestServer plain{echo};
    TestClient client = world.client();
    CHECK_FALSE(client.get(fmt::format("http://localhost:{}/", tls.port())));
    const auto response = client.get(fmt::format("https://localhost:{}/", plain.port()));
    REQUIRE_FALSE(response);
    CHECK_THAT(response.error().what, Catch::Contains("TLS failed"));
    CHECK(client.get(tls.url()));
}

TEST_CASE("a client that does not finish the handshake is disconnected", "[http][tls]") {
    const TlsWorld world;
    ServerOptions options = world.options();
    options.header_timeout = Millis{60};
    TestServer server{echo, options};
    RawClient silent = server.connect();
    CHECK(silent.receive_all().empty());
}

TEST_CASE("a TLS server can be stopped and destroyed with open connections", "[http][tls]") {
    const TlsWorld world;
    auto server = std::make_unique<TestServer>(echo, world.options());
    TestClient client = world.client();
    REQUIRE(client.get(server->url()));
    SECTION("stop") { server->stop(kPatience); }
    SECTION("destroy") {}
    server.reset();
}

TEST_CASE("certificates are reloaded without losing a connection", "[http][tls]") {
    TlsWorld world;
    const Authority other{"other authority"};
    TestServer server{echo, world.options()};
    TestClient before = world.client();
    TestClient after{{.ca_file = other.write(world.directory.file("other.crt"))}};
    REQUIRE(before.get(server.url()));
    REQUIRE_FALSE(after.get(server.url()));
    const auto reload = [&] {
        Result<void> result;
        server.thread().call([&] { result = server.server().reload_tls(); });
        return result;
    };
    const auto served_until = server.server().certificate_end();
    REQUIRE(served_until);
    SECTION("new connections use the new certificate, existing connections continue") {
        other.issue(world.directory.file("server"), {.valid_until = 7'200});
        REQUIRE(reload());
        CHECK(*server.server().certificate_end() >= *served_until + Seconds{3'000});
        CHECK(after.get(server.url()));
        CHECK(before.get(server.url()));
        CHECK_FALSE(world.client().get(server.url()));
    }
    SECTION("invalid certificates are rejected, and the old one stays in use") {
        std::ofstream{world.files.certificate_file} << "broken";
        const auto reloaded = reload();
        REQUIRE_FALSE(reloaded);
        CHECK_THAT(reloaded.error().what, Catch::Contains(world.files.certificate_file));
        CHECK(server.server().certificate_end() == served_until);
        CHECK(world.client().get(server.url()));
    }
}

TEST_CASE("unusable certificate files are reported at start", "[http][tls]") {
    const TlsWorld world;
    const TlsFiles& good = world.files;
    const TlsFiles locked = world.authority.issue(world.directory.file("locked"), {.key_password = "secret"});
    const TlsFiles other = world.authority.issue(world.directory.file("other"));
    CHECK(start_error(good) == "started");
    CHECK_THAT(start_error({"/nowhere.crt", good.key_file}), Catch::Contains("cert_file /nowhere.crt"));
    CHECK_THAT(start_error({good.certificate_file, "/nowhere.key"}),
               Catch::Contains("key_file /nowhere.key"));
    CHECK_THAT(start_error({good.certificate_file, good.certificate_file}), Catch::Contains("key_file"));
    CHECK_THAT(start_error({good.certificate_file, other.key_file}), Catch::Contains("key"));
    CHECK_THAT(start_error(locked), Catch::Contains(locked.key_file));
}

TEST_CASE("an unusable ca_file prevents the creation of the client", "[http][tls]") {
    const TemporaryDirectory directory;
    std::ofstream{directory.file("empty")} << "nothing";
    CHECK_THROWS_WITH(
        TestClient({.ca_file = directory.file("none")}),
        Catch::Contains(directory.file("none")) && Catch::EndsWith("No such file or directory"));
    CHECK_THROWS_WITH(TestClient({.ca_file = directory.file("empty")}),
                      Catch::Contains(directory.file("empty")));
}

TEST_CASE("the expiry of certificates is read from PEM", "[http][tls]") {
    const TemporaryDirectory directory;
    const Authority authority{"authority"};
    const auto text = [&](const std::string& name, long seconds) {
        const TlsFiles files = authority.issue(directory.file(name), {.valid_until = seconds});
        std::ostringstream out;
        out << std::ifstream{files.certificate_file}.rdbuf();
        return out.str();
    };
    const auto one = certificate_ends(text("a", 3'600));
    const auto both = certificate_ends(text("b", 3'600) + text("c", 36'000));
    REQUIRE(one);
    REQUIRE(both);
    CHECK(one->first == one->last);
    CHECK(both->last - both->first >= Seconds{32'000});
    CHECK(certificate_ends("nothing").error().code == Errc::invalid);
    CHECK_THAT(certificate_ends_in("/nowhere").error().what, Catch::Contains("/nowhere"));
}
