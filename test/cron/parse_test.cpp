#include <array>
#include <catch2/catch.hpp>
#include <map>

#include "cron/support.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;

namespace {

struct Refused {
    std::string text;
    std::size_t position;
    std::string reason;
};

std::string warnings(std::string_view text, const ParseOptions& options) {
    std::string all;
    for (const std::string& warning : parse(text, options).value().warnings)
        all += (all.empty() ? "" : "; ") + warning;
    return all;
}

}  // namespace

TEST_CASE("a parse error has a reason and a position", "[cron]") {
    const Refused row = GENERATE(values<Refused>({
        {"", 0, "the expression is empty"},
        {"   ", 3, "the expression is empty"},
        {"* * * *", 7,
         "an expression has 5 fields (minute hour day month weekday), 6 (second first) or 7 (year last), not "
         "4"},
        {"0 0 0 1 1 * 2026 x", 17,
         "an expression has 5 fields (minute hour day month weekday), 6 (second first) or 7 (year last), not "
         "8"},
        {"0\n0 * * *", 1, "the expression contains a line break; separate the fields with spaces"},
        {std::string("0 0 * * *\0", 10), 9,
         "the expression contains a control character (U+0000); separate the fields with spaces"},
        {"0\u30000 * * *", 1,
         "the expression contains an ideographic space (U+3000); separate the fields with spaces"},
        {"0 0\u00A0* * *", 3,
         "the expression contains a no-break space (U+00A0); separate the fields with spaces"},
        {"0 0 * *\u2003*", 7,
         "the expression contains an invisible character (U+2003); separate the fields with spaces"},
        {"\uFEFF0 0 * * *", 0,
         "the expression contains an invisible character (U+FEFF); separate the fields with spaces"},
        {"\u00850 0 * * *", 0,
         "the expression contains an invisible character (U+0085); separate the fields with spaces"},
        {"60 * * * *", 0, "minute 60 is above 59"},
        {"* 24 * * *", 2, "hour 24 is above 23"},
        {"* * 0 * *", 4, "day of month 0 is below 1"},
        {"* * 1,2,32 * *", 8, "day of month 32 is above 31"},
        {"* * * 13 *", 6, "month 13 is above 12"},
        {"* * * * 8", 8, "day of week 8 is above 7"},
        {"0 0 0 1 1 * 1969", 12, "year 1969 is below 1970"},
        {"0 0 0 1 1 * 2026-2200", 17, "year 2200 is above 2199"},
        {"0 0 0 1 1 * 2030-2026", 17, "the range of years ends before it begins"},
        {"0 0 0 1 1 * 1970,1971,2199", 12,
         "these years are too scattered: write ranges, or years within 56 of each other"},
        {"99999999999999999999 * * * *", 0, "minute 99999999999999999999 is above 59"},
        {"-5 * * * *", 0, "\"-5\" is not a valid minute: numbers go from 0 to 59"},
        {"1,-5 * * * *", 2, "\"-5\" is not a valid minute: numbers go from 0 to 59"},
        {"5- * * * *", 0, "the range \"5-\" of the minute has no end"},
        {"*-5 * * * *", 0, "\"*-5\" is not a valid minute: numbers go from 0 to 59"},
        {"1-2-3 * * * *", 2, "a range of the minute has more than two ends"},
        {"*/0 * * * *", 2, "a step must be at least 1"},
        {"*/ * * * *", 2, "the step is missing"},
        {"*/x * * * *", 2, "\"x\" is not a valid step"},
        {"/5 * * * *", 0, "the minute is missing before its step"},
        {"*/5/5 * * * *", 2, "the minute has more than one step"},
        {"*/70 * * * *", 2, "the step 70 is too large: the minute has only 60 values"},
        {"0 */24 * * *", 4, "the step 24 is too large: the hour has only 24 values"},
        {"1,,2 * * * *", 2, "the list of the minute has an empty element"},
        {"1, * * * *", 2, "the list of the minute has an empty element"},
        {"** * * * *", 0, "\"**\" is not a valid minute: numbers go from 0 to 59"},
        {"0 0 * FOO *", 6, "\"FOO\" is not a valid month: numbers go from 1 to 12, names from JAN to DEC"},
        {"0 0 * * MONDAY", 8,
         "\"MONDAY\" is not a valid day of week: numbers go from 0 to 7, names from SUN to SAT"},
        {"hello at * * *", 0, "\"hello\" is not a valid minute: numbers go from 0 to 59"},
        {"0 0 last * *", 4, "\"last\" is not a valid day of month: numbers go from 1 to 31"},
        {"0 0 now * *", 4, "\"now\" is not a valid day of month: numbers go from 1 to 31"},
        {"0 0 W * *", 4, "\"W\" is not a valid day of month: numbers go from 1 to 31"},
        {"0 0 * * JUL", 8,
         "\"JUL\" is not a valid day of week: numbers go from 0 to 7, names from SUN to SAT"},
        {"2021-2023 29 2 * *", 0, "minute 2021 is above 59"},
        {"29 2 ? 2021-2023", 7,
         "\"2021-2023\" is a year, which only an expression of 7 fields has: second minute hour day month "
         "weekday year"},
        {"0 0 29 2 ? 2021-2023", 11,
         "\"2021-2023\" is a year, which only an expression of 7 fields has: second minute hour day month "
         "weekday year"},
        {"0 0 1 1 * 20260", 10, "day of week 20260 is above 7"},
        {"0 12 ? * MON-FRI *", 9,
         "\"MON\" is not a valid month: numbers go from 1 to 12, names from JAN to DEC; six fields are read "
         "as "
         "second, minute, hour, day, month, weekday"},
        {"0 0 30 2 *", 4, "this would never run: none of its months has such a day"},
        {"0 0 0 29 2 ? 2021-2023", 13, "this would never run: none of its years has such a day"},
        {"0 0 0 ? 2 MON#5 2026", 16, "this would never run: none of its years has such a day"},
        {"0 0 0 30 2 ? 2024", 6, "this would never run: none of its months has such a day"},
        {"0 0 31W 2,4 *", 4, "this would never run: none of its months has such a day"},
        {"0 0 32W * *", 4, "day of month 32 is above 31"},
        {"0 0 L-31 * *", 6, "no month has a day 31 days before its last"},
        {"0 0 L3 * *", 4, "\"L3\" is not a day counted from the end such as \"L-3\""},
        {"0 0 * * L", 8, "\"L\" needs a day of week before it, such as \"5L\" for the last Friday"},
        {"0 0 * * MON#6", 12, "\"#\" must be followed by a number from 1 to 5"},
        {"0 0 * * MON#", 12, "the number of the weekday within its month is missing"},
        {"H(5) * * * *", 2, "the parentheses of \"H\" must contain a range such as \"0-29\""},
        {"H(9-3) * * * *", 2, "the range of \"H\" ends before it begins"},
        {"H(0-60) * * * *", 4, "minute 60 is above 59"},
        {"H5 * * * *", 0, "\"H5\" is not a hashed value such as \"H\" or \"H(0-29)\""},
        {"0 0 0 1 1 * H", 12, "\"H\" cannot stand for a year"},
        {"TZ= 0 0 * * *", 3, "the name of the time zone is missing"},
        {"TZ=Europe/Berlin", 16, "after the time zone, the expression is missing"},
        {"CRON_TZ=Berlin 0 0 * * *", 8, "there is no time zone \"Berlin\"; did you mean \"Europe/Berlin\"?"},
        {"TZ=europe/berlin 0 0 * * *", 3,
         "there is no time zone \"europe/berlin\"; did you mean \"Europe/Berlin\"?"},
        {"TZ=../../etc/passwd 0 0 * * *", 3, "there is no time zone \"../../etc/passwd\""},
        {"@daily 5", 7, "nothing may follow @daily"},
        {"@sometimes", 0,
         "\"@sometimes\" is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and "
         "@every"},
        {"@every", 6, "@every needs one duration, such as \"@every 1h30m\""},
        {"@every 1h 30m", 10, "@every needs one duration, such as \"@every 1h30m\""},
        {"@every soon", 7, "\"soon\" is not a duration such as \"1h30m\" or \"90s\""},
        {"@every 1500ms", 7, "@every needs a duration of whole seconds, at least one"},
        {"@every -5m", 7, "@every needs a duration of whole seconds, at least one"},
        {"@every 99999999h", 7, "the duration is too long"},
        {"2026-02-30T00:00:00Z", 0,
         "\"2026-02-30T00:00:00Z\" is not an RFC 3339 instant such as \"2026-01-31T08:30:00Z\""},
        {"2026-01-31 08:30:00Z", 11,
         "an RFC 3339 instant has a T instead of a space, and a zone at its end, such as "
         "\"2026-01-31T08:30:00Z\""},
        {"2026-01-31 08:30:00", 11,
         "an RFC 3339 instant has a T instead of a space, and a zone at its end, such as "
         "\"2026-01-31T08:30:00Z\""},
        {"2026-01-31T08:30:00Z 5", 21, "nothing may follow an RFC 3339 instant"},
        {"1969-12-31T23:59:59Z", 0, "the instant is not within the years 1970 to 2199"},
        {std::string(257, '*'), 256, "the expression is longer than 256 bytes"},
        {"每天 0 * * *", 0, "\"每天\" is not a valid minute: numbers go from 0 to 59"},
        {"每天 0 x * *", 0, "\"每天\" is not a valid minute: numbers go from 0 to 59"},
        {"0 0 1,每天 * *", 6, "\"每天\" is not a valid day of month: numbers go from 1 to 31"},
        {"TZ=北京 0 0 * * x", 3, "there is no time zone \"北京\"; did you mean \"Asia/Shanghai\"?"},
        {"0 0 * * MON,周一,x", 12,
         "\"周一\" is not a valid day of week: numbers go from 0 to 7, names from SUN to SAT"},
        {"0 0 * * 周一 x y z", 15,
         "an expression has 5 fields (minute hour day month weekday), 6 (second first) or 7 (year last), not "
         "8"},
    }));
    CAPTURE(row.text);
    const auto parsed = parse(row.text, {});
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().reason == row.reason);
    CHECK(parsed.error().position == row.position);
}

TEST_CASE("the Quartz dialect has its own weekday numbers and question marks", "[cron]") {
    CHECK(schedule("0 0 12 ? * 2-6", quartz()).describe(Language::english) == "at 12:00 on weekdays");
    CHECK(schedule("0 0 12 ? * 6L", quartz()).describe(Language::english) ==
          "at 12:00 on the last Friday of every month");
    CHECK(schedule("0 0 12 ? * L", quartz()).describe(Language::english) == "at 12:00 on Saturdays");
    CHECK(schedule("0 0 12 ? * 6#3", quartz()).describe(Language::english) ==
          "at 12:00 on the third Friday of every month");
    const auto [text, position, reason] = GENERATE(table<std::string, std::size_t, std::string>({
        {"0 0 12 * * *", 11, "in Quartz's dialect one of day of month and day of week must be \"?\""},
        {"0 0 12 1 * MON", 11, "in Quartz's dialect one of day of month and day of week must be \"?\""},
        {"0 0 12 ? * ?", 11, "day of month and day of week cannot both be \"?\""},
        {"0 0 ? 1 * ?", 4, "\"?\" may stand for a day of month or a day of week only"},
        {"0 0 12 ? * 0", 11, "day of week 0 is below 1"},
    }));
    CAPTURE(text);
    const auto parsed = parse(text, quartz());
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().reason == reason);
    CHECK(parsed.error().position == position);
}

TEST_CASE("likely mistakes parse with a warning", "[cron]") {
    const auto [text, warning] = GENERATE(table<std::string, std::string>({
        {"0 9 * * MON-FRI", ""},
        {"*/5 * * * * *", ""},
        {"* 9-17 * * *", "this runs every minute of its hours; write 0 for the minute to run once an hour"},
        {"* */2 * * *", "this runs every minute of its hours; write 0 for the minute to run once an hour"},
        {"* * * * MON",
         "this runs every minute of its days; write 0 0 for minute and hour to run once a day"},
        {"* * * 1 * *",
         "this runs every second of its days; write 0 0 0 for second, minute and hour to run once a day"},
        {"*/10 * 9-17 * * *", ""},
        {"0 0 31 1,3 *", ""},
        {"0 0 29 2 *", ""},
        {"0 0 31 1-4 *", "not every month has such a day; write L for the last day of each month"},
        {"0 0 31W * *", "not every month has such a day; write LW for the last working day"},
        {"0 0 31W,LW * *", ""},
        {"0 0 L-30 * *", "not every month has such a day; write L for the last day of each month"},
        {"0 0 L-27 * *", ""},
        {"0 0 * * MON#5",
         "not every month has a fifth such weekday; write L after the weekday for the last one, as in MONL"},
        {"0 0 * * MON#4", ""},
        {"0 0 * * */2", "\"*/2\" starts again every week, so the last interval of each week is shorter"},
        {"0 0 * * 1-7/2", "\"1-7/2\" starts again every week, so the last interval of each week is shorter"},
        {"0 0 */2 * *",
         "\"*/2\" starts again on day 1 of each month, so the interval across the end of a month differs"},
        {"0 0 1 */5 *", "12 is not a multiple of 5, so the last interval of \"*/5\" is shorter"},
        {"0 0 1 */3 *", ""},
        {"0 12 * * ? *",
         "six fields are read as second, minute, hour, day, month, weekday; an expression in the order of "
         "AWS, with the year last, needs a 0 for the second in front"},
        {"0 12 ? * * *",
         "six fields are read as second, minute, hour, day, month, weekday; an expression in the order of "
         "AWS, with the year last, needs a 0 for the second in front"},
        {"0 0 12 * * ?", ""},
        {"TZ=Etc/GMT+8 0 0 * * *", "the zone \"Etc/GMT+8\" is 8 hours behind UTC"},
        {"TZ=Etc/GMT-1 0 0 * * *", "the zone \"Etc/GMT-1\" is 1 hour ahead of UTC"},
        {"TZ=Etc/GMT+0 0 0 * * *", ""},
        {"0 0 29 * 1", "day of month and day of week are both given: it runs when either of them matches"},
        {"* 2 * * * *",
         "this runs every second of each of its minutes; write 0 for the second to run once a minute"},
        {"* * 2 * * *",
         "this runs every second of its hours; write 0 0 for second and minute to run once an hour"},
        {"* 2 * * *", "this runs every minute of its hours; write 0 for the minute to run once an hour"},
        {"0 0 31 * *", "not every month has such a day; write L for the last day of each month"},
        {"*/7 * * * *", "60 is not a multiple of 7, so the last interval of \"*/7\" is shorter"},
        {"50/15 * * * *", "the step of \"50/15\" leads out of its range, so only minute 50 is left"},
        {"H H * * *",
         "\"H\" is chosen by the job's id, which is not known yet: the actual times will differ"},
    }));
    CAPTURE(text);
    CHECK(warnings(text, {}) == warning);
}

TEST_CASE("existing rows load with the meaning that robfig/cron gave them", "[cron]") {
    const auto [text, described, warning] = GENERATE(table<std::string, std::string, std::string>({
        {"0 0 8 ? * ?", "at 08:00 every day", ""},
        {"0 */70 * * * *", "every hour",
         "the step of \"*/70\" leads out of its range, so only minute 0 is left"},
        {"0 0 0 31 2 ?", "never", "this never runs: it matches no time at all"},
        {"0 0 , * * *", "never",
         "the list of the hour has an empty element, which is ignored; this never runs: it matches no time "
         "at all"},
        {"0 0 0 1 1 * ,", "never",
         "the list of the year has an empty element, which is ignored; this never runs: it matches no time "
         "at all"},
        {"0 0 1,,2 * * *", "at 01:00 and 02:00 every day",
         "the list of the hour has an empty element, which is ignored"},
        {"0 +5 *-9 * * ?", "at minute 5 of every hour", "what follows the \"*\" in \"*-9\" is ignored"},
        {"0 0 0 * * 5/1", "at 00:00 on Fridays and Saturdays", ""},
        {"0 0 0 * * 0001", "at 00:00 on Mondays", ""},
        {" 0\t0 0\u3000* * * ", "at 00:00 every day", ""},
        {"TZ= 0 0 0 * * *", "at 00:00 every day", ""},
        {"@every 1.5s", "every second", "the duration \"1.5s\" is read as 1 seconds"},
        {"@every -1h", "every second", "the duration \"-1h\" is read as 1 seconds"},
        {"@every 90\u00B5s", "every second", "the duration \"90\u00B5s\" is read as 1 seconds"},
    }));
    CAPTURE(text);
    const auto parsed = parse(text, takeover());
    REQUIRE(parsed);
    CHECK(parsed->schedule.describe(Language::english) == described);
    CHECK(warnings(text, takeover()) == warning);
}

TEST_CASE("tabs separate fields like spaces", "[cron]") {
    CHECK(schedule("\t30\t2 * * 1-5\t") == schedule("30 2 * * 1-5"));
    CHECK(schedule("TZ=Asia/Shanghai\t0 8 * * *") == schedule("TZ=Asia/Shanghai 0 8 * * *"));
    CHECK(schedule("@every\t90s") == schedule("@every 90s"));
}

TEST_CASE("no warning is duplicated", "[cron]") {
    for (const std::string_view text : {"H H * * *", "H H H H * *", "H,H H(0-5) * * *"}) {
        CAPTURE(text);
        CHECK(parse(text, {})->warnings.size() == 1);
    }
}

TEST_CASE("a schedule that never matches has no next or previous occurrence", "[cron]") {
    const Schedule never = schedule("0 0 0 31 2 ?", takeover());
    CHECK_FALSE(never.next_after(at("2026-01-01T00:00:00Z")));
    CHECK_FALSE(never.prev_before(at("2026-01-01T00:00:00Z")));
    CHECK_FALSE(never.names(at("2026-03-03T00:00:00Z")));
}

TEST_CASE("H depends on the job's id and is stable", "[cron]") {
    const auto described = [](std::string_view text, std::string_view job) {
        ParseOptions options;
        options.hash_subject = job;
        return schedule(text, options).describe(Language::english);
    };
    // These values must never change: a change would move the jobs of every installation.
    CHECK(described("H H * * *", "job") == "at 13:14 every day");
    CHECK(described("H H * * *", "6f1c2d3e-0000-4000-8000-000000000001") == "at 05:16 every day");
    CHECK(described("H/15 * * * *", "job") == "every 15 minutes from minute 14");
    CHECK(described("H(0-29)/10 * * * *", "job") == "at minutes 4, 14 and 24 of every hour");
    CHECK(described("0 0 H * *", "job") == "at 00:00 on day 26 of every month");
}

TEST_CASE("H distributes jobs evenly", "[cron]") {
    constexpr int kJobs = 6000;
    std::map<std::string, int> jobs_by_minute;
    for (int job = 0; job < kJobs; ++job) {
        const std::string id = "job-" + std::to_string(job);
        ParseOptions options;
        options.hash_subject = id;
        ++jobs_by_minute[schedule("H(0-29) 3 * * *", options).describe(Language::english)];
    }
    CHECK(jobs_by_minute.size() == 30);
    for (const auto& [minute, count] : jobs_by_minute) {
        CAPTURE(minute);
        CHECK(count > kJobs / 30 * 3 / 4);
        CHECK(count < kJobs / 30 * 5 / 4);
    }
}

TEST_CASE("a zone in the text takes precedence over the job's", "[cron]") {
    CHECK(schedule("TZ=Asia/Shanghai 0 8 * * *", in_zone("Europe/Berlin")).zone()->name() == "Asia/Shanghai");
    CHECK(schedule("0 8 * * *", in_zone("Europe/Berlin")).zone()->name() == "Europe/Berlin");
    CHECK(schedule("0 8 * * *").zone() == utc());
}
