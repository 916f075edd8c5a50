#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/store/store.hpp"

namespace ecron::analysis {

/// A claim serves as its own start while the last successful heartbeat is younger than this, and on the
/// session of the claim.
inline constexpr Millis kHeartbeatPermitsStart{400};

/// Determines which nodes have failed. Pure.
///
/// Dead: a node is declared dead only after the store has been reachable for one full lease period in which
/// that node held no lease. After an outage of the store nothing can be concluded: a node that failed to
/// renew may still be running.
///
/// Gone: this node saw the session of the other node's process in the store, and that process has had none
/// for longer than a heartbeat permits it to start what it has claimed. A process that is killed is gone in
/// less than a second. A process that has only lost its session opens another one immediately, and records
/// what it has started, so nothing is concluded about recorded starts. A round of this node that failed
/// concludes nothing either: a server that restarts ends the sessions of all nodes.
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
            alive_.insert(node.node);
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

    /// The nodes whose presence the next round of the campaign has to check.
    [[nodiscard]] std::vector<NodeId> watched(const NodeId& self) const {
        std::set<NodeId> nodes = alive_;
        for (const auto& [node, seen] : seen_) nodes.insert(node);
        nodes.erase(self);
        return {nodes.begin(), nodes.end()};
    }
    /// A round that checked the presence of these nodes was sent and answered at these times.
    void looked(const std::vector<NodeId>& nodes, const std::vector<store::Presence>& present,
                SteadyInstant sent, SteadyInstant answered) {
        if (looked_ && sent - *looked_ > kBetweenLooks) seen_.clear();
        for (const NodeId& node : nodes) {
            const auto found = std::ranges::find(present, node, &store::Presence::node);
            if (found != present.end())
                see(node, found->instance, sent);
            else if (const auto known = seen_.find(node); known != seen_.end())
                miss(known->second, sent, answered);  // a process of an older version is never seen
        }
        looked_ = sent;
        std::erase_if(seen_, [&](const auto& node) {
            const Seen& seen = node.second;
            return seen.absent_since && sent - *seen.absent_since > kRemembered * lease_;
        });
    }
    /// A round failed, or cannot tell which nodes are present.
    void not_looked() {
        seen_.clear();
        looked_.reset();
    }

    /// Returns true if the process that claimed an execution in an earlier term of a shard is gone; this node
    /// has led the shard since `led_since`, so that a later process of the name cannot have claimed it.
    [[nodiscard]] bool is_gone(const NodeId& node, SteadyInstant led_since) const {
        if (alone_) return true;
        const auto found = seen_.find(node);
        if (found == seen_.end()) return false;
        const Seen& seen = found->second;
        const bool is_long = seen.absent_since && *looked_ - *seen.absent_since >= kGoneAfter;
        return is_long && (!seen.is_replaced || led_since <= seen.last_missed);
    }
    [[nodiscard]] bool any_gone() const {
        return std::ranges::any_of(seen_,
                                   [&](const auto& node) { return is_gone(node.first, SteadyInstant{}); });
    }
    /// The number of nodes that have just ended their session: they have been killed, or drain.
    [[nodiscard]] std::size_t leaving() const {
        return static_cast<std::size_t>(std::ranges::count_if(seen_, [&](const auto& node) {
            const Seen& seen = node.second;
            return seen.absent_since && !seen.is_replaced && *looked_ - *seen.absent_since <= kLeaving;
        }));
    }

private:
    static constexpr Millis kSilence{2'500};
    static constexpr Millis kBetweenLooks{1'000};
    static constexpr Millis kLeaving{1'000};
    static constexpr int kRemembered{10};  // leases; by then a node that is gone is dead
    /// Longer than a heartbeat permits starts by the time that a start takes from that check to the target.
    static constexpr Millis kGoneAfter{kHeartbeatPermitsStart + Millis{200}};

    struct Seen {
        std::string instance{};  // of the process that has, or had, a session
        std::optional<SteadyInstant> absent_since{};
        SteadyInstant last_missed{};  // no process of the name had a session
        bool is_replaced{false};      // another process of the name has one since
    };

    static void miss(Seen& seen, SteadyInstant sent, SteadyInstant answered) {
        if (!seen.absent_since || seen.is_replaced)
            seen = {.instance = seen.instance, .absent_since = answered};
        seen.last_missed = sent;
    }
    void see(const NodeId& node, const std::string& instance, SteadyInstant sent) {
        Seen& seen = seen_[node];
        const bool is_another = seen.absent_since && (seen.is_replaced || seen.instance != instance);
        const bool still_matters = is_another && sent - *seen.absent_since <= kRemembered * lease_;
        if (!still_matters) seen = {};
        seen.instance = instance;
        seen.is_replaced = still_matters;
    }

    Millis lease_;
    bool alone_;
    std::optional<SteadyInstant> last_;
    std::set<NodeId> alive_;
    std::map<NodeId, SteadyInstant> dead_since_;

    std::optional<SteadyInstant> looked_;
    std::map<NodeId, Seen> seen_;
};

}  // namespace ecron::analysis
