#include "ecron/base/time.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace std::chrono_literals;

TEST_CASE("a duration parses with units and formats back", "[base]") {
    const auto [text, value, written] = GENERATE(table<std::string, Millis, std::string>({
        {"1m30s", 90s, "1m30s"},
        {"250ms", 250ms, "250ms"},
        {"90", 90s, "1m30s"},
        {"0.5", 500ms, "500ms"},
        {"1.5h", 90min, "1h30m"},
        {"7d", 168h, "7d"},
        {"0", 0ms, "0s"},
    }));
    CAPTURE(text);
    CHECK(parse_duration(text) == value);
    CHECK(format_duration(value) == written);
    CHECK(parse_duration(written) == value);
}

TEST_CASE("rejects text that is not a duration", "[base]") {
    const std::string text =
        GENERATE("", "s", "-5s", "5 s", "5x", "1m30", "1e9", "nan", "1..5s", "99999999999999d");
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
}

TEST_CASE("parses an RFC 3339 instant with any offset", "[base]") {
    CHECK(to_unix_millis(parse_rfc3339("1970-01-01T00:00:01Z").value()) == 1'000);
    CHECK(to_unix_millis(parse_rfc3339("1970-01-01T08:00:00.25+08:00").value()) == 250);
    CHECK(to_unix_millis(parse_rfc3339("2026-02-28t23:59:59.123456789-00:30").value()) == 1772324999123);
    CHECK(format_rfc3339(parse_rfc3339("2026-02-28T23:59:59.9-00:30").value()) == "2026-03-01T00:29:59Z");
    CHECK(format_rfc3339_millis(from_unix_millis(1772324999123)) == "2026-03-01T00:29:59.123Z");
}

TEST_CASE("rejects text that is not an RFC 3339 instant", "[base]") {
    const std::string text =
        GENERATE("", "2026-02-30T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00",
                 "2026-01-01T24:00:00Z", "2026-01-01T00:00:00 08:00", "2026-01-01T00:00:00.Z",
                 "2026-01-01T00:00:00Z ", "2026-13-01T00:00:00Z", "20260101T000000Z");
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("the time until an instant includes the truncated fraction of a millisecond", "[base]") {
    const ManualClock still{from_unix_millis(1'000)};
    CHECK(still.until(from_unix_millis(1'250)) == Millis{250});
    CHECK(still.until(from_unix_millis(900)) == -Millis{100});

    const SystemClock clock;
    const auto before = std::chrono::system_clock::now();
    const Instant at = std::chrono::floor<Millis>(before) + std::chrono::hours{1};
    const std::chrono::microseconds left = clock.until(at);
    const auto after = std::chrono::system_clock::now();
    CHECK(left >= at - after);
    CHECK(left <= at - before + std::chrono::microseconds{1});
}
