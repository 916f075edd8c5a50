#include <catch2/catch.hpp>
#include <sstream>

#include "client/jobs/commands.hpp"
#include "client/stand_in.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

constexpr Reconnection kQuick{.pause = Millis{1}, .patience = Millis{60'000}};

http::Response events(std::string text) {
    return {.status = 200, .body = std::move(text), .content_type = "text/event-stream"};
}

/// Follows execution "e", with the streams of a command.
struct Follower {
    std::ostringstream out, err;
    SystemClock clock;
    std::map<std::string, std::string> variables;

    Outcome<Ended> follow(const StandIn& server, const Reconnection& reconnection = kQuick) {
        Api api{server.connection()};
        return follow_output({out, err, clock, variables}, api, "e", reconnection);
    }
};

constexpr const char* kBegin =
    "event: attempt\nid: 1-0\ndata: 1\n\nevent: stdout\nid: 1-4\ndata: \"one\\n\"\n\n";
constexpr const char* kEnd =
    "event: stdout\nid: 1-8\ndata: \"two\\n\"\n\nevent: end\nid: end\ndata: {\"job_status\":\"success\"}\n\n";

}  // namespace

TEST_CASE("a stream that a restarting server ended continues after its last event", "[client]") {
    StandIn server{[](const http::Request&, std::size_t number) {
        if (number == 1) return events(kBegin);
        if (number == 2) return http::Response{.status = 503, .body = R"({"cause":"Draining"})"};
        return events(kEnd);
    }};
    Follower follower;
    const auto end = follower.follow(server);
    REQUIRE(end);
    CHECK(end->state == "success");
    CHECK(end->reason.empty());
    CHECK(follower.out.str() == "one\ntwo\n");
    CHECK(follower.err.str() == "ecron: the stream ended before the execution, reconnecting\n");
    const auto requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].header("Last-Event-ID").empty());
    CHECK(requests[1].header("Last-Event-ID") == "1-4");
    CHECK(requests[2].header("Last-Event-ID") == "1-4");
}

TEST_CASE("a follower learns why the execution failed", "[client]") {
    StandIn server{[](const http::Request&, std::size_t) {
        return events(
            "event: end\nid: end\n"
            "data: {\"job_status\":\"abandon\",\"ext_info\":{\"reason\":\"exit code 3\"}}\n\n");
    }};
    Follower follower;
    const auto end = follower.follow(server);
    REQUIRE(end);
    CHECK(end->state == "abandon");
    CHECK(end->reason == "exit code 3");
}

TEST_CASE("a follower that cannot reconnect says how to continue", "[client]") {
    StandIn server{[](const http::Request&, std::size_t) { return events(""); }};
    Follower follower;
    const auto state = follower.follow(server, {.pause = Millis{1}, .patience = Millis{0}});
    REQUIRE_FALSE(state);
    CHECK(state.error().code == ExitCode::unreachable);
    CHECK_THAT(state.error().lines.at(0), Contains("ecron job logs -f e"));
}

TEST_CASE("a follower whose token was revoked ends at once", "[client]") {
    StandIn server{[](const http::Request&, std::size_t number) {
        return number == 1 ? events(kBegin)
                           : http::Response{.status = 401, .body = R"({"cause":"Token expired"})"};
    }};
    Follower follower;
    const auto state = follower.follow(server);
    REQUIRE_FALSE(state);
    CHECK(state.error().code == ExitCode::unauthorized);
}
