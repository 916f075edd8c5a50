#pragma once
#include "analysis/shard/claims.hpp"
#include "analysis/shard/starts.hpp"

namespace ecron::analysis {

/// Supplies the planner with the time and carries out its decisions.
class PlanningLoop {
public:
    PlanningLoop(ShardState& shard, Outcomes& outcomes, Starts& starts, Recovery& recovery,
                 MissedRecords& missed, Withdrawals& withdrawals, Claims& claims)
        : context_(shard.context),
          shard_(shard),
          outcomes_(outcomes),
          starts_(starts),
          recovery_(recovery),
          missed_(missed),
          withdrawals_(withdrawals),
          claims_(claims) {}

    /// Plans until the leadership is lost or to be released.
    asio::awaitable<void> run();
    [[nodiscard]] bool is_running() const { return running_; }
    /// Returns how far planning is behind the clock, not counting tenants without capacity.
    [[nodiscard]] Millis lag() const;
    /// Returns the delay of the oldest occurrence that waits for the capacity of its tenant.
    [[nodiscard]] Millis held_for() const;
    /// Returns how far the watermark is ahead of the store's clock, if further than the tolerance: unchanged
    /// jobs are not planned until the clock reaches it or the watermark is set back.
    [[nodiscard]] Millis watermark_ahead() const;

private:
    struct Ahead {  // when it was noticed
        Instant at;
        SteadyInstant steady;
        bool reported{false};
    };
    void watch_watermark();
    asio::awaitable<void> rewind(store::Term term, Instant to);
    void step();
    [[nodiscard]] std::chrono::microseconds until_next() const;
    void carry_out(const Claim& claim) { claims_.add(claim); }
    void carry_out(const Start& start) { starts_.add(start.run); }
    void carry_out(const Refuse& refuse);
    void carry_out(const Withdraw& withdraw) { withdrawals_.add(withdraw.run); }
    void carry_out(const Stop& stop);
    void carry_out(const Expire& expire);
    void carry_out(const Missed& missed) { missed_.add(missed); }

    SchedulerContext& context_;
    ShardState& shard_;
    Outcomes& outcomes_;
    Starts& starts_;
    Recovery& recovery_;
    MissedRecords& missed_;
    Withdrawals& withdrawals_;
    Claims& claims_;
    std::vector<Decision> decisions_;
    std::optional<Ahead> ahead_;
    bool rewinding_{false};
    bool running_{false};
};

}  // namespace ecron::analysis
