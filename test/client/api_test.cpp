#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "client/api/jobs.hpp"
#include "client/stand_in.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

http::Response answer(unsigned status, std::string body, std::vector<http::Header> headers = {}) {
    return {.status = status, .body = std::move(body), .headers = std::move(headers)};
}

http::Response after_a_second(unsigned status) {
    return answer(status, R"({"cause":"Too many requests"})", {{"Retry-After", "1"}});
}

}  // namespace

TEST_CASE("a request has the prefix, the token, the language and the tenant", "[client]") {
    StandIn server{[](const http::Request&, std::size_t) { return answer(200, "[]"); }};
    Connection connection = server.connection();
    connection.tenant = "a b";
    Api api{std::move(connection)};
    REQUIRE(api.call({.path = "/job?limit=1"}));
    const http::Request request = server.requests().at(0);
    CHECK(request.path == "/api/ecron-management/v1/job");
    CHECK(request.query == "limit=1&tenant=a%20b");
    CHECK(request.header("authorization") == "Bearer t");
    CHECK(request.header("accept-language") == "en");
}

TEST_CASE("a call that a limit refused is repeated after the wait that the server requests", "[client]") {
    const auto [method, status, requests] = GENERATE(table<std::string, unsigned, std::size_t>(
        {{"GET", 429, 2}, {"POST", 429, 2}, {"GET", 503, 2}, {"POST", 503, 1}}));  // a creation may be stored
    StandIn server{[refusal = status](const http::Request&, std::size_t number) {
        return number == 1 ? after_a_second(refusal) : answer(200, "{}");
    }};
    Api api{server.connection()};
    const auto reply = api.call({.method = method, .path = "/job"});
    CHECK(reply.has_value() == (requests == 2));
    CHECK(server.requests().size() == requests);
}

TEST_CASE("a server that requests a long wait is reported at once", "[client]") {
    StandIn server{[](const http::Request&, std::size_t) {
        return answer(503, R"({"cause":"Database unavailable"})", {{"Retry-After", "600"}});
    }};
    Api api{server.connection()};
    const auto reply = api.call({.path = "/job"});
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ExitCode::unreachable);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("many calls share a limited number of kept connections", "[client]") {
    StandIn server{
        [](const http::Request& request, std::size_t) { return answer(200, '"' + request.query + '"'); }};
    Api api{server.connection()};
    std::vector<std::string> bodies(500);
    api.call_all(
        bodies.size(), [](std::size_t i) { return Call{.path = fmt::format("/job?i={}", i)}; },
        [&](std::size_t i, Outcome<Reply> reply) {
            bodies[i] = reply ? reply->body : "failed";
            return true;
        });
    for (std::size_t i = 0; i < bodies.size(); ++i) CHECK(bodies[i] == fmt::format("\"i={}\"", i));
    CHECK(server.connections() <= Api::kConcurrent);
}

TEST_CASE("a series ends when its caller has seen enough", "[client]") {
    StandIn server{
        [](const http::Request&, std::size_t) { return answer(401, R"({"cause":"Token expired"})"); }};
    Api api{server.connection()};
    std::size_t seen = 0;
    api.call_all(
        1'000, [](std::size_t) { return Call{.path = "/job"}; },
        [&](std::size_t, const Outcome<Reply>& reply) {
            ++seen;
            return reply.has_value();
        });
    CHECK(seen == 1);
    CHECK(server.requests().size() <= Api::kConcurrent);
}

TEST_CASE("a list follows the cursor to its end", "[client]") {
    StandIn server{[](const http::Request& request, std::size_t) {
        if (request.query.contains("after=c%2F1")) return answer(200, R"([{"job_id":"2","job_name":"b"}])");
        return answer(200, R"([{"job_id":"1","job_name":"a"}])", {{"X-Next-After", "c/1"}});
    }};
    Api api{server.connection()};
    const auto jobs = list_jobs(api);
    REQUIRE(jobs);
    REQUIRE(jobs->size() == 2);
    CHECK(job_name(jobs->at(1)) == "b");
}

TEST_CASE("a name that several jobs have is an error that lists their ids", "[client]") {
    StandIn server{[](const http::Request&, std::size_t) {
        return answer(200, R"([{"job_id":"1","job_name":"a","tenant_id":"x"},{"job_id":"2","job_name":"a",)"
                           R"("tenant_id":"y"},{"job_id":"3","job_name":"b","tenant_id":"x"}])");
    }};
    Api api{server.connection()};
    const auto jobs = find_jobs(api, {"b", "a"});
    REQUIRE_FALSE(jobs);
    CHECK(jobs.error().lines == std::vector<std::string>{"2 jobs have the name \"a\"; use an id:",
                                                         "  1 of tenant x", "  2 of tenant y"});
    CHECK(find_jobs(api, {"b"})->at(0).at("job_id").as_string() == "3");
    CHECK(find_jobs(api, {"c"}).error().lines == std::vector<std::string>{"there is no job \"c\""});
}

TEST_CASE("a list with next runs is read in pages, without a request per job", "[client]") {
    StandIn server{[](const http::Request& request, std::size_t) {
        if (request.query.contains("after=2"))
            return answer(200, R"([{"job_id":"c","enabled":true,"job_cron_time":"@daily","next_run":null}])");
        return answer(
            200,
            R"([{"job_id":"a","enabled":true,"job_cron_time":"@daily","next_run":"2026-01-06T00:00:00Z"},
                          {"job_id":"b","enabled":false,"job_cron_time":"@daily","next_run":null}])",
            {{"X-Next-After", "2"}});
    }};
    Api api{server.connection()};
    const auto jobs = list_jobs(api, "job_type=timed", Members::with_next);
    REQUIRE(jobs);
    CHECK(next_runs(api, *jobs) == std::vector<std::string>{"2026-01-06T00:00:00Z", "", ""});
    REQUIRE(server.requests().size() == 2);
    CHECK(server.requests().at(0).query == "limit=100&with=next&job_type=timed");
}

TEST_CASE("next runs are requested from a server that does not list them", "[client]") {
    StandIn server{[](const http::Request& request, std::size_t) {
        if (request.path.ends_with("/a/next")) return answer(200, R"({"next":["2026-01-06T00:00:00Z"]})");
        return answer(200, R"([{"job_id":"a","enabled":true,"job_cron_time":"@daily"},
                               {"job_id":"b","enabled":false,"job_cron_time":"@daily"},
                               {"job_id":"c","enabled":true,"job_cron_time":""}])");
    }};
    Api api{server.connection()};
    const auto jobs = list_jobs(api, {}, Members::with_next);
    REQUIRE(jobs);
    CHECK(next_runs(api, *jobs) == std::vector<std::string>{"2026-01-06T00:00:00Z", "", ""});
    CHECK(server.requests().size() == 2);
}
