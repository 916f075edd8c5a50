#pragma once
#include <map>

#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/async.hpp"
#include "shard_scheduler.hpp"

namespace ecron::analysis {

/// The parts above the shards, one file each: campaign.cpp (leader election), change_feed.cpp (loading,
/// change log, cluster state), reconcile.cpp (reconciliation), route.cpp (routing of API requests).
class Scheduler::Impl {
public:
    Impl(asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
         SchedulerOptions options);

    // campaign.cpp
    asio::awaitable<void> run();
    asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] bool leads() const;
    [[nodiscard]] bool takes_writes() const { return caught_up_; }
    [[nodiscard]] bool loaded() const { return ready_ || leads(); }
    [[nodiscard]] SchedulerStanding standing() const;

    // route.cpp
    void job_changed(const model::Job& job);
    void job_deleted(const model::Job& job, std::string_view by);
    void look_at_changes();
    asio::awaitable<Result<model::Execution>> run_now(model::Job job, model::Trigger trigger,
                                                      std::optional<ExecuteId> id);
    asio::awaitable<Result<model::Execution>> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                     std::string by);
    asio::awaitable<Result<void>> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result);
    asio::awaitable<Result<void>> report_failure(ExecuteId id, bool given_up);
    asio::awaitable<Result<void>> end_history(model::Execution row, bool given_up);
    asio::awaitable<Result<void>> begin_offered(ExecuteId id, int attempt);

    [[nodiscard]] SchedulerStatistics statistics() const;
    [[nodiscard]] std::size_t jobs() const;
    [[nodiscard]] std::size_t runs() const { return context_.runs.all(); }
    [[nodiscard]] std::size_t planner_memory() const;

private:
    using Shards = std::vector<std::unique_ptr<ShardScheduler>>;

    // campaign.cpp
    [[nodiscard]] store::CampaignRound next_round() const;
    [[nodiscard]] std::size_t share() const;
    [[nodiscard]] bool may_lead() const;
    [[nodiscard]] std::size_t most_to_keep() const;
    void claim_abandoned(const store::Standing& standing);
    [[nodiscard]] bool is_held(Shard shard) const;
    void stood(const store::Standing& standing);
    void report_name_taken(const Error& error);
    asio::awaitable<void> guard_lease();
    void check_clock(const store::Standing& standing);
    void take_and_release();

    // change_feed.cpp
    asio::awaitable<void> tail_changes();
    asio::awaitable<bool> load();
    asio::awaitable<bool> recall_pauses(ChangeNumber planned, std::vector<bool> wanted);
    asio::awaitable<bool> load_jobs(std::vector<bool> wanted);
    asio::awaitable<bool> read_missing_changes(std::vector<bool> wanted);
    asio::awaitable<void> watch_cluster();
    asio::awaitable<void> watch_offers();
    asio::awaitable<bool> read_changes();
    asio::awaitable<std::optional<std::vector<model::Job>>> jobs_of(
        const std::vector<store::Change>& changes);
    void take_change(const store::Change& change, const std::vector<model::Job>& jobs);
    void take_pause(const store::Change& change, const std::vector<bool>& wanted);
    void take_job_change(const store::Change& change, const std::vector<model::Job>& jobs);

    // reconcile.cpp
    asio::awaitable<void> reconcile();

    // route.cpp
    [[nodiscard]] ShardScheduler& shard_of(const JobId& job) const;
    asio::awaitable<Result<model::Execution>> request_run(const model::Job& job, const execution::Task& task,
                                                          model::Trigger trigger, ExecuteId id);
    asio::awaitable<Result<model::Execution>> same_execution(TenantId tenant, JobId job, ExecuteId id,
                                                             Error conflict);
    asio::awaitable<Result<model::Execution>> wait_for_end(std::optional<TenantId> tenant, ExecuteId id);

    SchedulerContext context_;
    Shards shards_;
    Wakeup campaign_;         // election work is pending
    Wakeup tail_;             // the change log has new entries
    Wakeup watch_;            // for its termination
    Wakeup reconcile_timer_;  // for its termination
    Wakeup guard_;            // for its termination
    bool caught_up_{false};   // the jobs of all shards have been loaded
    bool ready_{false};       // caught_up_, and this node has led, has seen another leader, or is one of many
    bool over_{false};        // drained
    bool told_standby_{false};
    bool told_name_taken_{false};
    std::vector<Shard> held_;
    std::size_t live_nodes_{1};
    int rounds_with_free_{0};  // consecutive
    std::size_t extra_{0};     // shards that the next round may acquire beyond the share
    std::optional<SteadyInstant> took_extra_{};
    std::optional<SteadyInstant> lease_renewed_;  // when the last successful renewal was sent
    Millis clock_ahead_{};
    ClockPermit clock_permit_{};
    bool clock_warned_{false};
};

}  // namespace ecron::analysis
