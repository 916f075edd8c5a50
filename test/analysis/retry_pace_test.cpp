#include "analysis/scheduler/retry_pace.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::analysis;
using namespace std::chrono_literals;

TEST_CASE("retries of a tenant beyond the rate wait, those of others do not", "[scheduler]") {
    RetryPace pace{100};
    const TenantId busy{"busy"};
    const SteadyInstant now{1s};
    Millis last{};
    for (int retry = 0; retry < 1'001; ++retry) last = pace.delay(busy, now, 100ms);
    CHECK(last == 10s);
    CHECK(pace.delay(TenantId{"quiet"}, now, 100ms) == 100ms);
    CHECK(pace.delay(busy, now + 11s, 100ms) == 100ms);
}

TEST_CASE("a retry with a long delay does not delay later ones", "[scheduler]") {
    RetryPace pace{100};
    const TenantId tenant{"tenant"};
    CHECK(pace.delay(tenant, SteadyInstant{1s}, 1h) == 1h);
    CHECK(pace.delay(tenant, SteadyInstant{1s}, 5ms) == 10ms);
}

TEST_CASE("without a limit, a retry has its own delay", "[scheduler]") {
    RetryPace pace{0};
    for (int retry = 0; retry < 100; ++retry)
        CHECK(pace.delay(TenantId{"tenant"}, SteadyInstant{1s}, 5ms) == 5ms);
}
