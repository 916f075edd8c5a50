#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "http/support.hpp"
#include "http/url.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace asio = boost::asio;

namespace {

/// Responds with the received header lines in order, one per line.
asio::awaitable<Response> tell_headers(const Request& request) {
    Response response{.content_type = "text/plain"};
    for (const Header& header : request.headers) response.body += header.name + ": " + header.value + "\n";
    co_return response;
}

/// "/302/target" redirects with that status to /target; any other path echoes.
asio::awaitable<Response> redirect(const Request& request) {
    if (request.path.size() > 4 && request.path[4] == '/') {
        Response response{.status = static_cast<unsigned>(std::stoul(request.path.substr(1, 3)))};
        response.headers = {{"Location", request.path.substr(4)}};
        co_return response;
    }
    Response response = co_await echo(request);
    co_return response;
}

asio::awaitable<Response> redirect_forever(const Request& request) {
    co_return Response{.status = 302, .headers = {{"Location", request.path + "x"}}};
}

ClientRequest request_to(std::string url, std::string method = "GET", std::optional<std::string> body = {}) {
    return {.method = std::move(method), .url = std::move(url), .body = std::move(body)};
}

}  // namespace

TEST_CASE("each method arrives with exactly its body", "[http][client]") {
    struct Case {
        std::string method;
        std::optional<std::string> body;
        std::string arrives;
    };
    const auto [method, body, arrives] = GENERATE(values<Case>({
        {"GET", std::nullopt, "GET /x"},
        {"DELETE", std::nullopt, "DELETE /x"},
        {"POST", std::nullopt, "POST /x"},
        {"POST", "null", "POST /x null"},
        {"PUT", "{}", "PUT /x {}"},
        {"DELETE", "why", "DELETE /x why"},
        {"PATCH", "p", "PATCH /x p"},
    }));
    CAPTURE(method);
    TestServer server{echo};
    TestClient client;
    const auto response = client.send(request_to(server.url("/x"), method, body));
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == arrives);
    CHECK(response->body_size == arrives.size());
    CHECK(response->address == "127.0.0.1");
    CHECK(response->timing.total >= response->timing.first_byte);
    CHECK(response->timing.first_byte >= response->timing.connect);
}

TEST_CASE("a request leaves no state for the next one", "[http][client]") {
    TestServer server{tell_headers};
    TestClient client;
    ClientRequest first = request_to(server.url(), "PUT", "body");
    first.headers = {{"X-First", "1"}, {"Content-Type", "a/b"}};
    CHECK_THAT(client.send(std::move(first))->body, Catch::Contains("X-First: 1") && Catch::Contains("a/b"));
    CHECK(client.get(server.url())->body == fmt::format("Host: 127.0.0.1:{}\nAccept: */*\n", server.port()));
}

TEST_CASE("a reused handle sends each method with its own body or none", "[http][client]") {
    TestServer server{echo};
    TestClient client;
    using Body = std::optional<std::string>;
    const std::vector<std::pair<std::string, Body>> requests{
        {"GET", Body{}}, {"GET", Body{}},  {"POST", "a"}, {"POST", "b"},   {"GET", Body{}},  {"PUT", "c"},
        {"PUT", "d"},    {"HEAD", Body{}}, {"PUT", "e"},  {"GET", Body{}}, {"POST", Body{}}, {"POST", "f"}};
    for (const auto& [method, body] : requests) {
        CAPTURE(method, body.value_or("none"));
        const auto response = client.send(request_to(server.url("/x"), method, body));
        REQUIRE(response);
        const std::string arrives = body ? method + " /x " + *body : method + " /x";
        CHECK(response->body == (method == "HEAD" ? "" : arrives));
    }
}

TEST_CASE("headers are sent as given, and none are added", "[http][client]") {
    TestServer server{tell_headers};
    TestClient client{{.user_agent = "ecron/test"}};
    ClientRequest request = request_to(server.url(), "POST", std::string(2'000'000 / 4, 'x'));
    request.headers = {{"X-Empty", ""},
                       {"X-Id", "ü;1"},
                       {"Expect", "100-continue"},
                       {"Content-Length", "3"},
                       {"Transfer-Encoding", "chunked"}};
    CHECK(client.send(std::move(request))->body ==
          fmt::format(
              "Host: 127.0.0.1:{}\nUser-Agent: ecron/test\nAccept: */*\nX-Id: ü;1\nContent-Length: 500000\n",
              server.port()));
    CHECK_THAT(client.send(request_to(server.url(), "POST", ""))->body,
               Catch::Contains("Content-Length: 0\n"));
}

TEST_CASE("an invalid request is rejected before it is sent", "[http][client]") {
    TestClient client;
    ClientRequest request = request_to("http://127.0.0.1/");
    SECTION("method") { request.method = "GET /x HTTP/1.1\r\nA: b"; }
    SECTION("no method") { request.method = ""; }
    SECTION("header name") { request.headers = {{"A\r\nB", "c"}}; }
    SECTION("header value") { request.headers = {{"A", "b\r\nC: d"}}; }
    SECTION("scheme") {
        request.url = GENERATE("file:///etc/passwd", "ftp://a/", "gopher://a/", "127.0.0.1", "");
    }
    SECTION("URL") {
        request.url = GENERATE("http://", "http://a b/", "http://[::1/", "http://a:99999/", "http://a/\r\n");
    }
    SECTION("endless URL") { request.url += std::string(9'000'000, 'x'); }
    const auto response = client.send(std::move(request));
    REQUIRE_FALSE(response);
    CAPTURE(response.error().what);
    CHECK(response.error().code == Errc::invalid);
}

TEST_CASE("spaces and non-ASCII characters of a URL arrive percent-encoded", "[http][client]") {
    TestServer server{echo};
    TestClient client;
    CHECK(client.get(server.url("/a b ?c=\u00fc"))->body == "GET /a%20b%20?c=%C3%BC");
    TestServer redirecting{[&](const Request&) -> asio::awaitable<Response> {
        co_return Response{.status = 302, .headers = {{"Location", server.url("/c d\u00fc")}}};
    }};
    CHECK(client.get(redirecting.url())->body == "GET /c%20d%C3%BC");
}

TEST_CASE("an internationalised host name is requested in its ASCII form", "[http][client]") {
    TestServer server{tell_headers};
    TestClient client;
    // libcurl resolves every name under localhost to the loopback addresses
    const auto response = client.get(fmt::format("http://b\u00fccher.localhost:{}/", server.port()));
    REQUIRE(response);
    CHECK_THAT(response->body,
               Catch::Contains(fmt::format("Host: xn--bcher-kva.localhost:{}", server.port())));
}

TEST_CASE("connections are reused", "[http][client]") {
    TestServer server{echo};
    TestClient client;
    for (int i = 0; i < 10; ++i) REQUIRE(client.get(server.url("/" + std::to_string(i))));
    CHECK(server.connections() == 1);
}

TEST_CASE("a connection closed while idle is replaced", "[http][client]") {
    TestServer server{echo, {.idle_timeout = Millis{20}}};
    TestClient client;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send(request_to(server.url(), "POST", "x"))->body == "POST / x");
        server.wait_for_connections(0);
    }
}

TEST_CASE("a redirect changes the method according to RFC 9110", "[http][client]") {
    const auto [status, method, arrives] = GENERATE(table<int, std::string, std::string>({
        {301, "POST", "GET /x"},
        {302, "POST", "GET /x"},
        {303, "POST", "GET /x"},
        {302, "PUT", "GET /x"},
        {303, "DELETE", "GET /x"},
        {307, "POST", "POST /x b"},
        {308, "PUT", "PUT /x b"},
        {307, "DELETE", "DELETE /x b"},
    }));
    CAPTURE(status, method);
    TestServer server{redirect};
    TestClient client;
    const auto response = client.send(request_to(server.url(fmt::format("/{}/x", status)), method, "b"));
    REQUIRE(response);
    CHECK(response->body == arrives);
}

TEST_CASE("redirects are followed up to the limit", "[http][client]") {
    TestServer server{redirect};
    TestClient client;
    ClientRequest request = request_to(server.url("/302/302/302/x"));
    request.max_redirects = 3;
    CHECK(client.send(request)->body == "GET /x");
    request.max_redirects = 2;
    const auto refused = client.send(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid);
    CHECK(refused.error().what == "more than 2 redirects");
    request.max_redirects = 0;
    CHECK(client.send(request)->status == 302);
    TestServer loop{redirect_forever};
    CHECK(client.get(loop.url()).error().what == "more than 10 redirects");
}

TEST_CASE("a redirect cannot leave http, and credentials are not sent to another origin", "[http][client]") {
    TestServer target{tell_headers};
    std::string location;
    TestServer server{[&](const Request&) -> asio::awaitable<Response> {
        co_return Response{.status = 307, .headers = {{"Location", location}}};
    }};
    TestClient client;
    ClientRequest request = request_to(server.url());
    request.headers = {{"Authorization", "Bearer s"}, {"Cookie", "c"},          {"X-Api-Key", "canary"},
                       {"Private-Token", "canary"},   {"Idempotency-Key", "i"}, {"X-Job", "1"}};
    SECTION("another scheme") {
        location = GENERATE("file:///etc/passwd", "ftp://127.0.0.1/", "javascript:x");
        const auto response = client.send(request);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Errc::invalid);
    }
    SECTION("another origin") {
        location = target.url("/");
        const auto response = client.send(request);
        REQUIRE(response);
        CHECK_THAT(response->body, Catch::Contains("X-Job: 1") && Catch::Contains("Idempotency-Key: i") &&
                                       !Catch::Contains("Bearer") && !Catch::Contains("Cookie") &&
                                       !Catch::Contains("canary"));
    }
    SECTION("another origin, with same_origin") {
        location = target.url("/");
        request.redirects = ClientRequest::Redirects::same_origin;
        const auto response = client.send(request);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Errc::denied);
        CHECK_THAT(response.error().what, Catch::Contains("carries secrets"));
        CHECK(target.connections() == 0);
    }
}

TEST_CASE("a request with same_origin is redirected within its origin", "[http][client]") {
    TestServer server{redirect};
    TestClient client;
    ClientRequest request = request_to(server.url("/307/target"), "POST", "b");
    request.redirects = ClientRequest::Redirects::same_origin;
    const auto response = client.send(request);
    REQUIRE(response);
    CHECK(response->body == "POST /target b");
}

TEST_CASE("only https on the same host with default ports is an upgrade", "[http][client]") {
    CHECK(is_upgrade("http://a.example/x", "https://A.example/y"));
    CHECK(is_upgrade("http://a.example:80/", "https://a.example:443/"));
    const auto [from, to] = GENERATE(table<std::string, std::string>({
        {"https://a.example/", "http://a.example/"},
        {"http://a.example/", "https://b.example/"},
        {"http://a.example:8080/", "https://a.example/"},
        {"http://a.example/", "https://a.example:8443/"},
        {"https://a.example/", "https://a.example/"},
    }));
    CAPTURE(from, to);
    CHECK_FALSE(is_upgrade(from, to));
}

TEST_CASE("a thousand requests run concurrently", "[http][client]") {
    TestServer server{redirect};
    TestClient client;
    int good = 0;
    int ended = 0;
    for (int i = 0; i < 1'000; ++i) {
        const std::string path = "/" + std::to_string(i);
        client->start(request_to(server.url(i % 2 == 0 ? path : "/307" + path), "POST", "b"),
                      [&, path](const Result<ClientResponse>& response) {
                          ++ended;
                          good += response && response->body == "POST " + path + " b" ? 1 : 0;
                      });
    }
    CHECK(client->in_flight() == 1'000);
    client.run_until([&] { return ended == 1'000; });
    CHECK(good == 1'000);
    CHECK(client->in_flight() == 0);
    CHECK(server.connections() <= 256);
}

TEST_CASE("a coroutine awaits its response until its deadline", "[http][client]") {
    using namespace asio::experimental::awaitable_operators;
    TestServer server{echo};
    const ScriptedServer silent{"", ScriptedServer::Then::hold};
    TestClient client;
    std::string first;
    bool timer_won = false;
    const auto work = [&]() -> asio::awaitable<void> {
        const Result<ClientResponse> response = co_await client->send(request_to(server.url("/x")));
        first = response->body;
        asio::steady_timer deadline{client.io(), std::chrono::milliseconds{20}};
        auto waiting = client->send(request_to(silent.url())) || deadline.async_wait(asio::use_awaitable);
        const auto winner = co_await std::move(waiting);
        timer_won = winner.index() == 1;
    };
    co_spawn(client.io(), work(), asio::detached);
    client.run_until([&] { return timer_won; });
    CHECK(first == "GET /x");
    CHECK(client->in_flight() == 0);
}
