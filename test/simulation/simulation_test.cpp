#include <catch2/catch.hpp>

#include "ecron/base/log.hpp"
#include "simulation/world.hpp"

using namespace ecron;

namespace {

const sim::Scale kSmall = sim::small_world();
constexpr std::uint64_t kSeeds = 100;

/// Nodes log many errors in such worlds.
void log_nothing() { REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"})); }

/// Runs worlds until one fails that succeeds without the mutation; returns the violation.
std::string first_violation(const sim::Mutation& mutation, std::uint64_t at_most) {
    for (std::uint64_t seed = 1; seed <= at_most; ++seed) {
        const sim::Verdict verdict = sim::simulate(seed, kSmall, mutation);
        if (verdict.violations.empty()) continue;
        if (sim::simulate(seed, kSmall).violations.empty()) return verdict.violations.front();
    }
    return {};
}

}  // namespace

TEST_CASE("no fault loses, duplicates or blocks an execution, and only leaders write", "[simulation]") {
    log_nothing();
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const sim::Verdict verdict = sim::simulate(seed, kSmall);
        INFO("replay: scripts/simulate --small --seed " << seed);
        for (const std::string& violation : verdict.violations) FAIL_CHECK(violation);
        CHECK(verdict.runs > 0);
    }
}

TEST_CASE("a watermark ahead of the clock is set back, and nothing is lost or repeated", "[simulation]") {
    log_nothing();
    sim::Scale scale = kSmall;
    scale.watermark_ahead = std::chrono::hours{24};
    std::size_t runs = 0;
    std::size_t usual = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds / 4; ++seed) {
        const sim::Verdict verdict = sim::simulate(seed, scale);
        INFO("replay: scripts/simulate --small --ahead --seed " << seed);
        for (const std::string& violation : verdict.violations) FAIL_CHECK(violation);
        CHECK(verdict.runs > 0);
        runs += verdict.runs;
        usual += sim::simulate(seed, kSmall).runs;  // in total: the faults of the two worlds of a seed differ
    }
    CHECK(runs > usual / 2);
}

TEST_CASE("every subscribed state and event is announced, and none twice", "[simulation]") {
    log_nothing();
    sim::Scale scale = kSmall;
    scale.subscribes = true;
    for (std::uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
        const sim::Verdict verdict = sim::simulate(seed, scale);
        INFO("replay: scripts/simulate --small --subscribe --seed " << seed);
        for (const std::string& violation : verdict.violations) FAIL_CHECK(violation);
    }
}

TEST_CASE("worlds that failed before succeed", "[simulation]") {
    log_nothing();
    const std::uint64_t seed =
        GENERATE(2397U, 2449U, 2740U, 3092U, 3674U, 4490U, 4868U, 6732U, 6998U, 7058U, 8789U, 9453U, 11874U);
    const sim::Verdict verdict = sim::simulate(seed, {});
    INFO("replay: scripts/simulate --seed " << seed);
    for (const std::string& violation : verdict.violations) FAIL_CHECK(violation);
}

TEST_CASE("worlds of subscribers that failed before succeed", "[simulation]") {
    log_nothing();
    sim::Scale scale = kSmall;
    scale.subscribes = true;
    const std::uint64_t seed = GENERATE(70U, 92U, 233U, 443U, 446U, 455U);
    const sim::Verdict verdict = sim::simulate(seed, scale);
    INFO("replay: scripts/simulate --small --subscribe --seed " << seed);
    for (const std::string& violation : verdict.violations) FAIL_CHECK(violation);
}

TEST_CASE("worlds with a watermark ahead that failed before succeed", "[simulation]") {
    log_nothing();
    const std::uint64_t seed = GENERATE(78U, 716U, 744U, 1530U, 2659U, 4958U);
    const sim::Verdict verdict = sim::simulate(seed, {.watermark_ahead = std::chrono::hours{24}});
    INFO("replay: scripts/simulate --ahead --seed " << seed);
    for (const std::string& violation : verdict.violations) FAIL_CHECK(violation);
}

TEST_CASE("a seed replays event by event", "[simulation]") {
    log_nothing();
    const std::uint64_t seed = GENERATE(7U, 8U, 9U);
    const sim::Verdict once = sim::simulate(seed, kSmall);
    const sim::Verdict again = sim::simulate(seed, kSmall);
    CHECK(once.events == again.events);
    CHECK(once.fingerprint == again.fingerprint);
}

TEST_CASE("the checker notices each removed safeguard", "[simulation]") {
    log_nothing();
    const auto [name, mutation] = GENERATE(table<std::string, sim::Mutation>({
        {"the fence", {.database = {.no_fence = true}}},
        {"a job is spent with its run", {.database = {.spends_for_nothing = true}}},
        {"the unique key", {.database = {.no_unique_key = true}}},
        {"the watermark waits for the last batch", {.store = {.hasty_watermark = true}}},
        {"withdrawn rows are deleted", {.store = {.ends_withdrawn = true}}},
        {"recovery goes by effective_from", {.store = {.recovers_from_update = true}}},
        {"an outcome that is refused is written with less", {.store = {.drops_refused = true}}},
        {"permits expire", {.store = {.keeps_permits = true}}},
    }));
    CAPTURE(name);
    CHECK_FALSE(first_violation(mutation, kSeeds).empty());
}
