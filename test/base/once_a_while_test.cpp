#include "ecron/base/once_a_while.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("a message is told at once, and again after a while", "[base]") {
    OnceAWhile messages{Millis{60'000}, 2};
    const SteadyInstant begin{Seconds{1'000}};
    CHECK(messages.is_to_be_told("a", begin));
    CHECK_FALSE(messages.is_to_be_told("a", begin + Seconds{59}));
    CHECK(messages.is_to_be_told("b", begin + Seconds{59}));
    CHECK_FALSE(messages.is_to_be_told("c", begin + Seconds{59}));  // one too many
    CHECK(messages.is_to_be_told("a", begin + Seconds{60}));
    CHECK_FALSE(messages.is_to_be_told("b", begin + Seconds{60}));
    messages.forget();
    CHECK(messages.is_to_be_told("b", begin + Seconds{60}));
}
