#include "ecron/base/log_limit.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using log::LineLimit;
using log::LineRule;

namespace {

constexpr LineRule kRule{};

std::size_t written(LineLimit& limit, std::size_t lines, const std::string& source, SteadyInstant now) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < lines; ++i) count += limit.takes(source, now) ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a source writes a limited number of lines per span, the rest is counted", "[base][log]") {
    LineLimit limit;
    const SteadyInstant begin{};
    CHECK(written(limit, 300, "me", begin) == kRule.lines);
    CHECK(limit.takes("you", begin));
    CHECK(limit.ended(begin + kRule.span - Millis{1}).empty());
    const auto ended = limit.ended(begin + kRule.span);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].source == "me");
    CHECK(ended[0].lines == 300 - kRule.lines);
    CHECK(limit.ended(begin + 2 * kRule.span).empty());
    CHECK(limit.takes("me", begin + kRule.span));
}

TEST_CASE("sources beyond the limit share one count", "[base][log]") {
    LineLimit limit;
    for (std::size_t i = 0; i < kRule.sources; ++i) CHECK(limit.takes(std::to_string(i), SteadyInstant{}));
    std::size_t lines = 0;
    for (int i = 0; i < 100; ++i) lines += written(limit, 1, "more " + std::to_string(i), SteadyInstant{});
    CHECK(lines == kRule.lines);
    const auto ended = limit.ended(SteadyInstant{} + kRule.span);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].source == LineLimit::kOthers);
}

TEST_CASE("a message is written once per span without calls of ended", "[base][log]") {
    LineLimit limit{LineRule{.lines = 1, .span = Seconds{60}, .sources = 2}};
    const SteadyInstant begin{Seconds{1'000}};
    CHECK(limit.takes("a", begin));
    CHECK_FALSE(limit.takes("a", begin + Seconds{59}));
    CHECK(limit.takes("b", begin + Seconds{59}));
    CHECK(limit.takes("c", begin + Seconds{59}));  // the first of those beyond the limit of sources
    CHECK_FALSE(limit.takes("d", begin + Seconds{59}));
    CHECK(limit.takes("a", begin + Seconds{60}));
    CHECK_FALSE(limit.takes("b", begin + Seconds{60}));
    limit.reset();
    CHECK(limit.takes("b", begin + Seconds{60}));
    CHECK(limit.takes("b", begin + Seconds{120}));
}
