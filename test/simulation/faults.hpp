#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "simulation/clients.hpp"
#include "simulation/node.hpp"

namespace ecron::sim {

enum class Fault : std::uint8_t {
    crash,
    freeze,
    cut,
    outage,
    slow,
    failing,
    unheard,
    clock_hour,
    clock_little,
    drain,
    kill_session,
    blackout,
    refusing,
    unnoticed
};
inline constexpr std::array<std::string_view, 14> kFaultNames{
    "crash",      "freeze",       "cut",   "outage",       "slow",     "failing",  "unheard",
    "clock_hour", "clock_little", "drain", "kill_session", "blackout", "refusing", "unnoticed"};

/// Injects random faults, preferably into leaders and while something is being claimed or due, and repairs
/// them after a while.
class Faults {
public:
    Faults(Timeline& timeline, Database& database, std::vector<std::unique_ptr<Node>>& nodes,
           History& history, Dice dice);

    void plan(std::size_t count, Time from, Time until);
    /// Periods in which the database rejects every write; from a separate generator, so that seeds keep their
    /// other faults.
    void plan_refusals(std::size_t count, Time from, Time until, Dice dice);
    /// Leaders whose sessions end on the server, in a second in which something is due, while they are cut
    /// off and do not notice; some have a clock that is behind. From a separate generator, too.
    void plan_unnoticed(std::size_t count, Time from, Time until, Dice dice);
    /// Repairs everything: starts stopped nodes and ends all faults.
    void heal();
    [[nodiscard]] const std::array<std::size_t, kFaultNames.size()>& counts() const { return counts_; }

private:
    void strike(Fault fault, Node& node);
    [[nodiscard]] Node& some_node();
    [[nodiscard]] std::vector<Node*> leaders() const;
    void lose_unnoticed(Dice& dice);
    template <class Action> void later(Time least, Time most, std::string what, Action action);
    void remark(std::string text);
    void crash_all();
    void start_all();

    Timeline& timeline_;
    Database& database_;
    std::vector<std::unique_ptr<Node>>& nodes_;
    History& history_;
    Dice dice_;
    bool over_{false};
    std::array<std::size_t, kFaultNames.size()> counts_{};
};

}  // namespace ecron::sim
