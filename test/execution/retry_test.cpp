#include <catch2/catch.hpp>

#include "ecron/execution/attempt.hpp"

using namespace ecron;
using namespace ecron::execution;
using namespace std::chrono_literals;

namespace {

AttemptResult failed_with(int code) {
    AttemptResult result;
    result.outcome = model::ExecutionState::failure;
    result.code = code;
    return result;
}

}  // namespace

TEST_CASE("back-off doubles with each attempt up to its maximum", "[execution]") {
    const model::Retry retry{.max_attempts = 20, .initial = 1s, .multiplier = 2, .max = 5min};
    const auto [attempt, most] =
        GENERATE(table<int, Millis>({{1, 1s}, {2, 2s}, {3, 4s}, {4, 8s}, {9, 256s}, {10, 300s}, {19, 300s}}));
    CAPTURE(attempt);
    CHECK(next_attempt_after(retry, attempt, failed_with(500), 0.0) == Millis{0});
    CHECK(next_attempt_after(retry, attempt, failed_with(500), 0.5) == most / 2);
    CHECK(next_attempt_after(retry, attempt, failed_with(500), 1.0) == most);
}

TEST_CASE("the wait between attempts is at least the floor", "[execution]") {
    const model::Retry eager{.max_attempts = 1'000, .initial = 1ms, .multiplier = 1, .max = 1ms};
    for (const double uniform : {0.0, 0.5, 1.0}) {
        CHECK(next_attempt_after(eager, 1, failed_with(500), uniform, Millis{100}) == Millis{100});
        CHECK(next_attempt_after(eager, 999, failed_with(500), uniform, Millis{100}) == Millis{100});
    }
    const model::Retry patient{.max_attempts = 3, .initial = 1s};
    CHECK(next_attempt_after(patient, 1, failed_with(500), 0.0, Millis{100}) == Millis{100});
    CHECK(next_attempt_after(patient, 1, failed_with(500), 0.5, Millis{100}) == Millis{500});
    CHECK_FALSE(next_attempt_after(eager, 1'000, failed_with(500), 0.5, Millis{100}));
}

TEST_CASE("no attempt follows the last one", "[execution]") {
    const model::Retry retry{.max_attempts = 3};
    CHECK(next_attempt_after(retry, 2, failed_with(500), 0.5));
    CHECK_FALSE(next_attempt_after(retry, 3, failed_with(500), 0.5));
}

TEST_CASE("only configured codes are retried, and failures without a code always", "[execution]") {
    const model::Retry retry{.max_attempts = 3, .on = {{500, 599}, {429, 429}}};
    CHECK(next_attempt_after(retry, 1, failed_with(503), 0.5));
    CHECK(next_attempt_after(retry, 1, failed_with(429), 0.5));
    CHECK(next_attempt_after(retry, 1, failed_with(0), 0.5));
    CHECK_FALSE(next_attempt_after(retry, 1, failed_with(404), 0.5));
}

TEST_CASE("the target's Retry-After is a lower bound", "[execution]") {
    AttemptResult result = failed_with(503);
    result.retry_after = 30s;
    CHECK(next_attempt_after({}, 1, result, 0.5) == Millis{30s});
    result.retry_after = 1ms;
    CHECK(next_attempt_after({}, 1, result, 0.5) == Millis{500});
}

TEST_CASE("the policy limits the wait for Retry-After", "[execution]") {
    AttemptResult result = failed_with(503);
    result.retry_after = 1h;
    CHECK(next_attempt_after({.max = 5min}, 1, result, 0.5) == Millis{5min});
    CHECK(next_attempt_after({.max = 2s}, 1, result, 0.0) == Millis{2s});
    CHECK(next_attempt_after({.max = 5min, .after_max = 2h}, 1, result, 0.5) == Millis{1h});
    CHECK(next_attempt_after({.max = 5min, .after_max = 10s}, 1, result, 0.5) == Millis{10s});
    CHECK(next_attempt_after({.max = 5min, .after_max = 0s}, 1, result, 0.5) == Millis{500});
}

TEST_CASE("a cancelled execution is not retried", "[execution]") {
    AttemptResult result = failed_with(0);
    result.outcome = model::ExecutionState::interrupt;
    CHECK_FALSE(next_attempt_after({}, 1, result, 0.5));
}
