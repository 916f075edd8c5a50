#include "ecron/ui/page.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>

using namespace ecron;
using namespace ecron::ui;
using http::Method;

namespace {

constexpr std::string_view kScript = "console.log('ten times')";
constexpr std::array kFiles{
    File{"assets/icon-11112222.png", "image/png", "i1", Caching::immutable, "PNG"},
    File{"assets/main-1a2b3c4d.js", "text/javascript; charset=utf-8", "m1", Caching::immutable, kScript, "BR",
         "GZIP"},
    File{"index.html", "text/html; charset=utf-8", "x1", Caching::revalidated, "<!doctype html>", "BRI",
         "GZIPI"},
};
const std::string kScriptPath = "/ui/assets/main-1a2b3c4d.js";

struct Reply {
    http::Response response;
    [[nodiscard]] unsigned status() const { return response.status; }
    [[nodiscard]] std::string body() const { return std::string{response.content()}; }
    [[nodiscard]] std::string field(std::string_view name) const {
        for (const http::Header& header : response.headers)
            if (header.name == name) return header.value;
        return {};
    }
};

Reply ask(std::string path, std::vector<http::Header> headers = {}, Method method = Method::get) {
    const http::Request request{.method = method, .path = std::move(path), .headers = std::move(headers)};
    const Page page{kFiles};
    REQUIRE(page.serves(request));
    return {page.respond(request)};
}

}  // namespace

TEST_CASE("the page has the paths below /ui/, and the API all others", "[ui]") {
    const Page page{kFiles};
    for (const char* path : {"/", "/ui", "/ui/", "/ui/jobs/1", "/ui/assets/x.js"})
        CHECK(page.serves({.path = path}));
    for (const char* path :
         {"", "/uix", "/UI/", "/job", "/api/ecron-management/v1/job", "/health/ready", "//ui/"})
        CHECK_FALSE(page.serves({.path = path}));
    for (const Method method : {Method::post, Method::put, Method::delete_, Method::options})
        CHECK_FALSE(page.serves({.method = method, .path = "/ui/"}));
    CHECK(page.serves({.method = Method::head, .path = "/ui/"}));
}

TEST_CASE("a binary without the page serves none", "[ui]") {
    const Page page{{}};
    CHECK_FALSE(page.serves({.path = "/"}));
    CHECK_FALSE(page.serves({.path = "/ui/"}));
}

TEST_CASE("/ and /ui lead to the page", "[ui]") {
    const std::string path = GENERATE("/", "/ui");
    const Reply reply = ask(path);
    CHECK(reply.status() == 302);
    CHECK(reply.field("Location") == "/ui/");
    const Page page{kFiles};
    CHECK(Reply{page.respond({.path = path, .query = "lang=en"})}.field("Location") == "/ui/?lang=en");
}

TEST_CASE("assets are cached for a year, and index.html is revalidated", "[ui]") {
    CHECK(ask(kScriptPath).field("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(ask("/ui/").field("Cache-Control") == "no-cache");
    CHECK(ask("/ui/index.html").field("Cache-Control") == "no-cache");
}

TEST_CASE("unknown paths are routes of the page, unknown assets are not", "[ui]") {
    for (const char* path : {"/ui/", "/ui/jobs", "/ui/jobs/6f9ad6c5", "/ui/a.b"}) {
        CAPTURE(path);
        const Reply reply = ask(path);
        CHECK(reply.status() == 200);
        CHECK(reply.body() == "<!doctype html>");
        CHECK(reply.response.content_type == "text/html; charset=utf-8");
    }
    const Reply missing = ask("/ui/assets/main-00000000.js");
    CHECK(missing.status() == 404);
    CHECK(missing.field("Cache-Control").empty());  // the server's no-store applies
}

TEST_CASE("paths are names of embedded files and never leave them", "[ui]") {
    for (const char* path : {"/ui/../etc/passwd", "/ui/%2e%2e/etc/passwd", "/ui//etc/passwd", "/ui/..\\..\\x",
                             "/ui/assets", "/ui/./index.html", "/ui/index.html%00.js"}) {
        CAPTURE(path);
        CHECK(ask(path).body() == "<!doctype html>");
    }
    for (const char* path : {"/ui/assets/../index.html", "/ui/assets/", "/ui/assets/%2e%2e/index.html"}) {
        CAPTURE(path);
        CHECK(ask(path).status() == 404);
    }
}

TEST_CASE("the encoding is the one that the client prefers", "[ui]") {
    const auto [accepted, coding, body] = GENERATE(table<std::string, std::string, std::string>({
        {"", "", std::string{kScript}},
        {"gzip", "gzip", "GZIP"},
        {"br", "br", "BR"},
        {"gzip, deflate, br, zstd", "br", "BR"},
        {"br;q=0.5, gzip", "gzip", "GZIP"},
        {"br;q=0, gzip;q=0.001", "gzip", "GZIP"},
        {"*", "br", "BR"},
        {"*;q=0.5, br;q=0", "gzip", "GZIP"},
        {"identity, gzip;q=0.5", "", std::string{kScript}},
        {"br;q=0, gzip;q=0", "", std::string{kScript}},
        {"deflate", "", std::string{kScript}},
        {"*;q=0", "", std::string{kScript}},
    }));
    CAPTURE(accepted);
    const Reply reply = ask(kScriptPath, {{"accept-encoding", accepted}});
    CHECK(reply.field("Content-Encoding") == coding);
    CHECK(reply.body() == body);
    CHECK(reply.field("Vary") == "Accept-Encoding");
    CHECK(reply.response.content_type == "text/javascript; charset=utf-8");
}

TEST_CASE("a file that encoding does not make smaller is sent as it is", "[ui]") {
    const Reply reply = ask("/ui/assets/icon-11112222.png", {{"Accept-Encoding", "br, gzip"}});
    CHECK(reply.body() == "PNG");
    CHECK(reply.field("Content-Encoding").empty());
}

TEST_CASE("each encoding has a strong entity tag", "[ui]") {
    CHECK(ask("/ui/").field("ETag") == "\"x1\"");
    CHECK(ask("/ui/", {{"Accept-Encoding", "gzip"}}).field("ETag") == "\"x1-gzip\"");
    CHECK(ask("/ui/", {{"Accept-Encoding", "br"}}).field("ETag") == "\"x1-br\"");
}

TEST_CASE("a client that has the current content gets 304", "[ui]") {
    const auto [tags, status] = GENERATE(table<std::string, unsigned>({
        {"\"x1-br\"", 304},
        {"W/\"x1-br\"", 304},
        {"\"old\", \"x1-br\"", 304},
        {"*", 304},
        {"\"x1\"", 200},
        {"\"x1-gzip\"", 200},
        {"x1-br", 200},
        {"\"old\"", 200},
    }));
    CAPTURE(tags);
    const Reply reply =
        ask("/ui/jobs", {{"Accept-Encoding", "br"}, {"If-None-Match", tags}, {"Range", "bytes=0-0"}});
    CHECK(reply.status() == (status == 304 ? 304 : 206));
    CHECK(reply.body() == (status == 304 ? "" : "B"));
    CHECK(reply.field("ETag") == "\"x1-br\"");
    CHECK(reply.field("Cache-Control") == "no-cache");
    CHECK(reply.field("Vary") == "Accept-Encoding");
}

TEST_CASE("a range selects bytes of the encoded content", "[ui]") {
    const Reply part = ask(kScriptPath, {{"Accept-Encoding", "gzip"}, {"Range", "bytes=1-2"}});
    CHECK(part.status() == 206);
    CHECK(part.body() == "ZI");
    CHECK(part.field("Content-Range") == "bytes 1-2/4");
    CHECK(part.field("Content-Encoding") == "gzip");
    CHECK(part.field("ETag") == "\"m1-gzip\"");
    const Reply beyond = ask(kScriptPath, {{"Range", "bytes=1000-"}});
    CHECK(beyond.status() == 416);
    CHECK(beyond.body().empty());
    CHECK(beyond.field("Content-Range") == "bytes */24");
    CHECK(ask(kScriptPath).field("Accept-Ranges") == "bytes");
    CHECK(ask(kScriptPath, {{"Range", "bytes=0-1,3-4"}}).status() == 200);
}

TEST_CASE("a range is ignored unless the client has a part of this content", "[ui]") {
    const auto [condition, status] = GENERATE(table<std::string, unsigned>({
        {"\"m1\"", 206},
        {"W/\"m1\"", 200},
        {"\"m1-br\"", 200},
        {"Mon, 05 Jan 2026 10:00:00 GMT", 200},
    }));
    CAPTURE(condition);
    CHECK(ask(kScriptPath, {{"Range", "bytes=0-1"}, {"If-Range", condition}}).status() == status);
}

TEST_CASE("HEAD has the header of GET, and ranges do not apply", "[ui]") {
    const Reply head = ask(kScriptPath, {{"Range", "bytes=0-1"}, {"Accept-Encoding", "br"}}, Method::head);
    const Reply get = ask(kScriptPath, {{"Accept-Encoding", "br"}});
    CHECK(head.status() == 200);
    CHECK(head.response.headers == get.response.headers);
    CHECK(head.response.content().size() == get.response.content().size());  // the server omits the body
}

TEST_CASE("content is sent from constant data", "[ui]") {
    const http::Response response = ask(kScriptPath).response;
    CHECK(response.body.empty());
    CHECK(response.constant_body.data() == kScript.data());
}

TEST_CASE("the content security policy permits the page and its sign-in only", "[ui]") {
    const std::string policy = ask("/ui/").field("Content-Security-Policy");
    CHECK(
        policy ==
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    const Page page{kFiles, "https://hydra.example:4444"};
    CHECK_THAT((Reply{page.respond({.path = "/ui/"})}.field("Content-Security-Policy")),
               Catch::Contains("connect-src 'self' https://hydra.example:4444; "));
    CHECK(ask("/ui/").field("Cross-Origin-Opener-Policy") == "same-origin");
}
