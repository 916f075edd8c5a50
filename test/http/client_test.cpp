#include <catch2/catch.hpp>

#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

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
    ClientRequest request;
    request.method = method;
    request.url = server.url("/x");
    request.body = body;
    const auto response = client.send(std::move(request));
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == arrives);
    CHECK(response->body_size == arrives.size());
    CHECK(response->address == "127.0.0.1");
}
