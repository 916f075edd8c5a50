#include <catch2/catch.hpp>

#include "app/given_cli.hpp"

using namespace ecron::app;
using Catch::Contains;
using Catch::EndsWith;

TEST_CASE("next lists the occurrences in the zone's local time", "[cli]") {
    GivenCli cli;
    cli.run(
        {"next", "30 2 * * *", "--tz", "Europe/Berlin", "--from", "2026-03-27T12:00:00Z", "--count", "3"});
    CAPTURE(cli.err);
    CHECK(cli.exit_code == kExitGood);
    CHECK_THAT(cli.out, Contains("02:30"));
    CHECK_THAT(cli.out, EndsWith("\n2026-03-28T02:30:00+01:00\n"
                                 "2026-03-29T03:00:00+02:00\n"  // 02:30 does not exist on that day
                                 "2026-03-30T02:30:00+02:00\n"));
}

TEST_CASE("next lists five occurrences from now in UTC by default", "[cli]") {
    GivenCli cli;
    cli.run({"next", "0 0 * * *"});
    CHECK_THAT(cli.out,
               EndsWith("\n2026-01-02T00:00:00+00:00\n2026-01-03T00:00:00+00:00\n2026-01-04T00:00:00+00:00\n"
                        "2026-01-05T00:00:00+00:00\n2026-01-06T00:00:00+00:00\n"));
}

TEST_CASE("a zone in the expression overrides --tz, offsets west of Greenwich are negative", "[cli]") {
    GivenCli cli;
    cli.run({"next", "CRON_TZ=America/St_Johns 0 12 * * *", "--tz", "Asia/Shanghai", "--count", "1"});
    CHECK_THAT(cli.out, EndsWith("\n2026-01-01T12:00:00-03:30\n"));
}

TEST_CASE("next reports when there are no further occurrences", "[cli]") {
    GivenCli cli;
    cli.run({"next", "2026-06-01T00:00:00Z"});
    CHECK_THAT(cli.out, EndsWith("\n2026-06-01T00:00:00+00:00\nno further occurrence\n"));
}

TEST_CASE("an expression given as several arguments is joined", "[cli]") {
    CHECK(GivenCli{}.run({"next", "0", "0", "*", "*", "*"}).out == GivenCli{}.run({"next", "0 0 * * *"}).out);
}

TEST_CASE("next rejects invalid input with the position of the error", "[cli]") {
    GivenCli cli;
    CHECK(cli.run({"next", "0 25 * * *"}).exit_code == kExitWrong);
    CHECK_THAT(cli.err, EndsWith("\n  0 25 * * *\n    ^\n"));
    CHECK_THAT(cli.run({"next", "\t0\t25 * * *"}).err, EndsWith("\n   0 25 * * *\n     ^\n"));
    CHECK(cli.run({"next"}).err == "ecron: next needs an expression, such as '*/5 * * * *'\n");
    CHECK_THAT(cli.run({"next", "@daily", "--tz", "Europe/Brelin"}).err, Catch::StartsWith("ecron: --tz: "));
    CHECK_THAT(cli.run({"next", "@daily", "--from", "yesterday"}).err, Catch::StartsWith("ecron: --from: "));
    CHECK(cli.run({"next", "@daily", "--count", "0"}).err ==
          "ecron: --count: \"0\" is not a number from 1 to 1000\n");
    CHECK(cli.run({"next", "@daily", "--count=1001"}).exit_code == kExitWrong);
}
