#include <netinet/in.h>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace {

using Then = ScriptedServer::Then;

std::uint16_t closed_port() {
    const TestServer gone{echo};
    return gone.port();
}

/// Listens without accepting: the first connection waits in the queue, further connection attempts hang.
class FullHouse {
public:
    FullHouse() : listener_(io_, {boost::asio::ip::address_v4::loopback(), 0}), first_(io_) {
        listener_.listen(0);
        first_.connect(listener_.local_endpoint());
    }
    [[nodiscard]] std::string url() const {
        return fmt::format("http://127.0.0.1:{}/", listener_.local_endpoint().port());
    }

private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor listener_;
    boost::asio::ip::tcp::socket first_;
};

}  // namespace

TEST_CASE("network errors are reported in plain words", "[http][client]") {
    struct Case {
        std::string answer, what;
    };
    const auto [answer, what] = GENERATE(values<Case>({
        {"", "connection closed without an answer"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "answer ended early"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "answer ended early"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk"},
        {"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n", "Content-Length"},
    }));
    CAPTURE(answer);
    const ScriptedServer server{answer};
    TestClient client;
    const auto response = client.get(server.url());
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Errc::unavailable);
    CHECK_THAT(response.error().what, Catch::Contains(what));
}

TEST_CASE("connection refused and unknown host are reported", "[http][client]") {
    TestClient client;
    const auto refused = client.get(fmt::format("http://127.0.0.1:{}/", closed_port()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unavailable);
    CHECK(refused.error().what == "connection refused");
    const std::string label(64, 'x');  // one more character than a label may have: fails without a network
    const auto unknown = client.get("http://user:secret@" + label + ".invalid/");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == Errc::unavailable);
    CHECK(unknown.error().what == "could not resolve host " + label + ".invalid");
}

TEST_CASE("a response without length or end is limited by size and time", "[http][client]") {
    TestClient client;
    SECTION("until close") {
        const ScriptedServer server{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1'000'000, 'x')};
        ClientRequest request{.url = server.url(), .body_limit = 1'000};
        const auto response = client.send(request);
        REQUIRE(response);
        CHECK(response->body == std::string(1'000, 'x'));
        CHECK(response->body_size == 1'000'000);
    }
    SECTION("never") {
        const ScriptedServer server{"HTTP/1.1 200 OK\r\n\r\nbegin", Then::hold};
        const ClientRequest request{.url = server.url(), .timeout = Millis{50}};
        const auto response = client.send(request);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Errc::timeout);
        CHECK(response.error().what == "no complete answer within 50ms");
    }
    SECTION("endless header") {
        std::string answer = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 20'000; ++i) answer += fmt::format("X-{}: 123456789\r\n", i);
        const ScriptedServer server{answer + "Content-Length: 0\r\n\r\n"};
        const auto response = client.get(server.url());
        if (response) CHECK(response->headers.size() < 10'000);
    }
}

TEST_CASE("headers are those of the last response", "[http][client]") {
    const ScriptedServer server{
        "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late:  2 \r\nContent-Length: "
        "0\r\n\r\n"};
    TestClient client;
    const auto response = client.get(server.url());
    REQUIRE(response);
    CHECK(response->headers == std::vector<Header>{{"X-Late", "2"}, {"Content-Length", "0"}});
}

TEST_CASE("connecting is limited by the connect timeout", "[http][client]") {
    const FullHouse target;
    TestClient client;
    const auto response =
        client.send({.url = target.url(), .connect_timeout = Millis{50}, .timeout = Millis{60'000}});
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Errc::timeout);
    CHECK(response.error().what == "no connection within 50ms");
}

TEST_CASE("a response may take longer than the connect timeout", "[http][client]") {
    const ScriptedServer silent{"", Then::hold};
    TestClient client;
    const auto response =
        client.send({.url = silent.url(), .connect_timeout = Millis{20}, .timeout = Millis{60}});
    REQUIRE_FALSE(response);
    CHECK(response.error().what == "no complete answer within 60ms");
}

TEST_CASE("each request has its own time limit", "[http][client]") {
    const ScriptedServer silent{"", Then::hold};
    const FullHouse full;
    TestClient client;
    std::vector<int> ended;
    const auto start = [&](int number, const std::string& url, int limit) {
        client->start({.url = url, .timeout = Millis{limit}},
                      [&ended, number](const Result<ClientResponse>&) { ended.push_back(number); });
    };
    start(1, silent.url(), 60'000);
    start(2, full.url(), 120);
    start(3, full.url(), 40);
    client.run_until([&] { return ended.size() == 2; });
    CHECK(ended == std::vector{3, 2});
    CHECK(client->in_flight() == 1);
}

TEST_CASE("the time limit covers all redirects together", "[http][client]") {
    namespace asio = boost::asio;
    TestServer server{[](const Request& request) -> asio::awaitable<Response> {
        asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{30}};
        co_await timer.async_wait(asio::use_awaitable);
        co_return Response{.status = 302, .headers = {{"Location", request.path + "x"}}};
    }};
    TestClient client;
    const auto response = client.send({.url = server.url(), .timeout = Millis{100}, .max_redirects = 1'000});
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Errc::timeout);
}

TEST_CASE("addresses are checked at each connection", "[http][client]") {
    TestServer allowed{echo};
    TestServer denied{echo};
    TestServer redirecting{[&](const Request&) -> boost::asio::awaitable<Response> {
        co_return Response{.status = 302, .headers = {{"Location", denied.url()}}};
    }};
    TestClient client{{.allow_address = [&](const sockaddr& address) {
        return address.sa_family != AF_INET ||
               ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port) != denied.port();
    }}};
    CHECK(client.get(allowed.url()));
    for (const TestServer* server : {&denied, &redirecting}) {
        const auto response = client.get(server->url());
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Errc::denied);
        CHECK(response.error().what == "address of 127.0.0.1 is not allowed");
    }
    CHECK(denied.connections() == 0);
    CHECK(client.get(fmt::format("http://localhost:{}/", denied.port())).error().code == Errc::denied);
}

TEST_CASE("an address check that throws refuses the connection", "[http][client]") {
    TestServer server{echo};
    TestClient client{{.allow_address = [](const sockaddr&) -> bool { throw std::runtime_error("x"); }}};
    CHECK_FALSE(client.get(server.url()));
}

TEST_CASE("the environment's proxy is not used", "[http][client]") {
    const std::string proxy = fmt::format("http://127.0.0.1:{}", closed_port());
    setenv("http_proxy", proxy.c_str(), 1);
    setenv("ALL_PROXY", proxy.c_str(), 1);
    TestServer server{echo};
    TestClient client;
    CHECK(client.get(server.url()));
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

TEST_CASE("a cancelled request completes exactly once, asynchronously and without delay", "[http][client]") {
    const ScriptedServer silent{"", Then::hold};
    TestClient client;
    int ended = 0;
    std::string what;
    const auto id = client->start({.url = silent.url()}, [&](const Result<ClientResponse>& response) {
        ++ended;
        what = response.error().what;
    });
    client.run_until([&] { return !silent.heard().empty(); });
    client->cancel(id);
    client->cancel(id);
    CHECK(ended == 0);
    CHECK(client->in_flight() == 0);
    client.run_until([&] { return ended > 0; });
    client->cancel(id);
    CHECK(what == "cancelled");
    TestServer server{echo};
    CHECK(client.get(server.url()));  // the slot is reused, the old id is not
    CHECK(ended == 1);
}

TEST_CASE("Done may call the client or destroy it", "[http][client]") {
    TestServer server{echo};
    const ScriptedServer silent{"", Then::hold};
    TestClient client;
    bool over = false;
    const ClientRequest to_server{.url = server.url()};
    SECTION("start") {
        client->start(to_server,
                      [&](const auto&) { client->start(to_server, [&](const auto&) { over = true; }); });
    }
    SECTION("cancel another") {
        const auto other = client->start({.url = silent.url()}, [&](const auto&) { over = true; });
        client->start(to_server, [&, other](const auto&) { client->cancel(other); });
    }
    SECTION("destroy the client") {
        client->start({.url = silent.url()}, [](const auto&) { FAIL("must not be called"); });
        client->start(to_server, [&](const auto&) {
            client.destroy();
            over = true;
        });
    }
    client.run_until([&] { return over; });
}

TEST_CASE("a client can be destroyed with requests in progress", "[http][client]") {
    const ScriptedServer silent{"", Then::hold};
    TestServer server{echo};
    TestClient client;
    const auto never = [](const Result<ClientResponse>&) { FAIL("must not be called"); };
    for (int i = 0; i < 10; ++i) client->start({.url = silent.url()}, never);
    for (int i = 0; i < 10; ++i) client->start({.url = server.url()}, never);
    client->start({.url = "nonsense"}, never);
    client->cancel(client->start({.url = silent.url()}, never));
    client.destroy();
    client.io().run();
}
