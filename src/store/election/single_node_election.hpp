#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>

#include "ecron/store/store.hpp"

/// Leadership if one process owns the store (SQLite): it holds every shard that it has not released itself,
/// and no other process can acquire one. Threads: any for holds() and last_heartbeat(), the io_context's for
/// the rest.
namespace ecron::store {

class SingleNodeElection {
public:
    SingleNodeElection(std::size_t shards, const Clock& clock) : shards_(shards), clock_(clock) {}

    ElectionState campaign(const CampaignRound& round) {
        node_ = round.node;
        ElectionState standing{
            .store_now = clock_.now(), .shards = shards_, .lease_renewed = clock_.steady()};
        for (std::uint32_t number = 0; number < shards_; ++number) {
            const Shard shard(number);
            const bool wanted = standing.held.size() < round.max_shards &&
                                std::ranges::find(round.release, shard) == round.release.end();
            if (wanted)
                held_ |= bit(shard), standing.held.push_back(shard);
            else
                release(shard);
        }
        return standing;
    }
    void release(Shard shard) { held_ &= ~bit(shard); }
    [[nodiscard]] bool holds(Shard shard) const { return (held_ & bit(shard)) != 0; }
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const {
        return held_ == 0 ? std::nullopt : std::optional(clock_.steady());
    }
    /// Returns the only node, once it has campaigned.
    [[nodiscard]] std::vector<NodeState> nodes(Seconds lease) const {
        if (node_.value().empty()) return {};
        return {{.node = node_, .lease_until = clock_.now() + lease, .alive = true}};
    }
    [[nodiscard]] std::size_t shards() const { return shards_; }

private:
    static constexpr std::uint64_t bit(Shard shard) { return std::uint64_t{1} << shard.value(); }

    NodeId node_;
    std::size_t shards_;
    const Clock& clock_;
    std::atomic<std::uint64_t> held_{0};
};

}  // namespace ecron::store
