#pragma once
#include <memory>
#include <string>
#include <vector>

#include "checker.hpp"
#include "clients.hpp"
#include "faults.hpp"
#include "node.hpp"

namespace ecron::sim {

struct Scale {
    std::size_t jobs{200};
    Time span{
        std::chrono::minutes{10}};  // of faults and edits; then everything is healed, and comes to its end
    std::size_t faults{20};
    std::size_t edits{120};
};
[[nodiscard]] Scale one_day();
/// Small enough for many seeds in little time.
[[nodiscard]] Scale small_world();

/// What is taken out of the safety net, to see that the checker notices.
struct Mutation {
    Mutations database{};
    StoreMutations store{};
};

struct Verdict {
    std::vector<std::string> violations;
    std::size_t runs{}, calls{}, faults{};
    std::uint64_t events{};
    std::uint64_t fingerprint{};  // of everything that happened: the same for the same seed
};

/// A whole world out of one seed: nodes, database, targets, clients, faults.
class World {
public:
    World(std::uint64_t seed, const Scale& scale, const Mutation& mutation);
    Verdict run();
    [[nodiscard]] const History& history() const { return history_; }
    /// How the nodes stand, a line each.
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

/// Runs a world; whatever it throws is a violation too.
Verdict simulate(std::uint64_t seed, const Scale& scale, const Mutation& mutation = {});

/// What happened to an execution, or to the executions and versions of a job (its number), and what was done
/// to the world meanwhile: a line each, in order.
std::vector<std::string> tell(std::uint64_t seed, const Scale& scale, const std::string& about);

}  // namespace ecron::sim
