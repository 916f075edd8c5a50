#include "ecron/auth/rate.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::auth;

namespace {
const TenantId kMe{"me"}, kYou{"you"};
}

TEST_CASE("a burst of one second's worth is permitted, the next request has to wait", "[auth]") {
    RateLimit limit{10};
    SteadyInstant now{};
    for (int i = 0; i < 10; ++i) CHECK(limit.take(kMe, now) == Millis{0});
    CHECK(limit.take(kMe, now) == Millis{100});
    CHECK(limit.take(kYou, now) == Millis{0});
    now += Millis{100};
    CHECK(limit.take(kMe, now) == Millis{0});
    CHECK(limit.take(kMe, now) == Millis{100});
}

TEST_CASE("the long-term rate is limited", "[auth]") {
    RateLimit limit{7};
    int taken = 0;
    for (SteadyInstant now{}; now < SteadyInstant{Seconds{60}}; now += Millis{1})
        if (limit.take(kMe, now) == Millis{0}) ++taken;
    CHECK(taken <= 7 * 61);
    CHECK(taken >= 7 * 60);
}

TEST_CASE("without a limit no request waits", "[auth]") {
    RateLimit limit{0};
    for (int i = 0; i < 1'000; ++i) REQUIRE(limit.take(kMe, SteadyInstant{}) == Millis{0});
}

TEST_CASE("the rest of a rate is known", "[auth]") {
    RateLimit limit{10};
    SteadyInstant now{Seconds{5}};
    CHECK(limit.quota(kMe, now)->remaining == 10);
    CHECK(limit.quota(kMe, now)->until_full == Seconds{0});
    for (int i = 0; i < 4; ++i) limit.take(kMe, now);
    CHECK(limit.quota(kMe, now)->limit == 10);
    CHECK(limit.quota(kMe, now)->remaining == 6);
    CHECK(limit.quota(kMe, now)->until_full == Seconds{1});
    for (int i = 0; i < 10; ++i) limit.take(kMe, now);
    CHECK(limit.quota(kMe, now)->remaining == 0);
    now += Millis{300};
    CHECK(limit.quota(kMe, now)->remaining == 3);
    CHECK_FALSE(RateLimit{0}.quota(kMe, now));
}
