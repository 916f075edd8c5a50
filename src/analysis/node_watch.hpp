#pragma once
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/store/store.hpp"

namespace ecron::analysis {

/// Which nodes are dead: those without a lease, once the store has answered for a whole lease since they were
/// first seen so. A store that was away says nothing: who could not renew his lease may live. Pure.
class NodeWatch {
public:
    /// `alone`: nobody else can live, as one process owns the store.
    NodeWatch(Millis lease, bool alone) : lease_(lease), alone_(alone) {}

    /// The store has answered; `now` is when it was asked.
    void answered(const store::Cluster& cluster, SteadyInstant now) {
        const bool silent = last_ && now - *last_ > kSilence;
        if (silent) dead_since_.clear();
        last_ = now;
        alive_.clear();
        for (const store::NodeState& node : cluster.nodes) {
            if (!node.alive) continue;
            alive_.insert_or_assign(node.node, node.lease_until);
            dead_since_.erase(node.node);
        }
    }
    void not_answered() { dead_since_.clear(); }

    /// Asked again and again as long as there is something to wait for: the first time it counts from now.
    [[nodiscard]] bool is_dead(const NodeId& node) {
        if (alone_) return true;
        if (!last_ || alive_.contains(node)) return false;
        const SteadyInstant since = dead_since_.try_emplace(node, *last_).first->second;
        return *last_ - since >= lease_;
    }

private:
    static constexpr Millis kSilence{2'500};

    Millis lease_;
    bool alone_;
    std::optional<SteadyInstant> last_;
    std::unordered_map<NodeId, Instant> alive_;
    std::unordered_map<NodeId, SteadyInstant> dead_since_;
};

}  // namespace ecron::analysis
