#pragma once
#include "ecron/store/change_log.hpp"

namespace ecron::store {

inline constexpr std::size_t kMaxShards = 64;

/// How long a round of the campaign permits starts, from when it was sent. A new leader waits as long before
/// it assumes that claims of earlier terms are not started any more.
inline constexpr Millis kStartPermit{500};

/// One round of the leadership campaign of `node`: the maximum number of shards to hold, and the shards to
/// release. A node with a maximum of 0 does not count among the nodes that share the shards.
struct CampaignRound {
    NodeId node{};
    std::size_t max_shards{};
    std::vector<Shard> release{};
    std::vector<NodeId> watched{};  // other nodes, of which to find out whether they are connected
};

/// State of this node after a campaign round.
struct ElectionState {
    std::vector<Shard> held{};  // in order; locks confirmed in this round
    Instant store_now{};        // by the store's clock
    Millis clock_ahead{};       // this node's clock minus the store's, corrected by half the round trip
    Millis clock_error{};       // maximum deviation of clock_ahead from the true difference
    std::size_t shards{1};      // total number of shards
    std::size_t live_nodes{1};  // nodes that can lead and hold a lease, including this one
    std::size_t free{0};        // shards that were unowned when the round ended, except those released in it
    std::size_t led_by_others{0};  // shards whose locks other sessions held when the round began
    /// Send time of the last successful renewal of this node's lease.
    std::optional<SteadyInstant> lease_renewed{};
    /// The watched nodes that were not connected to the store. None if it cannot be known: a node may use
    /// another server of a Galera cluster, or the server that this process has left less than a lease ago.
    std::vector<NodeId> disconnected{};
};

struct ShardState {
    Shard shard{};
    NodeId node{};  // node that began the last term
    Epoch epoch{};
    std::optional<Instant> watermark{};
    ChangeNumber planned{};
};
struct NodeState {
    NodeId node{};
    Instant lease_until{};  // by the store's clock
    bool alive{};
    Millis clock_ahead{};  // its clock minus the store's, as it last reported
};
struct Cluster {
    Instant now{};  // by the store's clock
    std::vector<NodeState> nodes{};
    std::vector<ShardState> shards{};
};

/// A term of leadership of a shard, and how far planning had progressed when it began.
struct Term {
    Epoch epoch{};
    Instant watermark{};           // every run due up to here was claimed
    ChangeNumber planned{};        // the planner had applied the changes up to this one
    ChangeNumber head{};           // the newest change
    std::vector<Missed> missed{};  // summaries, of any shard, that reach beyond the watermark
};

/// Leadership of shards, and the nodes and shards of the cluster.
class Election {
public:
    virtual ~Election() = default;
    /// Runs one round of the leadership campaign, expected about every 100 ms: renews this node's lease if it
    /// is one second old, confirms the held locks, releases the named ones, and acquires free ones until
    /// `max_shards` are held, without queueing for any. Does not wait for the lease. SQLite: every shard is
    /// held. Errors: unavailable if the state is unknown or another process still has a lease under this
    /// node's name; the locks count as lost. conflict if that process has renewed its lease since; the error
    /// names it, and this process should exit.
    virtual Awaitable<ElectionState> campaign(CampaignRound round) = 0;
    /// Returns true if the shard's lock is held and the last successful round was sent less than 3 s ago.
    [[nodiscard]] virtual bool leads(Shard shard) const = 0;
    /// Returns when the last successful round was sent. What the store states as this node's may start only
    /// within 3 s of it.
    [[nodiscard]] virtual std::optional<SteadyInstant> last_heartbeat() const = 0;
    /// Returns true if a claim of this term may serve as its own start: the last successful round was sent
    /// less than kStartPermit ago, and no later term had begun.
    [[nodiscard]] virtual bool permits_starts(Shard shard, Epoch epoch) const = 0;
    /// Begins a term: increments the epoch and returns how far planning has progressed. Error: denied if the
    /// lock is not held.
    virtual Awaitable<Term> begin_term(Shard shard, NodeId node) = 0;
    virtual Awaitable<void> end_term(Shard shard) = 0;  // the lock is released on completion
    virtual Awaitable<void> leave(NodeId node) = 0;     // ends the node's lease immediately
    virtual Awaitable<Cluster> cluster() = 0;
};

}  // namespace ecron::store
