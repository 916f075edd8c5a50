#pragma once
#include "analysis/scheduler/change_feed.hpp"

namespace ecron::analysis {

/// Leader election of shards. A campaign round every 100 ms acquires this node's share of the unowned shards
/// and releases what exceeds the share. A shard stays unowned if the node that should acquire it is dead but
/// its lease has not ended: any node that sees this acquires it. Shards are redistributed once the set of
/// live nodes is known.
class Campaign {
public:
    Campaign(SchedulerContext& context, Shards& shards, ChangeFeed& feed)
        : context_(context),
          shards_(shards),
          feed_(feed),
          wake_(context.io),
          guard_(context.io) {}

    asio::awaitable<void> run();
    /// When its lease has ended, a node is considered dead and its executions run elsewhere: kills the node's
    /// commands before.
    asio::awaitable<void> guard_lease();
    /// Something may have changed: the next round begins immediately.
    void notify();
    /// Returns true if this or another node has been a leader since the jobs were loaded.
    [[nodiscard]] bool is_ready() const { return ready_; }
    void describe(SchedulerStanding& standing) const;

private:
    [[nodiscard]] store::CampaignRound next_round() const;
    [[nodiscard]] std::size_t share() const;
    [[nodiscard]] bool may_lead() const;
    [[nodiscard]] std::size_t most_to_keep() const;
    void claim_abandoned(const store::ElectionState& standing);
    [[nodiscard]] bool is_held(Shard shard) const;
    void apply_election(const store::ElectionState& standing);
    void report_name_taken(const Error& error);
    void check_clock(const store::ElectionState& standing);
    void take_and_release();

    SchedulerContext& context_;
    Shards& shards_;
    ChangeFeed& feed_;
    Wakeup wake_;
    Wakeup guard_;  // for its termination
    bool ready_{false};
    bool told_standby_{false};
    bool told_name_taken_{false};
    std::vector<Shard> held_;
    std::size_t live_nodes_{1};
    std::size_t unled_{0};
    int rounds_with_free_{0};  // consecutive
    std::size_t extra_{0};     // shards that the next round may acquire beyond the share
    std::optional<SteadyInstant> took_extra_{};
    std::optional<SteadyInstant> lease_renewed_;  // when the last successful renewal was sent
    Millis clock_ahead_{};
    ClockPermit clock_permit_{};
    bool clock_warned_{false};
};

}  // namespace ecron::analysis
