#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "chaos/faults.hpp"
#include "e2e/accounts.hpp"
#include "e2e/wait.hpp"
#include "ecron/base/time.hpp"

/// Three nodes of the real binary, a sequence of faults, then an audit: the target's record of its calls is
/// compared with the rows. scripts/chaos runs it for any duration.
namespace ecron::chaos {
namespace {

using namespace std::chrono_literals;

int number_from(const char* variable, int otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoi(text);
}

/// Returns that many random faults, each kind equally often.
std::vector<Fault> drawn(std::size_t count, const Cluster& cluster, std::mt19937& random) {
    std::vector<Fault> drawn;
    while (drawn.size() < count) {
        std::vector<Fault> round = faults(cluster);
        const char* const only = std::getenv("ECRON_CHAOS_ONLY");
        std::erase_if(round, [&](const Fault& fault) {
            return only != nullptr && fault.name.find(only) == std::string::npos;
        });
        REQUIRE(!round.empty());
        std::ranges::shuffle(round, random);
        drawn.insert(drawn.end(), round.begin(), round.end());
    }
    drawn.resize(count);
    return drawn;
}

double seconds_since(SteadyInstant then) {
    return std::chrono::duration<double>(SystemClock{}.steady() - then).count();
}

}  // namespace

TEST_CASE("no fault loses a scheduled run or starts one twice", "[chaos]") {
    const auto count = static_cast<std::size_t>(number_from("ECRON_CHAOS_FAULTS", 15));
    const std::uint32_t seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
    CAPTURE(seed);
    fmt::print("chaos: seed {}, {} faults\n", seed, count);
    std::mt19937 random{seed};
    Cluster cluster{3, 4};
    cluster.create_jobs(number_from("ECRON_CHAOS_JOBS", 60));
    cluster.target.wait_for("/all", 20);

    for (std::size_t i = 0; const Fault& fault : drawn(count, cluster, random)) {
        const SteadyInstant begun = SystemClock{}.steady();
        fault.strike(cluster, random);
        const double held = seconds_since(begun);
        const SteadyInstant healed = SystemClock{}.steady();
        cluster.wait_until_well();
        fmt::print("{:>4}  {:<45} {:>6.1f} s, well again after {:>5.1f} s\n", ++i, fault.name, held,
                   seconds_since(healed));
        std::fflush(stdout);
    }
    const std::size_t calls = cluster.target.count("/all");
    cluster.target.wait_for("/all", calls + 100);
    cluster.wait_until_settled();
    for (std::size_t i = 0; i < cluster.size(); ++i) CHECK(cluster.node(i).ecron.terminate() == 0);

    fmt::print("{:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8} {:>13}\n", "policy", "jobs", "planned",
               "rows", "missed", "repeated", "calls", "lost", "doubled", "called twice");
    for (const std::string& policy : kPolicies) {
        const e2e::Account result =
            e2e::account(cluster.database, cluster.target, policy + "-", "/" + policy);
        fmt::print("{:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8} {:>13}\n", policy, result.jobs,
                   result.planned, result.rows, result.missed, result.repeated, result.calls, result.lost,
                   result.doubled, result.calls_doubled);
        CAPTURE(policy, result.examples);
        CHECK(result.clean());
        CHECK(result.planned > 0);
        if (policy == "all") CHECK(result.missed == 0);
    }
    std::fflush(stdout);
}

}  // namespace ecron::chaos
