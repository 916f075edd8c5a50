#pragma once
#include <memory>
#include <string>
#include <vector>

#include "simulation/checker.hpp"
#include "simulation/clients.hpp"
#include "simulation/faults.hpp"
#include "simulation/node.hpp"

namespace ecron::sim {

struct Scale {
    std::size_t jobs{200};
    Time span{
        std::chrono::minutes{10}};  // with faults and edits; afterwards everything is repaired and completes
    std::size_t faults{20};
    std::size_t edits{120};
    Millis watermark_ahead{0};  // of the clock, when the first terms begin
    bool subscribes{false};     // the jobs subscribe to every state and event
};
[[nodiscard]] Scale one_day();
/// Small enough to run many seeds quickly.
[[nodiscard]] Scale small_world();

/// The removed safeguard, to test that the checker notices.
struct Mutation {
    Mutations database{};
    StoreMutations store{};
};

struct Verdict {
    std::vector<std::string> violations;
    std::size_t runs{}, calls{}, faults{};
    std::uint64_t events{};
    std::uint64_t fingerprint{};  // of all events: equal for equal seeds
};

/// A world created from one seed: nodes, database, targets, clients, faults.
class World {
public:
    World(std::uint64_t seed, const Scale& scale, const Mutation& mutation);
    Verdict run();
    [[nodiscard]] const History& history() const { return history_; }
    /// Returns the state of the nodes, one per line.
    [[nodiscard]] std::vector<std::string> standings() const;

private:
    Scale scale_;
    std::uint64_t seed_;
    Dice dice_;
    Timeline timeline_;
    History history_;
    Database database_;
    Targets targets_;
    std::vector<std::unique_ptr<Node>> nodes_;
    Clients clients_;
    std::unique_ptr<Faults> faults_;
};

/// Runs a world; an exception counts as a violation.
Verdict simulate(std::uint64_t seed, const Scale& scale, const Mutation& mutation = {});

/// Describes the events of an execution, or of the executions and versions of a job (by number), and the
/// concurrent faults and terms: one per line, in order.
std::vector<std::string> tell(std::uint64_t seed, const Scale& scale, const std::string& about);

}  // namespace ecron::sim
