#pragma once
#include <deque>

#include "analysis/shard/missed_records.hpp"
#include "analysis/shard/recovery.hpp"
#include "analysis/shard/withdrawals.hpp"

namespace ecron::analysis {

/// Writes the planner's claims as rows: in order, one transaction at a time, so that the watermark never
/// passes a run without a row.
class Claims {
public:
    Claims(ShardState& shard, Outcomes& outcomes, MissedRecords& missed, Withdrawals& withdrawals,
           Recovery& recovery)
        : context_(shard.context),
          shard_(shard),
          outcomes_(outcomes),
          missed_(missed),
          withdrawals_(withdrawals),
          recovery_(recovery) {}

    void add(const Claim& claim);
    /// Writes what was added, and the watermark if that is due.
    void run();
    [[nodiscard]] bool is_writing() const { return writing_; }
    /// The planner has decided everything under the changes up to this one.
    void planned(ChangeNumber change) { planned_ = change; }
    /// A pause began or ended: the watermark passes occurrences that must not be decided again.
    void passes_runs() { passes_runs_ = true; }
    /// The term ended: drops what is not being written. Returns true if nothing was decided and not
    /// committed.
    bool drop();
    /// The term ended: requeues a run whose row may exist or may still be written.
    void drop_unclaimed(Run run, Gate& gate);

private:
    [[nodiscard]] bool owes_watermark() const;
    asio::awaitable<void> write();
    asio::awaitable<void> write_batch(std::vector<Claim> batch, Instant watermark, ChangeNumber planned);
    [[nodiscard]] bool awaits_withdrawal(const std::vector<Claim>& batch,
                                         const SchedulerContext::Tasks& tasks) const;
    asio::awaitable<std::vector<RunId>> add_runs(std::vector<Claim> batch, SchedulerContext::Tasks tasks);
    [[nodiscard]] Run new_run(const Claim& claim, const execution::TaskPtr& task) const;
    asio::awaitable<bool> describe_missed(store::Claim& claim);
    [[nodiscard]] store::MissedAnnouncement announcement_of(const execution::Task& task,
                                                            const store::Missed& missed) const;
    /// `claim`: without its executions and its epoch.
    asio::awaitable<void> commit(std::vector<RunId> ids, store::Claim claim);
    void add_executions(const std::vector<RunId>& ids, store::Claim& request);
    void settle(const std::vector<RunId>& ids, const store::Claimed& claimed);
    void hand_back_unclaimed();

    SchedulerContext& context_;
    ShardState& shard_;
    Outcomes& outcomes_;
    MissedRecords& missed_;
    Withdrawals& withdrawals_;
    Recovery& recovery_;
    std::deque<Claim> decided_;
    ChangeNumber planned_;  // the newest change that was completely planned when the planner last became idle
    bool passes_runs_{false};  // since the watermark was last committed
    bool writing_{false};
    bool uncommitted_{false};     // a claim is in progress or was abandoned
    std::vector<Run> unclaimed_;  // dropped while they were being claimed
};

}  // namespace ecron::analysis
