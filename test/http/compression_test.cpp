#include "http/compression.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "ecron/base/large_work.hpp"
#include "http/inflater.hpp"
#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace asio = boost::asio;

namespace {

const std::string kText = std::string(3'000, 'x') + "the end";

std::string inflated(std::string_view encoded) {
    Inflater inflater;
    std::string text;
    CHECK(inflater.feed(encoded, text, 100'000'000) == Inflater::State::whole);
    CHECK(inflater.at_end());
    return text;
}

std::string field(const Response& response, std::string_view name) {
    for (const Header& header : response.headers)
        if (header.name == name) return header.value;
    return {};
}

template <class Work> void run(Work work) {
    asio::io_context io;
    asio::co_spawn(io, std::move(work), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    io.run();
}

Response compressed(Response response, const std::string& accepted = "gzip") {
    const Request request{.path = "/", .headers = {{"accept-encoding", accepted}}};
    if (is_compressible(response)) run(compress(request, response));
    return response;
}

/// Sends these pieces.
class Pieces final : public BodyStream {
public:
    explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
    asio::awaitable<std::optional<std::string>> next() override {
        if (next_ == pieces_.size()) co_return std::nullopt;
        co_return pieces_[next_++];
    }

private:
    std::vector<std::string> pieces_;
    std::size_t next_{0};
};

asio::awaitable<void> read_all(BodyStream& stream, std::vector<std::string>& pieces) {
    for (;;) {
        std::optional<std::string> piece = co_await stream.next();
        if (!piece) co_return;
        pieces.push_back(std::move(*piece));
    }
}

asio::awaitable<Response> answer_json(const Request&) { co_return Response{.body = kText}; }

}  // namespace

TEST_CASE("a client states whether it accepts gzip", "[http]") {
    const auto [accepted, expected] = GENERATE(table<std::string, bool>({
        {"gzip", true},
        {"br, GZIP", true},
        {"deflate, gzip;q=0.5", true},
        {"x-gzip", true},
        {"*", true},
        {"br;q=1.0, *;q=0.1", true},
        {"", false},
        {"br", false},
        {"gzip;q=0", false},
        {"gzip; q=0.000, *", false},
        {"*;q=0", false},
        {"gzipped", false},
        {",;,", false},
    }));
    CAPTURE(accepted);
    CHECK(accepts_gzip(accepted) == expected);
}

TEST_CASE("texts of a kibibyte or more are compressed", "[http]") {
    const Response response = compressed({.body = kText});
    CHECK(response.body.size() < 200);
    CHECK(inflated(response.body) == kText);
    CHECK(field(response, "Content-Encoding") == "gzip");
    CHECK(field(response, "Vary") == "Accept-Encoding");
    const Response plain = compressed({.body = kText}, "br");
    CHECK(plain.body == kText);
    CHECK(field(plain, "Content-Encoding").empty());
    CHECK(field(plain, "Vary") == "Accept-Encoding");
}

TEST_CASE("short, encoded and tagged responses and events are sent as they are", "[http]") {
    CHECK_FALSE(is_compressible({.body = std::string(1'023, 'x')}));
    CHECK(is_compressible({.body = std::string(1'024, 'x')}));
    CHECK(is_compressible({.body = kText, .content_type = "text/plain; version=0.0.4"}));
    CHECK_FALSE(is_compressible({.status = 304, .body = kText}));
    CHECK_FALSE(is_compressible({.body = kText, .content_type = "image/png"}));
    CHECK_FALSE(is_compressible({.body = kText, .headers = {{"etag", "\"1\""}}}));
    CHECK_FALSE(is_compressible({.body = kText, .headers = {{"Content-Encoding", "br"}}}));
    const auto stream = std::make_shared<Pieces>(std::vector<std::string>{});
    CHECK_FALSE(is_compressible({.content_type = "text/event-stream", .stream = stream}));
    CHECK_FALSE(is_compressible({.content_type = "text/plain", .stream = stream}));
    CHECK(is_compressible({.stream = stream}));
}

TEST_CASE("large bodies are compressed away from the loop", "[http]") {
    const std::string text(2 * kLargeWork, 'x');
    CHECK(inflated(compressed({.body = text}).body) == text);
}

TEST_CASE("a generated list is compressed piece by piece", "[http]") {
    const std::string large(2 * kLargeWork, 'y');
    const Response response =
        compressed({.stream = std::make_shared<Pieces>(std::vector<std::string>{"[1", "", large, "]"})});
    CHECK(response.stream->held() > 0);
    std::vector<std::string> pieces;
    run(read_all(*response.stream, pieces));
    REQUIRE(pieces.size() == 5);
    CHECK(pieces[1].empty());  // no data yet
    std::string first;
    Inflater inflater;
    CHECK(inflater.feed(pieces[0], first, 100) == Inflater::State::whole);
    CHECK(first == "[1");  // readable before the next piece
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    CHECK(inflated(all) == "[1" + large + "]");
}

TEST_CASE("the server compresses for clients that accept it", "[http][server]") {
    TestServer server{answer_json};
    RawClient client = server.connect();
    client.send(get_request("/", "Accept-Encoding: gzip, deflate\r\n"));
    const RawResponse encoded = client.receive();
    CHECK(encoded.header("content-encoding") == "gzip");
    CHECK(inflated(encoded.body) == kText);
    client.send(get_request("/"));
    CHECK(client.receive().body == kText);
}
