#include "management/router.hpp"

#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

TEST_CASE("a trailing slash is redirected to the path without it", "[management]") {
    Service service;
    const auto [method, target, status, location] =
        GENERATE(table<Method, std::string, unsigned, std::string>({
            {Method::get, "/job/", 301, "/job"},
            {Method::head, "/job/", 301, "/job"},
            {Method::get, "/job/?page=2&limit=3", 301, "/job?page=2&limit=3"},
            {Method::post, "/job/", 307, "/job"},
            {Method::delete_, "/job/a,b/", 307, "/job/a,b"},
            {Method::put, "/job/a/enable/", 307, "/job/a/enable"},
        }));
    CAPTURE(target);
    const Reply reply = service.ask(method, target);
    CHECK(reply.status() == status);
    CHECK(reply.field("Location") == kPrefix + location);
    CHECK(reply.text().empty());
}

TEST_CASE("a wrong method gets 405 with the allowed ones", "[management]") {
    Service service;
    const auto [method, target, allow] = GENERATE(table<Method, std::string, std::string>({
        {Method::patch, "/job", "GET, HEAD, POST"},
        {Method::options, "/job", "GET, HEAD, POST"},
        {Method::post, "/job/some-id", "GET, HEAD, PUT, PATCH, DELETE"},
        {Method::get, "/job/by-name/a", "PUT"},
        {Method::post, "/jobtotal", "GET, HEAD"},
        {Method::delete_, "/jobstatus/x", "GET, HEAD, PUT"},
        {Method::put, "/health/alive", "GET, HEAD"},
        {Method::delete_, "/job/", ""},  // no redirect: the path without the slash does not serve DELETE
    }));
    CAPTURE(target);
    const Reply reply = service.ask(method, target);
    CHECK(reply.status() == (allow.empty() ? 404 : 405));
    CHECK(reply.field("Allow") == allow);
    CHECK(reply.json().at("code") == (allow.empty() ? 404009001 : 405009001));
    CHECK(reply.detail().is_null());
}

TEST_CASE("paths are compared exactly", "[management]") {
    Service service;
    const std::string target =
        GENERATE("/Job", "/jobs", "/job//enable", "/job/a/b", "/job/a/next/b", "/jobtotal/x",
                 "/api/ecron-management/v2/job", "/health/alivee", "/health", "/");
    CAPTURE(target);
    const Reply reply = service.get(target);
    CHECK(reply.status() == 404);
    CHECK(reply.cause() == "This path does not exist");
}

TEST_CASE("HEAD is answered like GET", "[management]") {
    Service service;
    service.given_job("a");
    for (const char* target : {"/job", "/jobtotal", "/health/alive", "/metrics"}) {
        const Reply reply = service.ask(Method::head, target);
        CHECK(reply.status() == 200);  // the server omits the body and sends its length in the header
    }
}

TEST_CASE("metrics and the OpenAPI document are served at the root and under the prefix", "[management]") {
    Service service;
    for (const std::string path : {"/metrics", "/openapi.json"}) {
        CHECK(service.get(path).status() == 200);
        CHECK(service.get(kPrefix + path).status() == 200);
    }
}

TEST_CASE("anybody can read how callers sign in", "[management]") {
    Service service;
    SECTION("without authentication") {
        CHECK(service.get("/auth").text() == R"({"mode":"none","oauth":null})");
        CHECK(service.answer({.path = "/auth"}).status == 200);  // also at the root
    }
    SECTION("with an OAuth client") {
        service.options.sign_in = {"hydra", "page", "https://h/oauth2/auth", "https://h/oauth2/token", "all"};
        CHECK(
            service.get("/auth").text() ==
            R"({"mode":"hydra","oauth":{"client_id":"page","authorization_endpoint":"https://h/oauth2/auth",)"
            R"("token_endpoint":"https://h/oauth2/token","scope":"all"}})");
    }
}

TEST_CASE("prefix and callback path are configurable", "[management]") {
    Service service;
    service.options.callback_path = kPrefix + "/executionresult";  // as in the previous chart
    CHECK(service.post("/executionresult/run-7", "{}").status() == 200);
    CHECK(service.runs.heard == std::vector<std::string>{"callback run-7 of all: {}"});
    CHECK(service.post(kCallback + "/run-7", "{}").status() == 404);
}

TEST_CASE("variables are decoded once and must be text", "[management]") {
    Service service;
    const std::string one = service.given_job("one");
    const std::string two = service.given_job("two");
    CHECK(service.put("/job/" + one + "%2C" + two + "/enable", R"({"enable":true})").status() == 200);
    for (const char* id : {"%", "%4", "%zz", "%00", "%ff", "%c0%af", "%ed%a0%80"}) {
        CAPTURE(id);
        const Reply reply = service.remove("/job/" + std::string{id});
        CHECK(reply.status() == 400);
        CHECK(reply.cause() == "Invalid parameter");
    }
}

TEST_CASE("alive always succeeds, ready from the loading of the jobs until the drain", "[management]") {
    Service service;
    service.runs.is_loaded = false;
    service.store.away = true;
    CHECK(service.get("/health/alive").text() == R"("OK")");
    CHECK(service.get("/health/ready").status() == 503);
    service.runs.is_loaded = true;
    CHECK(service.get("/health/ready").text() ==
          R"("OK")");  // the store may be unreachable: clients then get 503
    service.api().drain();
    CHECK(service.get("/health/ready").status() == 503);
    CHECK(service.get("/health/alive").status() == 200);
}
