#pragma once
#include <deque>
#include <random>
#include <set>
#include <unordered_map>

#include "change_position.hpp"
#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/async.hpp"
#include "groups.hpp"
#include "lateness.hpp"
#include "planned_job.hpp"
#include "run_table.hpp"
#include "task_cache.hpp"

namespace ecron::analysis {

namespace asio = boost::asio;

inline constexpr Shard kOnlyShard{0};

/// The scheduler's state and its parts, a file each: lead.cpp (taking the lead, loading, recovery),
/// decide.cpp (the loop and the planner's decisions), claim.cpp, attempt.cpp (starts and outcomes),
/// request.cpp (what the API asks).
class Scheduler::Impl {
public:
    Impl(asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
         SchedulerOptions options);

    // lead.cpp
    asio::awaitable<void> run();
    asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] bool leads() const { return planning_ && store_.leads(kOnlyShard); }
    [[nodiscard]] bool loaded() const { return loaded_; }

    // request.cpp
    void job_changed(const model::Job& job);
    void job_deleted(const model::Job& job, std::string_view by);
    void paused(const std::optional<TenantId>& tenant, bool is_paused);
    asio::awaitable<Result<model::Execution>> run_now(model::Job job, model::Trigger trigger,
                                                      std::optional<ExecuteId> id);
    asio::awaitable<Result<model::Execution>> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                     std::string by);
    asio::awaitable<Result<void>> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result);

    [[nodiscard]] SchedulerStatistics statistics() const;
    [[nodiscard]] std::size_t jobs() const { return planner_.jobs(); }
    [[nodiscard]] std::size_t runs() const { return runs_.size(); }
    [[nodiscard]] std::size_t planner_memory() const { return planner_.memory(); }

private:
    /// What is left to do once an outcome is committed.
    enum class Next : std::uint8_t { over, retry, await_callback };

    // lead.cpp
    asio::awaitable<void> campaign();
    asio::awaitable<bool> take_lead();
    void forget_everything();
    asio::awaitable<bool> load();
    asio::awaitable<bool> load_jobs();
    asio::awaitable<void> recover(std::uint64_t term);
    asio::awaitable<bool> knows(ExecuteId id, std::uint64_t term);
    asio::awaitable<void> adopt(model::Execution row, std::uint64_t term);
    [[nodiscard]] bool still_named(const model::Execution& row, const execution::TaskPtr& task) const;
    asio::awaitable<bool> survive_loss(model::Execution& row, const execution::TaskPtr& task);
    asio::awaitable<execution::TaskPtr> task_of(const model::Execution& row);
    asio::awaitable<void> housekeeping();
    asio::awaitable<void> follow_changes();
    void record_long_runs();
    asio::awaitable<void> record_begin(RunId id);
    asio::awaitable<void> hand_back(RunId id);

    // decide.cpp
    asio::awaitable<void> plan();
    void step();
    [[nodiscard]] std::size_t window() const;
    [[nodiscard]] std::chrono::microseconds until_next() const;
    void carry_out(const Claim& claim);
    void carry_out(const Start& start);
    void carry_out(const Refuse& refuse);
    void carry_out(const Withdraw& withdraw);
    void carry_out(const Stop& stop);
    void carry_out(const Expire& expire);
    void carry_out(const Missed& missed);
    void attach_summaries(std::size_t told);
    [[nodiscard]] bool owes_watermark() const;
    asio::awaitable<void> withdraw(std::vector<RunId> ids);

    // claim.cpp
    asio::awaitable<void> claim_decided();
    asio::awaitable<void> claim_batch(std::vector<Claim> batch, Instant watermark, ChangeNumber planned);
    asio::awaitable<bool> fetch_tasks(std::vector<JobKey> keys);
    Run new_run(const Claim& claim, const execution::TaskPtr& task) const;
    void settle_claim(const std::vector<RunId>& ids, const store::Claimed& claimed);
    void drop_claim(const std::vector<RunId>& ids);

    // attempt.cpp
    asio::awaitable<void> start_queued();
    void start(Run& run);
    asio::awaitable<void> begin_then_submit(RunId id);
    void submit(Run& run);
    asio::awaitable<void> finish_attempt(RunId id, execution::AttemptResult result);
    asio::awaitable<void> finish_without_attempt(RunId id, std::string reason);
    asio::awaitable<void> complete_by_callback(RunId id);
    Next decide_outcome(Run& run, const execution::AttemptResult& result, store::Outcome& outcome);
    asio::awaitable<void> write_and_settle(RunId id, Next next, store::Outcome outcome);
    asio::awaitable<bool> write_outcome(store::Outcome outcome);
    void settle(RunId id, Next next, const store::Outcome& outcome);
    void end_run(RunId id);
    void count(model::ExecutionState state);

    // shared
    [[nodiscard]] execution::TaskPtr make_task(const model::Job& job) const;
    execution::TaskPtr remember_task(const model::Job& job);
    void apply(const model::Job& job);
    void continue_run(const ExecuteId& id);
    void forget_job(JobKey key, std::string_view reason);
    [[nodiscard]] double dice() { return std::uniform_real_distribution<double>{0, 1}(random_); }
    /// Waits before a write is tried again; false when there is no point any more.
    asio::awaitable<bool> back_off(std::size_t tries);

    asio::io_context& io_;
    const Clock& clock_;
    store::Store& store_;
    execution::Pool& pool_;
    const SchedulerOptions options_;

    Gate gate_;
    Wakeup wake_;      // the planning loop: something happened
    Wakeup progress_;  // whoever waits for room
    Wakeup beat_;      // housekeeping, to end it
    Wakeup round_;     // the campaign, to end it
    std::mt19937_64 random_;

    std::optional<store::Term> term_;
    std::uint64_t term_count_{0};  // changes when everything in memory was forgotten
    bool planning_{false};
    bool campaigning_{true};
    bool campaigned_{false};   // the campaign's last round was good
    bool loaded_once_{false};  // the planner holds this term's jobs
    bool stands_by_{false};
    bool loaded_{false};  // has led or stood by; stays while the store is away
    bool stopping_{false};

    Planner planner_;
    Groups groups_;
    TaskCache tasks_;
    RunTable runs_;
    ChangePosition changes_;  // which changes the planner knows
    ChangeNumber planned_{};  // ... and had planned completely when it last ran dry

    std::vector<Decision> decisions_;
    std::deque<Claim> decided_;
    std::deque<RunId> to_start_;
    std::vector<RunId> to_withdraw_;
    std::vector<store::Missed> missed_;  // until the watermark has passed them
    bool passes_runs_{false};            // a pause began or ended since the watermark was last committed
    std::unordered_map<RunId, std::string>
        summaries_;  // of missed runs, for the row of the run that stands for them
    bool claiming_{false};
    bool starting_{false};

    SchedulerStatistics statistics_;
    Lateness lateness_;
};

}  // namespace ecron::analysis
