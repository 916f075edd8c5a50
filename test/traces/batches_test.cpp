#include "traces/batches.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::traces;
using namespace std::chrono_literals;

namespace {

Span named(const std::string& name) { return {.job_name = name}; }

std::string names(const std::vector<Span>& spans) {
    std::string all;
    for (const Span& span : spans) all += span.job_name;
    return all;
}

}  // namespace

TEST_CASE("a batch is due when it is complete or its oldest span has waited", "[traces]") {
    Batches batches{3, 1s, 10};
    const SteadyInstant start{};
    CHECK_FALSE(batches.until_due(start));
    CHECK(batches.add(named("a"), start));
    CHECK(batches.until_due(start) == 1s);
    CHECK_FALSE(batches.add(named("b"), start + 400ms));
    CHECK(batches.until_due(start + 400ms) == 600ms);
    CHECK(batches.until_due(start + 2s) == 0s);
    CHECK(batches.add(named("c"), start + 500ms));
    CHECK(batches.until_due(start + 500ms) == 0s);
}

TEST_CASE("batches are limited, and their number of spans as well", "[traces]") {
    Batches batches{3, 1s, 4};
    for (const char* name : {"a", "b", "c"}) batches.add(named(name), {});
    CHECK_FALSE(batches.is_full());
    batches.add(named("d"), SteadyInstant{} + 300ms);
    CHECK(batches.is_full());
    CHECK(names(batches.take()) == "abc");
    CHECK_FALSE(batches.is_full());
    CHECK(batches.until_due(SteadyInstant{} + 500ms) == 800ms);
    CHECK(names(batches.take()) == "d");
    CHECK(batches.empty());
    CHECK(batches.take().empty());
}
