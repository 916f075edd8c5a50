#include "ecron/model/occurrences.hpp"

#include <algorithm>
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
        CHECK(Occurrences(each, window).next(kTwo + Millis{millis}) == expected);
    }
}

TEST_CASE("previous undoes next within the window", "[model]") {
    const auto [text, begin, end] = GENERATE(table<std::string, int, int>({
        {"* * * * * *", -2, 2},
        {"*/2 * * * * *", 0, 1},
        {"2026-01-05T02:00:00.5Z", 0, 0},
    }));
    CAPTURE(text, begin, end);
    const Occurrences all{schedule(text), {kTwo + Seconds{begin}, kTwo + Seconds{end}}};
    std::vector<Instant> forward, backward;
    for (auto one = all.next(Instant{}); one; one = all.next(*one)) forward.push_back(*one);
    for (auto one = all.previous(at("2199-01-01T00:00:00Z")); one; one = all.previous(*one))
        backward.insert(backward.begin(), *one);
    REQUIRE_FALSE(forward.empty());
    CHECK(forward == backward);
    for (const Instant one : forward) {
        CHECK(all.contains(one));
        CHECK_FALSE(all.contains(one + Millis{1}));
    }
}

TEST_CASE("an occurrence is due after a delay that depends on the job and the occurrence", "[model]") {
    Plan plan;
    plan.jitter = Millis{90'000};
    const Occurrences mine = occurrences_of(schedule("* * * * *"), plan, JobId{"mine"});
    const Occurrences others = occurrences_of(schedule("* * * * *"), plan, JobId{"another"});
    CHECK_FALSE(mine == others);
    CHECK(mine == occurrences_of(schedule("*/1 * * * *"), plan, JobId{"mine"}));
    bool differ = false;
    for (Instant one = kTwo; one < kTwo + Seconds{3'600}; one += Seconds{60}) {
        CHECK((mine.due(one) >= one && mine.due(one) < one + plan.jitter));
        CHECK(mine.claim_by(one) == std::min(mine.due(one), one + Seconds{60}));
        differ = differ || mine.due(one) != others.due(one);
    }
    CHECK(differ);
    CHECK(Occurrences{schedule("* * * * *")}.due(kTwo) == kTwo);
}

TEST_CASE("a timed job has one occurrence unless it repeats", "[model]") {
    const cron::Schedule hourly = schedule("@hourly");
    Plan plan;
    CHECK(first_occurrences(hourly, JobType::timed, plan, kTwo, 3).size() == 1);
    CHECK(first_occurrences(hourly, JobType::scheduled, plan, kTwo, 3).size() == 3);
    plan.end_at = kTwo + Seconds{3'600};
    CHECK(first_occurrences(hourly, JobType::scheduled, plan, kTwo, 3) ==
          std::vector<Instant>{kTwo + Seconds{3'600}});
    plan.end_at.reset();
    plan.repeats = true;
    CHECK(first_occurrences(hourly, JobType::timed, plan, kTwo, 3).size() == 3);
}
