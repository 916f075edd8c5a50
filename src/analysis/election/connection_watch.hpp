#pragma once
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

namespace ecron::analysis {

/// Determines which nodes are not connected to the store, from the rounds of the campaign. Such a node has
/// exited or is cut off, usually long before its lease ends; a node that only lost its session reconnects
/// within a moment. Pure.
class ConnectionWatch {
public:
    /// A round has been answered: its answer may describe any moment since it was sent.
    void answered(const std::vector<NodeId>& disconnected, SteadyInstant sent, SteadyInstant now) {
        std::erase_if(watched_, [&](const auto& one) { return now - one.second.asked > kForgotten; });
        for (auto& [node, watched] : watched_) {
            const bool is_away = std::ranges::find(disconnected, node) != disconnected.end();
            watched.away_since = is_away ? watched.away_since.value_or(now) : std::optional<SteadyInstant>{};
        }
        last_ = sent;
    }
    void not_answered() {
        for (auto& [node, watched] : watched_) watched.away_since.reset();
    }

    /// Rounds ask for the node from now on, for ten seconds.
    void watch(const NodeId& node, SteadyInstant now) { watched_[node].asked = now; }

    /// Returns true if no round has found the node connected for a moment. Watches it.
    [[nodiscard]] bool is_gone(const NodeId& node, SteadyInstant now) {
        watch(node, now);
        const std::optional<SteadyInstant>& away_since = watched_[node].away_since;
        return away_since && last_ - *away_since >= kMoment;
    }

    /// The nodes to ask for in the next round.
    [[nodiscard]] std::vector<NodeId> watched() const {
        std::vector<NodeId> nodes;
        for (const auto& [node, watched] : watched_) nodes.push_back(node);
        return nodes;
    }

private:
    static constexpr Millis kMoment{450};  // a node that has lost its session reconnects in less
    static constexpr Seconds kForgotten{10};

    struct Watched {
        SteadyInstant asked{};
        std::optional<SteadyInstant> away_since{};
    };
    std::unordered_map<NodeId, Watched> watched_;
    SteadyInstant last_{};  // when the last answered round was sent
};

}  // namespace ecron::analysis
