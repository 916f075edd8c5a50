#include "ecron/model/window.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::model;

namespace {

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

const Instant kTwo = at("2026-01-05T02:00:00Z");

cron::Schedule schedule(std::string_view text) { return cron::parse(text, {}).value().schedule; }

}  // namespace

TEST_CASE("a window includes the whole seconds of both limits", "[model]") {
    const Window window{kTwo, kTwo};
    CHECK_FALSE(window.contains(kTwo - Millis{1}));
    CHECK(window.contains(kTwo));
    CHECK(window.contains(kTwo + Millis{999}));
    CHECK_FALSE(window.contains(kTwo + Seconds{1}));
    CHECK(Window{kTwo + Millis{700}, kTwo + Millis{300}}.contains(kTwo + Millis{500}));
    CHECK(Window{}.contains(Instant::min()));
    CHECK(Window{.begin_at = kTwo}.contains(at("2199-12-31T23:59:59Z")));
    CHECK_FALSE(Window{.end_at = kTwo}.contains(kTwo + Seconds{1}));
}

TEST_CASE("the next occurrence in a window is inside the window", "[model]") {
    const auto [text, begin, end] = GENERATE(table<std::string, int, int>({
        {"* * * * * *", -2, 2},
        {"*/2 * * * * *", 0, 0},
        {"1/2 * * * * *", 0, 0},
        {"2026-01-05T02:00:00.5Z", 0, 0},
        {"2026-01-05T02:00:00.5Z", 1, 2},
        {"@every 1s", -1, 1},
    }));
    CAPTURE(text, begin, end);
    const Window window{kTwo + Seconds{begin}, kTwo + Seconds{end}};
    const cron::Schedule each = schedule(text);
    for (int millis = -4'000; millis <= 4'000; millis += 500) {
        CAPTURE(millis);
        std::optional<Instant> expected = each.next_after(kTwo + Millis{millis});
        while (expected && !window.contains(*expected) && *expected < window.past_end())
            expected = each.next_after(*expected);
        if (expected && !window.contains(*expected)) expected.reset();
        CHECK(window.next_after(each, kTwo + Millis{millis}) == expected);
    }
}

TEST_CASE("a timed job has one occurrence unless it repeats", "[model]") {
    const cron::Schedule hourly = schedule("@hourly");
    Plan plan;
    CHECK(occurrences_of(hourly, JobType::timed, plan, kTwo, 3).size() == 1);
    CHECK(occurrences_of(hourly, JobType::scheduled, plan, kTwo, 3).size() == 3);
    plan.end_at = kTwo + Seconds{3'600};
    CHECK(occurrences_of(hourly, JobType::scheduled, plan, kTwo, 3) ==
          std::vector<Instant>{kTwo + Seconds{3'600}});
    plan.end_at.reset();
    plan.repeats = true;
    CHECK(occurrences_of(hourly, JobType::timed, plan, kTwo, 3).size() == 3);
}
