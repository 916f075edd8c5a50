#include <catch2/catch.hpp>

#include "cron/support.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;

TEST_CASE("next_after returns the next occurrence", "[cron]") {
    const auto [text, after, next] = GENERATE(table<std::string, std::string, std::string>({
        {"*/15 * * * *", "2026-01-05T10:07:00Z", "2026-01-05T10:15:00Z"},
        {"*/15 * * * *", "2026-01-05T10:15:00Z", "2026-01-05T10:30:00Z"},      // strictly later
        {"*/15 * * * *", "2026-01-05T10:14:59.999Z", "2026-01-05T10:15:00Z"},  // by a millisecond
        {"*/15 * * * *", "2026-12-31T23:45:00Z", "2027-01-01T00:00:00Z"},
        {"* * * * * *", "2026-01-05T10:07:00Z", "2026-01-05T10:07:01Z"},
        {"5-10/2 * * * * *", "2026-01-05T10:07:09Z", "2026-01-05T10:08:05Z"},
        {"0 0 * * *", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"},
        {"0 0 29 2 *", "2026-01-05T00:00:00Z", "2028-02-29T00:00:00Z"},  // leap day
        {"0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"},  // 2100 is not a leap year
        {"0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"},
        {"0 0 13 * 5", "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"},  // day of month OR day of week
        {"0 0 13 * 5", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"},
        {"0 0 */2 * 1", "2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"},  // a step restricts the field:
                                                                          // either matches
        {"0 0 1 * *", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"0 22-2 * * *", "2026-01-05T23:30:00Z", "2026-01-06T00:00:00Z"},  // wraps around midnight
        {"0 22-2 * * *", "2026-01-06T02:00:00Z", "2026-01-06T22:00:00Z"},
        {"0 0 * * FRI-MON", "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"},
        {"0 0 * * 5-7", "2026-01-10T00:00:00Z", "2026-01-11T00:00:00Z"},  // 7 is Sunday
        {"0 0 * * 0", "2026-01-05T00:00:00Z", "2026-01-11T00:00:00Z"},
        {"0 0 * nov-feb *", "2026-02-28T12:00:00Z", "2026-11-01T00:00:00Z"},
        {"0 0 L * *", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"},
        {"0 0 L-3 * *", "2026-02-01T00:00:00Z", "2026-02-25T00:00:00Z"},
        {"0 0 LW * *", "2026-01-31T00:00:00Z", "2026-02-27T00:00:00Z"},   // the 28th is a Saturday
        {"0 0 15W * *", "2026-03-01T00:00:00Z", "2026-03-16T00:00:00Z"},  // the 15th is a Sunday
        {"0 0 1W * *", "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z"},   // never in the previous month
        {"0 0 31W * *", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z"},  // nor in the next month
        {"0 0 31W * *", "2026-05-30T00:00:00Z", "2026-07-31T00:00:00Z"},  // June has no 31st
        {"0 0 * * 5L", "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z"},
        {"0 0 * * FRIL", "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z"},
        {"0 0 * * MON#2", "2026-01-01T00:00:00Z", "2026-01-12T00:00:00Z"},
        {"0 0 * * SUN#5", "2026-01-01T00:00:00Z", "2026-03-29T00:00:00Z"},
        {"0 0 * 2 FRI#5", "2026-01-01T00:00:00Z", "2036-02-29T00:00:00Z"},  // a leap year whose February
                                                                            // starts on a Friday
        {"0 0 0 1 1 * 2030", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"},
        {"0 0 0 1 1 * 2026-2199/40", "2100-01-01T00:00:00Z", "2106-01-01T00:00:00Z"},
        {"0 0 0 1 1 * */4", "2197-01-01T00:00:00Z", "2198-01-01T00:00:00Z"},
        {"@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"@weekly", "2026-01-05T00:00:00Z", "2026-01-11T00:00:00Z"},
        {"@Hourly", "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z"},
        {"@every 1h30m", "2026-01-05T00:00:00Z", "2026-01-05T01:30:00Z"},
        {"2026-01-31T08:30:00.250+01:00", "2026-01-05T00:00:00Z", "2026-01-31T07:30:00.250Z"},
        {"CRON_TZ=Asia/Shanghai 0 8 * * *", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"},
        {"TZ=Asia/Shanghai  @daily", "2026-01-05T00:00:00Z", "2026-01-05T16:00:00Z"},
    }));
    CAPTURE(text, after);
    const Schedule read = schedule(text);
    REQUIRE(read.next_after(at(after)));
    CHECK(format_rfc3339_millis(*read.next_after(at(after))) == format_rfc3339_millis(at(next)));
    CHECK(read.names(at(next)));
    CHECK(read.prev_before(at(next) + Millis{1}) == at(next));
}

TEST_CASE("a schedule after its last year has no next occurrence", "[cron]") {
    const auto [text, after] = GENERATE(table<std::string, std::string>({
        {"0 0 0 1 1 * 2020-2025", "2026-01-05T00:00:00Z"},
        {"0 0 0 1 1 * 2026", "2026-01-01T00:00:00Z"},
        {"2026-01-31T08:30:00Z", "2026-01-31T08:30:00Z"},
        {"* * * * * *", "2199-12-31T23:59:59Z"},
        {"0 0 29 2 *", "2196-02-29T00:00:00Z"},
        {"@every 1h", "2199-12-31T23:00:00Z"},
    }));
    CAPTURE(text, after);
    CHECK_FALSE(schedule(text).next_after(at(after)));
    CHECK_FALSE(schedule(text).next_after(Instant::max()));
    CHECK(schedule(text).prev_before(Instant::max()) == schedule(text).prev_before(at(after) + Millis{1}));
}

TEST_CASE("a schedule before its first year has no previous occurrence", "[cron]") {
    const auto [text, first] = GENERATE(table<std::string, std::string>({
        {"0 0 0 1 1 * 2030-2035", "2030-01-01T00:00:00Z"},
        {"0 0 29 2 *", "1972-02-29T00:00:00Z"},
        {"* * * * * *", "1970-01-01T00:00:00Z"},
        {"@every 1h", "1970-01-01T01:00:00Z"},
        {"2026-01-31T08:30:00Z", "2026-01-31T08:30:00Z"},
    }));
    CAPTURE(text);
    CHECK(schedule(text).next_after(Instant::min()) == at(first));
    CHECK_FALSE(schedule(text).prev_before(at(first)));
    CHECK_FALSE(schedule(text).prev_before(Instant::min()));
    CHECK_FALSE(schedule(text).names(Instant::min()));
}

TEST_CASE("@every counts from its anchor, not from the query", "[cron]") {
    ParseOptions options;
    options.anchor = at("2026-01-05T00:00:07.900Z");  // occurrences are on whole seconds
    const Schedule every = schedule("@every 90s", options);
    CHECK(every.next_after(at("2020-01-01T00:00:00Z")) == at("2026-01-05T00:01:37Z"));
    CHECK(every.next_after(at("2026-01-05T00:01:37Z")) == at("2026-01-05T00:03:07Z"));
    CHECK(every.next_after(at("2026-01-05T00:02:50Z")) == at("2026-01-05T00:03:07Z"));
    CHECK(every.prev_before(at("2026-01-05T00:03:07Z")) == at("2026-01-05T00:01:37Z"));
    CHECK_FALSE(every.names(options.anchor));
    CHECK(every.names(at("2026-01-05T00:03:07Z")));
}

TEST_CASE("next_runs lists occurrences in order and stops after the last", "[cron]") {
    CHECK(runs(schedule("0 9 * * MON-FRI"), "2026-01-01T12:00:00Z", 3) ==
          "2026-01-02 09:00+00:00, 2026-01-05 09:00+00:00, 2026-01-06 09:00+00:00");
    CHECK(next_runs(schedule("0 0 0 1 1 ? 2026-2028"), at("2026-06-01T00:00:00Z"), 10).size() == 2);
}
