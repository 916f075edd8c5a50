#include "ecron/base/back_off.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("the wait doubles with each failure up to the maximum", "[base]") {
    const BackOff back_off{.first = Millis{200}, .max = Millis{1'000}};
    CHECK(back_off.after(1) == Millis{200});
    CHECK(back_off.after(2) == Millis{400});
    CHECK(back_off.after(3) == Millis{800});
    CHECK(back_off.after(4) == Millis{1'000});
    CHECK(back_off.after(SIZE_MAX) == Millis{1'000});
}

TEST_CASE("jitter takes off at most half of the wait", "[base]") {
    const BackOff back_off{.first = Millis{200}, .max = Millis{1'000}};
    CHECK(back_off.after(2, 0.0) == Millis{200});
    CHECK(back_off.after(2, 0.5) == Millis{300});
    CHECK(back_off.after(2, 0.9999) == Millis{400});
}
