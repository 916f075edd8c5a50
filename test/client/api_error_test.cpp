#include <catch2/catch.hpp>

#include "client/api/api_error.hpp"

using namespace ecron;
using namespace ecron::client;
using Lines = std::vector<std::string>;

TEST_CASE("a refusal names each member with its reason", "[client]") {
    CHECK(
        reasons_in(
            400, R"({"cause":"Cron time error","code":400009001,"message":"The cron expression is not valid.",
        "detail":{"parameters":["job_cron_time"],"reasons":[{"field":"job_cron_time","reason":"hour 25 is above 23"}]}})") ==
        Lines{"Cron time error (The cron expression is not valid.) [400]",
              "  job_cron_time: hour 25 is above 23"});
    CHECK(
        reasons_in(
            409, R"({"cause":"Job name already exists","message":"","detail":{"conflicts":["job_name"]}})") ==
        Lines{"Job name already exists [409]", "  job_name"});
    CHECK(reasons_in(409, R"({"cause":"Conflicting state","message":"",
        "detail":{"conflicts":[],"reasons":[{"field":"","reason":"it has ended"}]}})") ==
          Lines{"Conflicting state [409]", "  it has ended"});
    CHECK(reasons_in(502, "<html>") == Lines{"the server answered 502"});
}

TEST_CASE("the exit code states what kind of failure it was", "[client]") {
    const auto [status, code] = GENERATE(table<unsigned, ExitCode>({{400, ExitCode::refused},
                                                                    {401, ExitCode::unauthorized},
                                                                    {403, ExitCode::unauthorized},
                                                                    {404, ExitCode::refused},
                                                                    {429, ExitCode::unreachable},
                                                                    {500, ExitCode::refused},
                                                                    {503, ExitCode::unreachable}}));
    http::ClientResponse response;
    response.status = status;
    CHECK(reply_of("http://h", std::move(response)).error().code == code);
    const auto lost =
        reply_of("http://h", std::unexpected(http::ClientFailure{{Errc::unavailable, "refused", {}}}));
    CHECK(lost.error().code == ExitCode::unreachable);
    CHECK(lost.error().lines == Lines{"http://h: refused"});
}
