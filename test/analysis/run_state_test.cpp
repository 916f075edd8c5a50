#include "analysis/planner/run_state.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "analysis/shard/stage.hpp"

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

std::string shown(const StageTransition& one) {
    constexpr std::array<const char*, 9> kStages{"unclaimed", "waiting",  "starting", "running", "ending",
                                                 "retrying",  "accepted", "offered",  "remote"};
    return std::string{"| `"} + kStages[static_cast<std::size_t>(one.from)] + "` | `" +
           kStages[static_cast<std::size_t>(one.to)] + "` |";
}

/// The rows of the tables below a heading.
std::set<std::string> documented(std::string_view heading) {
    std::set<std::string> rows;
    std::ifstream file{"docs/architecture.md"};
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) inside = line == heading;
        if (inside && line.starts_with("| `")) rows.insert(line);
    }
    return rows;
}

}  // namespace

TEST_CASE("docs/architecture.md contains the table of a run's transitions", "[planner]") {
    std::set<std::string> actual;
    for (const RunTransition& one : kRunTransitions) actual.insert(shown(one));
    CHECK(documented("## States of a run in the planner") == actual);
    CHECK(actual.size() == kRunTransitions.size());
}

TEST_CASE("docs/architecture.md contains the table of a run's stages", "[shard]") {
    std::set<std::string> actual;
    for (const StageTransition& one : kStageTransitions) actual.insert(shown(one));
    CHECK(documented("## Stages of a run in a shard") == actual);
    CHECK(actual.size() == kStageTransitions.size());
}

TEST_CASE("a run whose outcome is being written is not started", "[shard]") {
    CHECK(is_possible(Stage::waiting, Stage::running));
    CHECK_FALSE(is_possible(Stage::ending, Stage::running));
    CHECK_FALSE(is_possible(Stage::ending, Stage::starting));
    CHECK_FALSE(is_possible(Stage::unclaimed, Stage::running));
}

TEST_CASE("an event without a transition is impossible", "[planner]") {
    CHECK(next_state(RunState::claiming, RunEvent::commit) == RunState::waiting);
    CHECK_FALSE(next_state(RunState::claiming, RunEvent::start));
    CHECK_FALSE(next_state(RunState::queued, RunEvent::start));
    CHECK_FALSE(next_state(RunState::running, RunEvent::start));
}

}  // namespace ecron::analysis
