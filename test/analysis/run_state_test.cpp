#include "analysis/planner/run_state.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>

namespace ecron::analysis {
namespace {

std::string shown(const RunTransition& one) {
    constexpr std::array<const char*, kRunStates> kStates{"claiming", "waiting",  "queued",  "grouped",
                                                          "running",  "retrying", "accepted"};
    constexpr std::array<const char*, kRunEvents> kEvents{"commit", "queue", "wake",  "join_group",
                                                          "start",  "retry", "accept"};
    return std::string{"| `"} + kStates[static_cast<std::size_t>(one.from)] + "` | `" +
           kEvents[static_cast<std::size_t>(one.event)] + "` | `" +
           kStates[static_cast<std::size_t>(one.to)] + "` |";
}

}  // namespace

TEST_CASE("docs/architecture.md contains the table of a run's transitions", "[planner]") {
    std::set<std::string> documented, actual;
    std::ifstream file{"docs/architecture.md"};
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) inside = line == "## States of a run in the planner";
        if (inside && line.starts_with("| `")) documented.insert(line);
    }
    for (const RunTransition& one : kRunTransitions) actual.insert(shown(one));
    CHECK(documented == actual);
    CHECK(actual.size() == kRunTransitions.size());
}

TEST_CASE("an event without a transition is impossible", "[planner]") {
    CHECK(next_state(RunState::claiming, RunEvent::commit) == RunState::waiting);
    CHECK_FALSE(next_state(RunState::claiming, RunEvent::start));
    CHECK_FALSE(next_state(RunState::queued, RunEvent::start));
    CHECK_FALSE(next_state(RunState::running, RunEvent::start));
}

}  // namespace ecron::analysis
