#pragma once
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/store/store.hpp"

namespace ecron::analysis {

/// Determines dead nodes: a node is declared dead only after the store has been reachable for one full lease
/// period in which that node held no lease. After an outage of the store nothing can be concluded: a node
/// that failed to renew may still be running. Pure.
class NodeWatch {
public:
    /// `alone`: no other node can be alive, because one process owns the store.
    NodeWatch(Millis lease, bool alone) : lease_(lease), alone_(alone) {}

    /// The store has responded; `now` is the time of the request.
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

    /// To be called repeatedly while there is something to wait for: the period starts at the first call.
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
