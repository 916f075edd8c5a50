#include <catch2/catch.hpp>

#include "ecron/http/message.hpp"
#include "http/response_format.hpp"

using namespace ecron::http;

TEST_CASE("a query is parsed as HTML forms encode it", "[http][message]") {
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    struct Case {
        std::string query;
        Pairs pairs;
    };
    const auto [query, pairs] = GENERATE(values<Case>({
        {"", {}},
        {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
        {"a=1&a=2", {{"a", "1"}, {"a", "2"}}},
        {"a", {{"a", ""}}},
        {"a=", {{"a", ""}}},
        {"=v", {{"", "v"}}},
        {"&&a=1&", {{"a", "1"}}},
        {"a=b=c", {{"a", "b=c"}}},
        {"t=2026-01-05T00:00:00+08:00", {{"t", "2026-01-05T00:00:00 08:00"}}},
        {"t=%2B08:00", {{"t", "+08:00"}}},
        {"n%61me=%E4%BD%A0", {{"name", "你"}}},
        {"a=100%&b=%zz", {{"a", "100%"}, {"b", "%zz"}}},
    }));
    CAPTURE(query);
    Pairs read;
    for (const auto& [name, value] : parse_query(query)) read.emplace_back(name, value);
    CHECK(read == pairs);
}

TEST_CASE("percent escapes are decoded, malformed ones rejected", "[http][message]") {
    CHECK(percent_decode("a%20b%2Fc") == "a b/c");
    CHECK(percent_decode("a+b") == "a+b");
    CHECK(percent_decode("%00") == std::string(1, '\0'));
    for (const char* broken : {"%", "%4", "a%", "%g0", "%0g", "%%41"}) {
        CAPTURE(broken);
        CHECK_FALSE(percent_decode(broken));
    }
}

TEST_CASE("percent-encoding round-trips", "[http][message]") {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    CHECK(percent_decode(percent_encode(all)) == all);
    CHECK(percent_encode("a b/ü~") == "a%20b%2F%C3%BC~");
}

TEST_CASE("headers are matched case-insensitively, and the first of a name is returned", "[http][message]") {
    Request request;
    request.headers = {{"Host", "a"}, {"X-Id", "1"}, {"x-id", "2"}};
    CHECK(request.header("HOST") == "a");
    CHECK(request.header("X-ID") == "1");
    CHECK(request.header("X-I").empty());
}

TEST_CASE("a response head contains length and connection persistence", "[http][message]") {
    Response response{
        .status = 201, .body = "12345", .content_type = "text/plain", .headers = {{"Location", "/x"}}};
    std::string head;
    append_head(head, response, Persistence::keep, "D");
    CHECK(head ==
          "HTTP/1.1 201 Created\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nLocation: "
          "/x\r\n\r\n");
    head.clear();
    append_head(head, response, Persistence::close, "D");
    CHECK_THAT(head, Catch::EndsWith("\r\nConnection: close\r\n\r\n"));
    head.clear();
    append_head(head, {.status = 204, .body = "x", .content_type = "text/plain", .headers = {}},
                Persistence::keep, "D");
    CHECK(head == "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
}

TEST_CASE("a header value cannot start another header", "[http][message]") {
    const Response response{.status = 302,
                            .body = "",
                            .content_type = "",
                            .headers = {{"Location", "/x\r\nSet-Cookie: a=b\r\n\r\n<html>"}}};
    std::string head;
    append_head(head, response, Persistence::keep, "D");
    CHECK_THAT(head, Catch::Contains("Location: /x  Set-Cookie: a=b    <html>\r\n\r\n"));
}
