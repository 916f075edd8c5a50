#include <fmt/format.h>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "http/inflater.hpp"
#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace {

using Then = ScriptedServer::Then;

constexpr int kGzip = 15 + 16;
constexpr int kZlib = 15;

std::string compressed(const std::string& text, int format = kGzip) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, format, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, text.size()), '\0');
    std::string in = text;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string answer_of(const std::string& coding, const std::string& body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Encoding: {}\r\nContent-Length: {}\r\n\r\n", coding,
                       body.size()) +
           body;
}

ClientResponse received(const std::string& answer, std::size_t limit = 1'000) {
    const ScriptedServer server{answer};
    TestClient client;
    auto response = client.send({.url = server.url(), .body_limit = limit});
    REQUIRE(response);
    CHECK_THAT(server.heard(), !Catch::Contains("Accept-Encoding"));
    return std::move(*response);
}

}  // namespace

TEST_CASE("a compressed response is decoded although none was requested", "[http][client]") {
    const std::string text = "a report, a report, a report";
    const auto [coding, format] =
        GENERATE(table<std::string, int>({{"gzip", kGzip}, {"X-GZIP", kGzip}, {"deflate", kZlib}}));
    CAPTURE(coding);
    const std::string body = compressed(text, format);
    const ClientResponse response = received(answer_of(coding, body));
    CHECK(response.body == text);
    CHECK_FALSE(response.cut);
    CHECK(response.body_size == body.size());
}

TEST_CASE("decoding stops at the body limit", "[http][client]") {
    const std::string bomb = compressed(std::string(100'000'000, 'x'));
    REQUIRE(bomb.size() < 200'000);
    const ClientResponse response = received(answer_of("gzip", bomb));
    CHECK(response.body == std::string(1'000, 'x'));
    CHECK(response.cut);
    CHECK(response.body_size == bomb.size());
    // The decoder reads no further than necessary: nearly all of the input is left.
    Inflater inflater;
    std::string out;
    CHECK(inflater.feed(bomb, out, 1'000) == Inflater::State::full);
    CHECK(out.size() == 1'000);
}

TEST_CASE("a response of exactly the body limit is complete", "[http][client]") {
    const ClientResponse exact = received(answer_of("gzip", compressed(std::string(1'000, 'x'))));
    CHECK(exact.body.size() == 1'000);
    CHECK_FALSE(exact.cut);
    CHECK_FALSE(received(answer_of("identity", std::string(1'000, 'x'))).cut);
    CHECK(received(answer_of("identity", std::string(1'001, 'x'))).cut);
}

TEST_CASE("a response that cannot be decoded is kept as received and is not a failure", "[http][client]") {
    const auto [coding, body] = GENERATE(table<std::string, std::string>({
        {"gzip", "not compressed at all"},
        {"br", "not compressed at all"},
        {"UTF-8", "not compressed at all"},
        {"gzip, gzip", "not compressed at all"},
    }));
    CAPTURE(coding);
    const ClientResponse response = received(answer_of(coding, body));
    CHECK(response.status == 200);
    CHECK(response.body == body);
    CHECK_FALSE(response.cut);
}

TEST_CASE("the decoded part of a damaged compressed response is kept", "[http][client]") {
    std::string text;
    for (int i = 0; i < 200; ++i) text += std::to_string(i * i) + ' ';
    const std::string body = compressed(text);
    const ClientResponse half = received(answer_of("gzip", body.substr(0, body.size() / 2)), 10'000);
    CHECK(half.cut);
    CHECK_FALSE(half.body.empty());
    CHECK(text.starts_with(half.body));
    const ClientResponse twice = received(answer_of("gzip", body + body), 10'000);  // two members (RFC 1952)
    CHECK(twice.body == text + text);
    CHECK_FALSE(twice.cut);
}

TEST_CASE("a body is decoded independent of its fragmentation", "[http][client]") {
    const std::string text = "the same text, the same text";
    const std::string body = compressed(text);
    Inflater inflater;
    std::string out;
    for (const char c : body) REQUIRE(inflater.feed({&c, 1}, out, 100) == Inflater::State::whole);
    CHECK(out == text);
    CHECK(inflater.at_end());
}

TEST_CASE("a failure contains the received part of the response", "[http][client]") {
    const auto [then, what] = GENERATE(
        table<Then, std::string>({{Then::close, "answer ended early"}, {Then::hold, "no complete answer"}}));
    const ScriptedServer server{"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 10\r\n\r\nshort",
                                then};
    TestClient client;
    std::optional<ClientResult> result;
    client->start({.url = server.url(), .timeout = Millis{100}},
                  [&](ClientResult ended) { result = std::move(ended); });
    client.run_until([&] { return result.has_value(); });
    REQUIRE_FALSE(*result);
    const ClientFailure& failure = result->error();
    CHECK_THAT(failure.what, Catch::Contains(what));
    CHECK(failure.partial.status == 503);
    CHECK(failure.partial.body == "short");
    CHECK(failure.partial.headers.front() == Header{"Retry-After", "9"});
    CHECK(failure.partial.cut);
}

TEST_CASE("the response lists the redirects that were followed", "[http][client]") {
    TestServer server{[](const Request& request) -> boost::asio::awaitable<Response> {
        if (request.path == "/c") co_return Response{.body = "end"};
        co_return Response{.status = request.path == "/a" ? 307U : 303U,
                           .headers = {{"Location", request.path == "/a" ? "/b" : "/c"}}};
    }};
    TestClient client;
    const auto response = client.send({.method = "POST", .url = server.url("/a"), .body = "x"});
    REQUIRE(response);
    CHECK(response->redirects ==
          std::vector<Redirect>{{307, "POST", server.url("/b")}, {303, "GET", server.url("/c")}});
    CHECK(client.get(server.url("/c"))->redirects.empty());
}
