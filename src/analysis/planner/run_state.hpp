#pragma once
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ecron::analysis {

/// State of a run in the planner. From `grouped` on it is active: it counts for the overlap of its job. From
/// `running` on it has started and counts for its concurrency group.
enum class RunState : std::uint8_t {
    claiming,  // decided, its row is not committed yet
    waiting,   // for its due time
    queued,    // for the active runs of its job
    grouped,   // for its concurrency group
    running,   // its attempt was decided
    retrying,  // waits for its next attempt
    accepted,  // waits for the target's callback
};
enum class RunEvent : std::uint8_t {
    commit,      // its row is committed
    queue,       // due, and runs of its job are active
    wake,        // no run of its job is active any more
    join_group,  // nothing of its own job blocks it, and its group is full
    start,
    retry,   // its attempt failed, or its start could not be carried out yet
    accept,  // the target accepted the attempt
};

struct RunTransition {
    RunState from;
    RunEvent event;
    RunState to;
};
/// All transitions; docs/architecture.md contains the same table. A run can end in every state.
inline constexpr std::array kRunTransitions{
    RunTransition{RunState::claiming, RunEvent::commit, RunState::waiting},
    RunTransition{RunState::waiting, RunEvent::queue, RunState::queued},
    RunTransition{RunState::waiting, RunEvent::join_group, RunState::grouped},
    RunTransition{RunState::waiting, RunEvent::start, RunState::running},
    RunTransition{RunState::queued, RunEvent::wake, RunState::waiting},
    RunTransition{RunState::grouped, RunEvent::start, RunState::running},
    RunTransition{RunState::running, RunEvent::retry, RunState::retrying},
    RunTransition{RunState::running, RunEvent::accept, RunState::accepted},
    RunTransition{RunState::retrying, RunEvent::start, RunState::running},
    RunTransition{RunState::retrying, RunEvent::retry, RunState::retrying},
    RunTransition{RunState::retrying, RunEvent::accept, RunState::accepted},
    RunTransition{RunState::accepted, RunEvent::retry, RunState::retrying},
    RunTransition{RunState::accepted, RunEvent::accept, RunState::accepted},
};
inline constexpr std::size_t kRunStates = 7;
inline constexpr std::size_t kRunEvents = 7;

/// Returns the next state; nullopt if the event is impossible in this state.
[[nodiscard]] constexpr std::optional<RunState> next_state(RunState from, RunEvent event) {
    constexpr auto kTable = [] {
        std::array<std::array<std::optional<RunState>, kRunEvents>, kRunStates> table{};
        for (const RunTransition& one : kRunTransitions)
            table[static_cast<std::size_t>(one.from)][static_cast<std::size_t>(one.event)] = one.to;
        return table;
    }();
    return kTable[static_cast<std::size_t>(from)][static_cast<std::size_t>(event)];
}

/// Applies an event, which must be possible.
constexpr void apply(RunEvent event, RunState& state) {
    const std::optional<RunState> next = next_state(state, event);
    assert(next);
    state = *next;
}

[[nodiscard]] constexpr bool is_active(RunState state) { return state >= RunState::grouped; }
[[nodiscard]] constexpr bool has_started(RunState state) { return state >= RunState::running; }

}  // namespace ecron::analysis
