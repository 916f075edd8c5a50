#include <catch2/catch.hpp>
#include <random>

#include "http/request_parser.hpp"

using namespace ecron::http;
using namespace std::string_literals;
using Step = RequestParser::Step;

namespace {

constexpr RequestParser::Limits kLimits{.header = 1024, .body = 1000};

struct Parsed {
    Step step{};
    unsigned status{};
    Request request;
    std::string left;
    bool operator==(const Parsed& other) const {
        return step == other.step && request.path == other.request.path &&
               request.body == other.request.body && request.headers == other.request.headers;
    }
};

/// Feeds the text in pieces that end at the given offsets, keeping unconsumed bytes, as a connection does.
Parsed parse(std::string_view text, const std::vector<std::size_t>& cuts = {}) {
    Parsed result;
    RequestParser parser{result.request, kLimits};
    std::size_t begin = 0;
    for (std::size_t piece = 0; piece <= cuts.size(); ++piece) {
        const std::size_t end = piece < cuts.size() ? cuts[piece] : text.size();
        std::string_view input = text.substr(begin, end - begin);
        result.step = parser.parse(input);
        begin = end - input.size();
        if (result.step != Step::need_more) break;
    }
    result.status = parser.refusal().status;
    result.left = text.substr(begin);
    return result;
}

std::string with_headers(const std::string& headers, const std::string& body = "") {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

}  // namespace

TEST_CASE("unambiguous requests are accepted", "[http][parser]") {
    struct Case {
        std::string text, path, query, body;
    };
    const auto [text, path, query, body] = GENERATE(values<Case>({
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", "", ""},
        {"GET /a/b?c=d?e HTTP/1.1\r\nHost:a\r\n\r\n", "/a/b", "c=d?e", ""},
        {"GET / HTTP/1.0\r\n\r\n", "/", "", ""},
        {"\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "/x", "", ""},
        {"GET http://a:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "/x", "y", ""},
        {"GET HTTPS://a HTTP/1.1\r\nHost: a\r\n\r\n", "/", "", ""},
        {"GET http://a?y HTTP/1.1\r\nHost: a\r\n\r\n", "/", "y", ""},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", "", ""},
        {with_headers("Content-Length: 3\r\n", "abc"), "/x", "", "abc"},
        {with_headers("Content-Length: 0\r\n"), "/x", "", ""},
        {with_headers("Transfer-Encoding: Chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"), "/x", "", "abc"},
        {with_headers("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), "/x", "", ""},
        {with_headers("Transfer-Encoding: chunked\r\n",
                      "1;a=\"b\"\r\nx\r\n00A\r\n0123456789\r\n0\r\nX: y\r\n\r\n"),
         "/x", "", "x0123456789"},
    }));
    CAPTURE(text);
    const Parsed parsed = parse(text + "GET /next");
    REQUIRE(parsed.step == Step::complete);
    CHECK(parsed.request.path == path);
    CHECK(parsed.request.query == query);
    CHECK(parsed.request.body == body);
    CHECK(parsed.left == "GET /next");
}

TEST_CASE("ambiguous requests are rejected", "[http][parser]") {
    const auto [status, text] = GENERATE(table<unsigned, std::string>({
        {400, "GET / HTTP/1.1\r\n\r\n"},                                                    // no Host
        {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},                              // two
        {400, with_headers("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},           // repeated
        {400, with_headers("Content-Length: 3\r\nContent-Length: 5\r\n", "abc")},           //
        {400, with_headers("Content-Length: 3, 3\r\n", "abc")},                             //
        {400, with_headers("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "abc")},  // both
        {400, with_headers("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "abc")},  //
        {400, with_headers("Content-Length: +3\r\n", "abc")},
        {400, with_headers("Content-Length: -1\r\n", "abc")},
        {400, with_headers("Content-Length: 0x3\r\n", "abc")},
        {400, with_headers("Content-Length: 3 3\r\n", "abc")},
        {400, with_headers("Content-Length:\r\n", "abc")},
        {400, with_headers("Content-Length: 99999999999999999999999\r\n", "abc")},
        {400, with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        {501, with_headers("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
        {501, with_headers("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        {501, with_headers("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
        {501, with_headers("Transfer-Encoding: identity\r\n", "0\r\n\r\n")},
        {501, with_headers("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
        {501, with_headers("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
        {400, with_headers("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},      // space before the colon
        {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},  // not defined for HTTP/1.0
        {400, "GET / HTTP/1.1\nHost: a\n\n"},                                     // bare LF
        {400, "GET / HTTP/1.1\r\nHost: a\n\r\n\r\n"},                             //
        {400, "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"},                            // bare CR
        {400, "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s},                           // NUL
        {400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},                              // folded first line
        {400, "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"},                        // no name
        {400, "GET / HTTP/1.1\r\nHost: a\r\nA B: x\r\n\r\n"},
        {400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET / \r\nHost: a\r\n\r\n"},
        {400, "GET /\r\n\r\n"},  // HTTP/0.9
        {400, "GET x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
        {400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"},  // TLS on a plain-text port
        {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
        {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        {505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"},
        {400, with_headers("Transfer-Encoding: chunked\r\n", "g\r\nabc\r\n0\r\n\r\n")},
        {400, with_headers("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n")},
        {400, with_headers("Transfer-Encoding: chunked\r\n", "3\nabc\r\n0\r\n\r\n")},
        {400, with_headers("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n")},
        {400, with_headers("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n")},
        {413, with_headers("Content-Length: 1001\r\n")},
        {413, with_headers("Transfer-Encoding: chunked\r\n", "3e9\r\n")},
        {413,
         with_headers("Transfer-Encoding: chunked\r\n", "3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n")},
        {431, "GET /" + std::string(2000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
        {431, with_headers("X: " + std::string(2000, 'x') + "\r\n")},
        {400,
         with_headers("Transfer-Encoding: chunked\r\n", "1;" + std::string(2000, 'x'))},  // endless extension
        {400,
         with_headers("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(2000, 'x'))},  // and trailer
    }));
    CAPTURE(text);
    const Parsed parsed = parse(text);
    CHECK(parsed.step == Step::refused);
    CHECK(parsed.status == status);
}

TEST_CASE("the total size of many small headers is limited", "[http][parser]") {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    std::vector<std::size_t> cuts;
    for (int i = 0; i < 200; ++i) {
        text += "X: 12345678\r\n";
        cuts.push_back(text.size());
    }
    const Parsed parsed = parse(text + "\r\n", cuts);
    CHECK(parsed.step == Step::refused);
    CHECK(parsed.status == 431);
}

TEST_CASE("trailers do not become headers", "[http][parser]") {
    const Parsed parsed =
        parse(with_headers("Transfer-Encoding: chunked\r\n", "0\r\nAuthorization: x\r\nHost: b\r\n\r\n"));
    REQUIRE(parsed.step == Step::complete);
    CHECK(parsed.request.header("Authorization").empty());
    CHECK(parsed.request.header("Host") == "a");
}

TEST_CASE("parsing is independent of fragmentation", "[http][parser]") {
    const std::string text = GENERATE(
        std::string{"GET /a?b=c HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"},
        with_headers("Content-Length: 5\r\n", "hello"),
        with_headers("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        with_headers("Transfer-Encoding: chunked\r\n", "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: b\r\n\r\n"));
    const Parsed whole = parse(text);
    REQUIRE(whole.step == Step::complete);
    for (std::size_t first = 0; first < text.size(); ++first)
        for (std::size_t second = first; second < text.size(); ++second) {
            CAPTURE(text, first, second);
            REQUIRE(parse(text, {first, second}) == whole);
        }
}

TEST_CASE("arbitrary bytes in arbitrary pieces do not break the parser", "[http][parser]") {
    const auto seed = GENERATE(take(20, random(0U, ~0U)));
    CAPTURE(seed);
    std::mt19937 rng{seed};
    const std::vector<std::string> models{
        "GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n",
        with_headers("Expect: 100-continue\r\nContent-Length: 12\r\n", "hello, world"),
        with_headers("Transfer-Encoding: chunked\r\n", "2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n")};
    const std::string bytes = "\r\n \t:;,0\"1aF\0\x7f\xff"s;
    for (int round = 0; round < 2'000; ++round) {
        std::string text = models[rng() % models.size()];
        for (auto changes = rng() % 4; changes > 0; --changes) {
            const std::size_t at = rng() % text.size();
            const char byte = bytes[rng() % bytes.size()];
            if (rng() % 3 == 0)
                text.erase(at, 1 + rng() % 4);
            else if (rng() % 2 == 0)
                text.insert(at, 1, byte);
            else
                text[at] = byte;
        }
        std::vector<std::size_t> cuts(rng() % 8);
        for (std::size_t& cut : cuts) cut = rng() % text.size();
        std::ranges::sort(cuts);
        const Parsed parsed = parse(text, cuts);
        const bool refused = parsed.step == Step::refused;
        REQUIRE(refused == (parsed.status != 0));
        if (parsed.step == Step::complete) REQUIRE(parsed.request.path.starts_with('/'));
    }
}

TEST_CASE("memory for a body is reserved once a part of it has arrived", "[http][parser]") {
    constexpr std::size_t kSize = 1'000'000;
    const std::string head = with_headers("Content-Length: " + std::to_string(kSize) + "\r\n");
    Request request;
    RequestParser parser{request, {.header = 1'024, .body = kSize}};
    std::string_view input = head;
    REQUIRE(parser.parse(input) == Step::need_more);
    const std::string piece(kSize / 32, 'x');
    input = piece;
    REQUIRE(parser.parse(input) == Step::need_more);
    CHECK(request.body.capacity() < kSize / 4);
    input = piece;
    REQUIRE(parser.parse(input) == Step::need_more);
    CHECK(request.body.capacity() >= kSize);
    const char* const place = request.body.data();
    const std::string rest(kSize - 2 * piece.size(), 'x');
    input = rest;
    CHECK(parser.parse(input) == Step::complete);
    CHECK(request.body.data() == place);
}
