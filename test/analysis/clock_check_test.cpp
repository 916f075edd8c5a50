#include "analysis/election/clock_check.hpp"

#include <catch2/catch.hpp>

namespace ecron::analysis::test {
namespace {

using namespace std::chrono_literals;

const ManualClock kNoon{Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}} + 12h};

bool looks(ClockCheck& check, const ManualClock& clock) { return check.look(clock.now(), clock.steady()); }

ClockPermit measured(std::initializer_list<ClockDifference> measurements) {
    ClockPermit permit;
    for (const ClockDifference& measurement : measurements) permit.measure(measurement);
    return permit;
}

}  // namespace

TEST_CASE("a clock more than a second off forbids leading until it is certainly right", "[clock]") {
    CHECK_FALSE(measured({}).refuses());
    CHECK_FALSE(measured({{1s, 0s}}).refuses());
    CHECK(measured({{1'001ms, 0s}}).refuses());
    CHECK(measured({{-1'001ms, 0s}}).refuses());
    CHECK_FALSE(measured({{-2s, 0s}, {900ms, 100ms}}).refuses());
    CHECK(measured({{-2s, 0s}, {-900ms, 101ms}}).refuses());     // it may be 1,001 ms behind
    CHECK(measured({{-2s, 0s}, {0s, 2s}, {0s, 3s}}).refuses());  // the round trips took four and six seconds
    CHECK_FALSE(measured({{0s, 3s}}).refuses());                 // no measurement was out of tolerance
}

TEST_CASE("trusts a clock that advances with time", "[clock]") {
    ManualClock clock{kNoon};
    ClockCheck check;
    for (int minute = 0; minute < 60; ++minute) {
        clock.advance(60s);
        clock.step(10ms);  // slewing
        CHECK_FALSE(looks(check, clock));
    }
    CHECK(check.is_believed());
}

TEST_CASE("does not trust a jump until the other clock confirms it", "[clock]") {
    const Millis jump = GENERATE(3'600'000ms, -3'600'000ms, 1'001ms);
    ManualClock clock{kNoon};
    ClockCheck check;
    looks(check, clock);
    clock.step(jump);
    CHECK(looks(check, clock));
    CHECK_FALSE(check.is_believed());
    clock.advance(24h);
    CHECK_FALSE(looks(check, clock));
    CHECK_FALSE(check.is_believed());
    check.confirm(clock.now(), clock.steady());
    CHECK(check.is_believed());
    CHECK_FALSE(looks(check, clock));
    CHECK(check.is_believed());
}

TEST_CASE("a difference of up to a second is not a jump", "[clock]") {
    ManualClock clock{kNoon};
    ClockCheck check;
    looks(check, clock);
    clock.step(1s);
    CHECK_FALSE(looks(check, clock));
    CHECK(check.is_believed());
}

TEST_CASE("a jump that is undone needs no confirmation", "[clock]") {
    ManualClock clock{kNoon};
    ClockCheck check;
    looks(check, clock);
    clock.step(1h);
    looks(check, clock);
    clock.step(-1h);
    CHECK_FALSE(looks(check, clock));
    CHECK(check.is_believed());
}

TEST_CASE("without another clock, trusts a jump that persists", "[clock]") {
    ManualClock clock{kNoon};
    ClockCheck check{5s};
    looks(check, clock);
    clock.step(1h);
    looks(check, clock);
    clock.advance(4'999ms);
    looks(check, clock);
    CHECK_FALSE(check.is_believed());
    clock.advance(1ms);
    looks(check, clock);
    CHECK(check.is_believed());
}

TEST_CASE("a further jump restarts the waiting period", "[clock]") {
    ManualClock clock{kNoon};
    ClockCheck check{5s};
    looks(check, clock);
    for (int jump = 0; jump < 10; ++jump) {
        clock.step(1h);
        looks(check, clock);
        clock.advance(4s);
        looks(check, clock);
        CHECK_FALSE(check.is_believed());
    }
}

}  // namespace ecron::analysis::test
