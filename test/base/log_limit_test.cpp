#include "ecron/base/log_limit.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using log::LineLimit;

TEST_CASE("a source writes a few lines in a span, the rest is counted", "[base][log]") {
    LineLimit limit;
    const SteadyInstant begin{};
    std::size_t written = 0;
    for (int i = 0; i < 300; ++i) written += limit.takes("me", begin) ? 1 : 0;
    CHECK(written == LineLimit::kLines);
    CHECK(limit.takes("you", begin));
    CHECK(limit.ended(begin + LineLimit::kSpan - Millis{1}).empty());
    const auto ended = limit.ended(begin + LineLimit::kSpan);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].source == "me");
    CHECK(ended[0].lines == 300 - LineLimit::kLines);
    CHECK(limit.ended(begin + 2 * LineLimit::kSpan).empty());
    CHECK(limit.takes("me", begin + LineLimit::kSpan));
}

TEST_CASE("many sources are remembered up to a bound, further ones share", "[base][log]") {
    LineLimit limit;
    for (std::size_t i = 0; i < LineLimit::kSources; ++i)
        CHECK(limit.takes(std::to_string(i), SteadyInstant{}));
    std::size_t written = 0;
    for (int i = 0; i < 100; ++i)
        written += limit.takes("more " + std::to_string(i), SteadyInstant{}) ? 1 : 0;
    CHECK(written == LineLimit::kLines);
    const auto ended = limit.ended(SteadyInstant{} + LineLimit::kSpan);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].source == LineLimit::kOthers);
}
