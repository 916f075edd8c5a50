#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <set>

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
/// Gone: this node saw the other node's session in the store, and has seen none for longer than a heartbeat
/// permits that node to start what it has claimed. A process that is killed is gone in less than a second. A
/// process that has only lost its session opens another one immediately, and records what it has started, so
/// nothing is concluded about recorded starts. A round of this node that failed concludes nothing either: a
/// server that restarts ends the sessions of all nodes.
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
        nodes.insert(had_session_.begin(), had_session_.end());
        nodes.erase(self);
        return {nodes.begin(), nodes.end()};
    }
    /// A round that checked the presence of these nodes was sent and answered at these times.
    void looked(const std::vector<NodeId>& nodes, const std::vector<NodeId>& present, SteadyInstant sent,
                SteadyInstant answered) {
        if (looked_ && sent - *looked_ > kBetweenLooks) absent_since_.clear();
        looked_ = sent;
        for (const NodeId& node : nodes) {
            const bool is_present = std::ranges::find(present, node) != present.end();
            if (is_present) {
                if (absent_since_.erase(node) > 0) returned_.insert_or_assign(node, sent);
                had_session_.insert(node);
            } else if (had_session_.contains(node))  // a process of an older version never has one
                absent_since_.try_emplace(node, answered);
        }
        std::erase_if(absent_since_, [&](const auto& node) {
            const bool is_dead_by_now = sent - node.second > kRemembered * lease_;
            if (is_dead_by_now) had_session_.erase(node.first);
            return is_dead_by_now;
        });
        std::erase_if(returned_, [&](const auto& node) { return sent - node.second > kReturned; });
    }
    /// A round failed, or cannot tell which nodes are present.
    void not_looked() {
        absent_since_.clear();
        had_session_.clear();
        looked_.reset();
    }

    [[nodiscard]] bool is_gone(const NodeId& node) const {
        if (alone_) return true;
        const auto since = absent_since_.find(node);
        return since != absent_since_.end() && *looked_ - since->second >= kGoneAfter;
    }
    /// The number of nodes that have just ended their session: they have been killed, or drain.
    [[nodiscard]] std::size_t leaving() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            absent_since_, [&](const auto& node) { return *looked_ - node.second <= kLeaving; }));
    }
    /// Returns true if the rows of executions that the node had claimed are about to change: it is gone, or
    /// was absent shortly before, possibly because another process of its name has started.
    [[nodiscard]] bool loses_claims(const NodeId& node) const {
        return is_gone(node) || returned_.contains(node);
    }
    [[nodiscard]] bool any_loses_claims() const {
        return !returned_.empty() ||
               std::ranges::any_of(absent_since_, [&](const auto& node) { return is_gone(node.first); });
    }

private:
    static constexpr Millis kSilence{2'500};
    static constexpr Millis kBetweenLooks{1'000};
    static constexpr Millis kLeaving{1'000};
    static constexpr Millis kReturned{3'000};
    static constexpr int kRemembered{10};  // leases; by then a node that is gone is dead
    /// Longer than a heartbeat permits starts by the time that a start takes from that check to the target.
    static constexpr Millis kGoneAfter{kHeartbeatPermitsStart + Millis{200}};

    Millis lease_;
    bool alone_;
    std::optional<SteadyInstant> last_;
    std::set<NodeId> alive_;
    std::map<NodeId, SteadyInstant> dead_since_;

    std::optional<SteadyInstant> looked_;
    std::set<NodeId> had_session_;
    std::map<NodeId, SteadyInstant> absent_since_;
    std::map<NodeId, SteadyInstant> returned_;
};

}  // namespace ecron::analysis
