#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

namespace ecron::analysis {

/// Stage of a run in this process: how far a decision of the planner has been carried out.
enum class Stage : std::uint8_t {
    unclaimed,  // decided, its row is not committed yet
    waiting,    // its row is committed; not started
    starting,   // a compare-and-set before the start is in progress
    running,    // the pool has its attempt
    ending,     // its outcome is being written
    retrying,   // waits for its next attempt
    accepted,   // waits for the target's callback
    offered,    // the first node to start it wins
    remote,     // another node claimed or carries it out; its row is polled
};

struct StageTransition {
    Stage from;
    Stage to;
};
/// All transitions; docs/architecture.md contains the same table. A run can be dropped at every stage.
inline constexpr std::array kStageTransitions{
    StageTransition{Stage::unclaimed, Stage::waiting}, StageTransition{Stage::waiting, Stage::starting},
    StageTransition{Stage::waiting, Stage::running},   StageTransition{Stage::waiting, Stage::offered},
    StageTransition{Stage::waiting, Stage::ending},    StageTransition{Stage::starting, Stage::running},
    StageTransition{Stage::starting, Stage::waiting},  StageTransition{Stage::starting, Stage::remote},
    StageTransition{Stage::running, Stage::starting},  StageTransition{Stage::running, Stage::ending},
    StageTransition{Stage::ending, Stage::retrying},   StageTransition{Stage::ending, Stage::accepted},
    StageTransition{Stage::ending, Stage::remote},     StageTransition{Stage::retrying, Stage::starting},
    StageTransition{Stage::retrying, Stage::running},  StageTransition{Stage::retrying, Stage::offered},
    StageTransition{Stage::retrying, Stage::ending},   StageTransition{Stage::accepted, Stage::ending},
    StageTransition{Stage::offered, Stage::starting},  StageTransition{Stage::offered, Stage::remote},
    StageTransition{Stage::offered, Stage::ending},    StageTransition{Stage::remote, Stage::retrying},
    StageTransition{Stage::remote, Stage::accepted},   StageTransition{Stage::remote, Stage::ending},
};

[[nodiscard]] constexpr bool is_possible(Stage from, Stage to) {
    return std::ranges::any_of(kStageTransitions,
                               [&](StageTransition one) { return one.from == from && one.to == to; });
}

}  // namespace ecron::analysis
