#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace asio = boost::asio;

namespace {

asio::awaitable<Response> answer_late(const Request& request) {
    asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{1}};
    co_await timer.async_wait(asio::use_awaitable);
    Response response = co_await echo(request);
    co_return response;
}

asio::awaitable<Response> answer_large(const Request&) {
    co_return Response{
        .status = 200, .body = std::string(8'000'000, 'x'), .content_type = "text/plain", .headers = {}};
}

const std::string& constant_text() {
    static const std::string text = std::string(4'000'000, 'x') + std::string(4'000'000, 'y');
    return text;
}

asio::awaitable<Response> answer_constant(const Request&) {
    co_return Response{.content_type = "text/plain", .constant_body = constant_text()};
}

asio::awaitable<Response> answer_nothing(const Request&) {
    co_return Response{.status = 204, .body = "not sent", .content_type = "text/plain", .headers = {}};
}

asio::awaitable<Response> fail_early(const Request&) { throw std::runtime_error("the handler's secret"); }

asio::awaitable<Response> fail_late(const Request&) {
    asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{1}};
    co_await timer.async_wait(asio::use_awaitable);
    throw 42;
}

}  // namespace

TEST_CASE("a connection is kept alive for the next request", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    for (const std::string path : {"/one", "/two?x=1", "/three"}) {
        client.send(get_request(path));
        const RawResponse response = client.receive();
        CHECK(response.status == 200);
        CHECK(response.body == "GET " + path);
        CHECK(response.header("connection").empty());
        CHECK(response.header("content-type") == "text/plain");
        CHECK_THAT(response.header("date"), Catch::EndsWith(" GMT"));
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("each version closes or keeps the connection as requested", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    SECTION("1.1 with close") {
        client.send(get_request("/", "Connection: close\r\n"));
        CHECK(client.receive().header("connection") == "close");
        CHECK(client.is_closed());
    }
    SECTION("1.0 closes") {
        client.send("GET / HTTP/1.0\r\n\r\n");
        CHECK(client.receive().header("connection") == "close");
        CHECK(client.is_closed());
    }
    SECTION("1.0 with keep-alive") {
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(client.receive().header("connection") == "keep-alive");
        client.send(get_request("/again"));
        CHECK(client.receive().body == "GET /again");
    }
}

TEST_CASE("pipelined requests are answered in order", "[http][server]") {
    TestServer server{GENERATE(as<Server::Handler>{}, echo, answer_late)};
    RawClient client = server.connect();
    std::string burst;
    for (int i = 0; i < 50; ++i)
        burst += get_request("/" + std::to_string(i)) + post_request("/p", std::to_string(i));
    client.send(burst);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(client.receive().body == "GET /" + std::to_string(i));
        REQUIRE(client.receive().body == "POST /p " + std::to_string(i));
    }
}

TEST_CASE("a body is accepted with a length or in chunks, in any fragmentation", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    const std::string request =
        GENERATE(std::string{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world"},
                 std::string{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n"});
    SECTION("at once") { client.send(request); }
    SECTION("byte by byte") {
        for (const char byte : request) client.send({&byte, 1});
    }
    CHECK(client.receive().body == "POST / hello world");
    client.send(get_request("/next"));
    CHECK(client.receive().body == "GET /next");
}

TEST_CASE("a body of exactly the limit is accepted, one more byte is not", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    client.send(post_request("/", std::string(1024 * 1024, 'x')));
    CHECK(client.receive().body.size() == 1024 * 1024 + 7);
    client.send(post_request("/", std::string(1024 * 1024 + 1, 'x')));
    const RawResponse refused = client.receive();
    CHECK(refused.status == 413);
    CHECK(refused.header("connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("the sum of chunks is limited", "[http][server]") {
    TestServer server{echo, {.body_limit = 1000}};
    RawClient client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 11; ++i) client.send("64\r\n" + std::string(100, 'x') + "\r\n");
    CHECK(client.receive().status == 413);
    CHECK(client.is_closed());
}

TEST_CASE("HEAD is answered like GET without the body", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    client.send("HEAD /some HTTP/1.1\r\nHost: a\r\n\r\n" + get_request("/next"));
    const RawResponse head = client.receive(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == std::to_string(std::string{"HEAD /some"}.size()));
    CHECK(client.receive().body == "GET /next");
}

TEST_CASE("a response without content has no Content-Length", "[http][server]") {
    TestServer server{answer_nothing};
    RawClient client = server.connect();
    client.send(get_request("/") + get_request("/"));
    CHECK(client.receive().header("content-length").empty());
    CHECK(client.receive().status == 204);
}

TEST_CASE("Expect: 100-continue is answered before the body", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n");
    CHECK(client.receive().status == 100);
    client.send("body");
    CHECK(client.receive().body == "POST / body");
    SECTION("not if the body has already arrived") {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody");
        CHECK(client.receive().status == 200);
    }
    SECTION("not if the body is rejected") {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
        CHECK(client.receive().status == 413);
        CHECK(client.is_closed());
    }
}

TEST_CASE("a slow reader receives a large response completely", "[http][server]") {
    TestServer server{answer_large};
    RawClient client = server.connect();
    client.send(get_request("/") + get_request("/"));
    CHECK(client.receive().body == std::string(8'000'000, 'x'));
    CHECK(client.receive().body.size() == 8'000'000);
}

TEST_CASE("constant data is sent completely and takes no memory for responses", "[http][server]") {
    // A copy of the data would exceed the limit, and the connection would be closed.
    TestServer server{answer_constant, {.buffered_limit = 100'000}};
    RawClient client = server.connect();
    client.send(get_request("/") + "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get_request("/"));
    CHECK(client.receive().body == constant_text());
    CHECK(client.receive(true).header("content-length") == "8000000");
    CHECK(client.receive().body == constant_text());
}

TEST_CASE("an exception of the handler is answered with 500 without details", "[http][server]") {
    TestServer server{GENERATE(as<Server::Handler>{}, fail_early, fail_late)};
    RawClient client = server.connect();
    for (int i = 0; i < 2; ++i) {
        client.send(get_request("/"));
        const RawResponse response = client.receive();
        CHECK(response.status == 500);
        CHECK(response.body == "internal error");
    }
}

TEST_CASE("a malformed request is answered with the reason, then the connection closes", "[http][server]") {
    const auto [status, text] = GENERATE(table<unsigned, std::string>({
        {400, "nonsense\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400,
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {431, get_request("/" + std::string(20'000, 'x'))},
        {501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"},
        {505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"},
    }));
    CAPTURE(status);
    TestServer server{echo};
    RawClient client = server.connect();
    client.send(text + get_request("/smuggled"));
    const RawResponse response = client.receive();
    CHECK(response.status == status);
    CHECK(response.header("connection") == "close");
    CHECK_FALSE(response.body.empty());
    CHECK(client.receive_all().empty());
    RawClient other = server.connect();
    other.send(get_request("/"));
    CHECK(other.receive().status == 200);
}

TEST_CASE("the response to a rejected upload is not lost by a reset", "[http][server]") {
    TestServer server{echo, {.body_limit = 1000}};
    for (int i = 0; i < 20; ++i) {
        RawClient client = server.connect();
        client.send(post_request("/", std::string(3'000'000, 'x')));
        CHECK(client.receive().status == 413);
    }
}

namespace {

/// Yields the given pieces, then repeats the last one indefinitely.
class Told final : public BodyStream {
public:
    struct Watch {
        std::atomic<int> asked{0};
        std::atomic<bool> gone{false};
    };
    Told(std::vector<std::optional<std::string>> pieces, Watch& watch)
        : pieces_(std::move(pieces)),
          watch_(watch) {}
    ~Told() override { watch_.gone = true; }
    boost::asio::awaitable<std::optional<std::string>> next() override {
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, Millis{1}};
        co_await timer.async_wait(boost::asio::use_awaitable);
        ++watch_.asked;
        std::optional<std::string> piece = pieces_.front();
        if (pieces_.size() > 1) pieces_.erase(pieces_.begin());
        co_return piece;
    }

private:
    std::vector<std::optional<std::string>> pieces_;
    Watch& watch_;
};

Server::Handler streaming(std::vector<std::optional<std::string>> pieces, Told::Watch& watch) {
    return [pieces = std::move(pieces), &watch](const Request&) -> boost::asio::awaitable<Response> {
        Response response{.content_type = "text/plain"};
        response.stream = std::make_shared<Told>(pieces, watch);
        co_return response;
    };
}

template <class Done> bool comes_true(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    return done();
}

}  // namespace

TEST_CASE("a streamed body is sent in chunks, and another request may follow", "[http][server]") {
    Told::Watch watch;
    TestServer server{streaming({"one", "", "three", std::nullopt}, watch)};
    TestClient client;
    for (int i = 0; i < 2; ++i) {
        const auto response = client.get(server.url());
        REQUIRE(response);
        CHECK(response->body == "onethree");
    }
    CHECK(server.connections() == 1);
    RawClient old = server.connect();
    old.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(old.receive_all().ends_with("\r\n\r\nonethree"));
    RawClient raw = server.connect();
    raw.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string bytes = raw.receive_all();
    CHECK(bytes.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(bytes.ends_with("\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"));
}

TEST_CASE("streaming stops for a client that does not read or has disconnected", "[http][server]") {
    Told::Watch watch;
    SECTION("does not read") {
        TestServer server{streaming({std::string(1 << 20, 'x')}, watch), {.write_timeout = Millis{300}}};
        RawClient reader = server.connect();
        reader.send(get_request("/"));
        CHECK(comes_true([&] { return watch.gone.load(); }));
        CHECK(watch.asked < 50);  // as many as fit into the kernel's buffers
    }
    SECTION("has gone") {
        TestServer server{streaming({"begin", ""}, watch)};
        {
            RawClient reader = server.connect();
            reader.send(get_request("/"));
            CHECK(comes_true([&] { return watch.asked > 3; }));
        }
        CHECK(comes_true([&] { return watch.gone.load(); }));
    }
    SECTION("while the server stops") {
        TestServer server{streaming({"begin", ""}, watch)};
        RawClient reader = server.connect();
        reader.send(get_request("/"));
        CHECK(comes_true([&] { return watch.asked > 3; }));
        server.stop(Millis{10'000});
        CHECK(watch.gone);
        CHECK(reader.receive_all().ends_with("0\r\n\r\n"));
    }
}
