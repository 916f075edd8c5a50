#include <catch2/catch.hpp>

#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace {

std::string get(const std::string& path, const std::string& more = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: ecron\r\n" + more + "\r\n";
}

std::string post(const std::string& path, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: ecron\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a connection is kept alive for the next request", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    for (const std::string path : {"/one", "/two?x=1", "/three"}) {
        client.send(get(path));
        const RawResponse response = client.receive();
        CHECK(response.status == 200);
        CHECK(response.body == "GET " + path);
        CHECK(response.header("connection").empty());
        CHECK(response.header("content-type") == "text/plain");
        CHECK(response.header("date").ends_with(" GMT"));
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("pipelined requests are answered in order", "[http][server]") {
    TestServer server{echo};
    RawClient client = server.connect();
    std::string burst;
    for (int i = 0; i < 500; ++i)
        burst += i % 2 == 0 ? get("/" + std::to_string(i)) : post("/" + std::to_string(i), "b");
    client.send(burst);
    for (int i = 0; i < 500; ++i) {
        CAPTURE(i);
        const std::string expected =
            (i % 2 == 0 ? "GET /" : "POST /") + std::to_string(i) + (i % 2 == 0 ? "" : " b");
        REQUIRE(client.receive().body == expected);
    }
}

TEST_CASE("a body comes with its length or in chunks, in any pieces", "[http][server]") {
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
    client.send(get("/next"));
    CHECK(client.receive().body == "GET /next");
}
