#include "ecron/cron/zone.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>
#include <vector>

#include "cron/posix_rule.hpp"
#include "cron/support.hpp"
#include "cron/tzif.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;

namespace {

/// Returns the offset that the C library computes; it reads the same database with independent code.
Seconds offset_by_libc(Instant instant) {
    const std::time_t time = to_unix_seconds(instant);
    std::tm local{};
    localtime_r(&time, &local);
    return Seconds{local.tm_gmtoff};
}

/// Sets TZ for this process during its lifetime.
class LocalZone {
public:
    explicit LocalZone(const std::string& name) { set(name.c_str()); }
    ~LocalZone() { set(nullptr); }
    LocalZone(const LocalZone&) = delete;
    LocalZone& operator=(const LocalZone&) = delete;

private:
    static void set(const char* name) {
        if (name != nullptr)
            setenv("TZ", name, 1);
        else
            unsetenv("TZ");
        tzset();
    }
};

}  // namespace

TEST_CASE("offsets match the C library in every year", "[cron][zone]") {
    const std::string name =
        GENERATE("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Asia/Kolkata",
                 "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "Europe/Dublin",
                 "Antarctica/Troll", "America/St_Johns", "Asia/Gaza", "America/Nuuk", "Pacific/Chatham",
                 "Etc/UTC", "EST5EDT", "US/Eastern");
    CAPTURE(name);
    const LocalZone local{name};
    const Zone* const read = zone(name);
    std::mt19937_64 random{20260101};
    std::uniform_int_distribution<std::int64_t> any_second{0, 7'258'118'399};  // up to the end of 2199
    for (int i = 0; i < 5'000; ++i) {
        const Instant instant = from_unix_seconds(any_second(random));
        if (read->offset_at(instant) != offset_by_libc(instant)) {
            CAPTURE(format_rfc3339(instant));
            CHECK(read->offset_at(instant) == offset_by_libc(instant));
        }
    }
    CHECK(read->name() == name);
}

TEST_CASE("offsets change at the exact second of a transition", "[cron][zone]") {
    const Zone* const berlin = zone("Europe/Berlin");
    CHECK(berlin->offset_at(at("2026-03-29T00:59:59.999Z")) == Seconds{3600});
    CHECK(berlin->offset_at(at("2026-03-29T01:00:00Z")) == Seconds{7200});
    CHECK(berlin->offset_at(at("2026-10-25T00:59:59Z")) == Seconds{7200});
    CHECK(berlin->offset_at(at("2026-10-25T01:00:00Z")) == Seconds{3600});
    CHECK(berlin->offset_at(at("2198-07-01T00:00:00Z")) == Seconds{7200});
    CHECK(berlin->offset_at(Instant::min()) == Seconds{3600});
    CHECK(berlin->offset_at(Instant::max()) == Seconds{3600});
}

TEST_CASE("finds a zone by its name and the host's zone as Local", "[cron][zone]") {
    CHECK(zone("UTC") == utc());
    CHECK(zone("Europe/Berlin") == zone("Europe/Berlin"));
    CHECK(zone_by_index(zone("Europe/Berlin")->index()) == zone("Europe/Berlin"));
    const LocalZone local{"Asia/Tokyo"};
    CHECK(zone("Local") == zone("Asia/Tokyo"));
}

TEST_CASE("rejects an unknown zone and suggests the closest name", "[cron][zone]") {
    const auto [name, what] = GENERATE(table<std::string, std::string>({
        {"Europe/Berln", "there is no time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?"},
        {"shanghai", "there is no time zone \"shanghai\"; did you mean \"Asia/Shanghai\"?"},
        {"utc", "there is no time zone \"utc\"; did you mean \"UTC\"?"},
        {"asia/shanghai", "there is no time zone \"asia/shanghai\"; did you mean \"Asia/Shanghai\"?"},
        {"New York", "there is no time zone \"New York\"; did you mean \"America/New_York\"?"},
        {"Asia/Beijing", "there is no time zone \"Asia/Beijing\"; did you mean \"Asia/Shanghai\"?"},
        {"Beijing", "there is no time zone \"Beijing\"; did you mean \"Asia/Shanghai\"?"},
        {"China", "there is no time zone \"China\"; did you mean \"Asia/Shanghai\"?"},
        {"CST",
         "there is no time zone \"CST\"; did you mean \"Asia/Shanghai\", \"America/Chicago\" or "
         "\"America/Havana\"?"},
        {"IST",
         "there is no time zone \"IST\"; did you mean \"Asia/Kolkata\", \"Europe/Dublin\" or "
         "\"Asia/Jerusalem\"?"},
        {"PST", "there is no time zone \"PST\"; did you mean \"America/Los_Angeles\" or \"Asia/Manila\"?"},
        {"BST", "there is no time zone \"BST\"; did you mean \"Europe/London\" or \"Asia/Dhaka\"?"},
        {"GMT+8", "there is no time zone \"GMT+8\"; the zone 8 hours ahead of UTC is \"Etc/GMT-8\""},
        {"UTC+08:00", "there is no time zone \"UTC+08:00\"; the zone 8 hours ahead of UTC is \"Etc/GMT-8\""},
        {"-0100", "there is no time zone \"-0100\"; the zone 1 hour behind UTC is \"Etc/GMT+1\""},
        {"UTC+0", "there is no time zone \"UTC+0\"; did you mean \"UTC\"?"},
        {"UTC+05:30", "there is no time zone \"UTC+05:30\""},
        {"GMT-13", "there is no time zone \"GMT-13\""},
        {"Etc/GMT+15", "there is no time zone \"Etc/GMT+15\""},
        {"XST", "there is no time zone \"XST\""},
        {"posixrules", "there is no time zone \"posixrules\""},
        {"Factory", "there is no time zone \"Factory\""},
        {"posix/Europe/Berlin", "there is no time zone \"posix/Europe/Berlin\""},
        {"localtime", "there is no time zone \"localtime\"; did you mean \"Local\"?"},
        {"Nowhere/Nothing", "there is no time zone \"Nowhere/Nothing\""},
        {"", "there is no time zone \"\""},
        {"/etc/localtime", "there is no time zone \"/etc/localtime\"; did you mean \"Local\"?"},
        {"Europe/../Europe/Berlin", "there is no time zone \"Europe/../Europe/Berlin\""},
        {"zone1970.tab", "there is no time zone \"zone1970.tab\""},
        {"Europe", "there is no time zone \"Europe\""},
        {"right/Europe/Berlin", "there is no time zone \"right/Europe/Berlin\""},
    }));
    CAPTURE(name);
    const auto found = find_zone(name);
    REQUIRE_FALSE(found);
    CHECK(found.error().what == what);
    CHECK(found.error().fields == std::vector<std::string>{"timezone"});
}

TEST_CASE("a hint never suggests a different offset", "[cron][zone]") {
    for (int hours = -12; hours <= 14; ++hours) {
        const std::string name = "UTC" + std::string(hours < 0 ? "-" : "+") + std::to_string(std::abs(hours));
        CAPTURE(name);
        const auto found = find_zone(name);
        REQUIRE_FALSE(found);
        const std::string& what = found.error().what;
        const std::size_t end = what.rfind('"');
        const std::size_t begin = what.rfind('"', end - 1) + 1;
        CHECK(zone(what.substr(begin, end - begin))->offset_at(at("2026-01-05T00:00:00Z")) ==
              std::chrono::hours{hours});
    }
}

TEST_CASE("existing jobs keep a zone file that is not a zone name", "[cron][zone]") {
    const auto found = find_zone_file("posix/Europe/Berlin");
    REQUIRE(found);
    CHECK((*found)->offset_at(at("2026-01-05T00:00:00Z")) == std::chrono::hours{1});
    CHECK_FALSE(find_zone("posix/Europe/Berlin"));
    CHECK(parse("TZ=posix/Europe/Berlin 0 0 0 * * *", takeover()));
    CHECK_FALSE(parse("TZ=posix/Europe/Berlin 0 0 0 * * *", {}));
}

TEST_CASE("many threads can look up zones", "[cron][zone]") {
    std::array<const Zone*, 8> found{};
    {
        std::vector<std::jthread> threads;
        for (const Zone*& mine : found)
            threads.emplace_back([&mine] { mine = find_zone("Asia/Kathmandu").value(); });
    }
    for (const Zone* const each : found) CHECK(each == found.front());
}

TEST_CASE("parses the rule after the last transition in all notations", "[cron][zone]") {
    const auto [text, first, second] = GENERATE(table<std::string, std::string, std::string>({
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T01:00:00Z", "2050-10-30T01:00:00Z"},
        {"EST5EDT,M3.2.0,M11.1.0", "2050-03-13T07:00:00Z", "2050-11-06T06:00:00Z"},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2050-04-02T15:00:00Z", "2050-10-01T15:30:00Z"},
        {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2050-03-26T00:00:00Z", "2050-10-28T23:00:00Z"},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T01:00:00Z", "2050-10-30T01:00:00Z"},
        {"AAA0BBB,J60/0,J365/0", "2050-03-01T00:00:00Z", "2050-12-30T23:00:00Z"},
        {"AAA0BBB,59/0,364/0", "2050-03-01T00:00:00Z", "2050-12-30T23:00:00Z"},
    }));
    CAPTURE(text);
    const auto rule = parse_posix_rule(text);
    REQUIRE(rule);
    const auto changes = rule->changes_of(std::chrono::year{2050});
    CHECK(format_rfc3339(changes[0].at) == first);
    CHECK(format_rfc3339(changes[1].at) == second);
    CHECK(changes[0].offset != changes[1].offset);
}

TEST_CASE("rejects bytes that are not a TZif file", "[cron][zone]") {
    const std::string bytes = GENERATE(std::string{}, std::string{"TZif"}, std::string(44, '\0'),
                                       "TZif2" + std::string(39, '\xFF'), "TZif2" + std::string(200, '\0'));
    CHECK_FALSE(read_tzif(bytes));
    const std::string rule = GENERATE("", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                                      "CET-1CEST,M3.5.0,M10.5.0,", "<+01-1", "CET-1CEST,J0,J5");
    CAPTURE(rule);
    CHECK_FALSE(parse_posix_rule(rule));
}
