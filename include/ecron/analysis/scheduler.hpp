#pragma once
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/analysis/attempt_dispatcher.hpp"
#include "ecron/analysis/ended_attempt.hpp"
#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/tenant_statistics.hpp"
#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/execution/pool.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/store.hpp"

/// Drives one planner per shard: supplies the time, carries out its decisions on store and pool, and reports
/// the results back. A node leads the shards that it acquires in the store and follows the others, so that it
/// can take them over immediately. Events of a shard that another node leads reach that node through the
/// change log, as do requests to a standby (single-node mode). Threads: the io_context's.
namespace ecron::analysis {

struct SchedulerOptions {
    NodeId node{};
    store::Nodes nodes{store::Nodes::one};
    bool alone{false};  // no other process can use the store: its file belongs to this process
    Millis lease{5'000};
    std::string executor_id{};  // executor_id in status responses
    Millis claim_ahead{250};
    std::size_t claim_window{
        10'000};  // claimed or running at the same time; further claims wait, none is dropped
    std::size_t claim_batch{500};
    std::size_t task_cache_bytes{64U << 20U};
    JobPolicy policy{};  // defaults of jobs
    model::Retry retry{};
    Millis callback_timeout{3'600'000};
    std::size_t retries_per_second{0};  // of one tenant on this node; 0: unlimited
    model::NodeLoss on_node_loss{model::NodeLoss::retry};
    model::Rules rules{};
    std::uint64_t seed{0};  // seed of the jitter between attempts
    SignalLimits signals{};
    std::string executions_url{};  // of executions in notifications, up to their id; empty: none
    Millis campaign{100};          // interval between campaign rounds
    Millis tail{200};              // interval between polls of the change log
    AttemptDispatcher* dispatcher{
        nullptr};                   // if set, attempts are offered to all nodes while several are alive
    Millis spread_fallback{2'000};  // after it, the shard's leader starts an offered attempt itself
    /// Called when this node has stored the record of an attempt; only one node stores it. May be empty.
    std::function<void(const EndedAttempt&)> attempt_ended{};
    /// Called once if another process uses this node's name: this process should exit with that error.
    std::function<void(const Error&)> name_taken{};
};

/// Counters since start, for metrics. Lateness is start time minus due time.
struct SchedulerStatistics {
    std::uint64_t claimed{}, started{}, succeeded{}, failed{}, abandoned{}, interrupted{}, missed{},
        withdrawn{};
    std::vector<std::uint64_t> lateness_buckets;  // one count per bound below; the last counts larger ones
    double lateness_sum{};
    double lag_seconds{};              // planning delay of the shard that is furthest behind
    double held_seconds{};             // delay of the oldest occurrence that waits for its tenant's capacity
    double watermark_ahead_seconds{};  // of the shard whose watermark is furthest ahead of the store's clock
    std::vector<TenantStatistics> tenants{};
    std::vector<JobSuccess> last_successes{};
    std::optional<std::int64_t> failing_jobs{};  // of the whole store, if this node leads the first shard
    std::size_t overdue_jobs{};  // of the led shards: with an execution that is late for its start
};

/// The state of this node in the cluster.
struct SchedulerStanding {
    NodeId node{};
    std::vector<Shard> leading{};
    Millis clock_ahead{};         // of the node's clock relative to the store's
    bool refuses_to_lead{false};  // because its clock offset is too large
    bool clock_jumped{false};     // claims are suspended until the store's clock confirms the wall clock
    std::size_t shards{};         // known; 0: not yet
    std::size_t unled_shards{};   // that no node held at the last round of the election
};
inline constexpr std::array kLatenessBounds{0.001, 0.002, 0.005, 0.01, 0.025, 0.05,
                                            0.1,   0.25,  0.5,   1.0,  5.0,   60.0};

class Scheduler {
public:
    Scheduler(boost::asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
              SchedulerOptions options);
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// Loads the jobs, leads shards and follows the others until stop().
    boost::asio::awaitable<void> run();
    /// Drains: stops claiming, requeues unstarted runs and resigns leadership immediately. Running
    /// attempts have `grace` to end; the others return to pending.
    boost::asio::awaitable<void> stop(Millis grace);

    [[nodiscard]] bool leads() const;         // leads at least one shard; all of them in single-node mode
    [[nodiscard]] bool takes_writes() const;  // the jobs are loaded, whether or not the node leads
    [[nodiscard]] bool loaded() const;  // takes writes, and this or another node has been a leader since
    [[nodiscard]] SchedulerStanding standing() const;

    // --- called by the API after the store has committed
    void job_changed(const model::Job& job);
    void job_deleted(const model::Job& job, std::string_view by);
    void paused();  // a pause began or ended
    /// The change log may have new entries.
    void look_at_changes();

    /// Runs a job immediately: a stored one (`job.key` set) or one from the request. Returns after the row is
    /// committed. An execute id makes the call idempotent. Error: conflict if the id exists with another job.
    boost::asio::awaitable<Result<model::Execution>> run_now(model::Job job, model::RunRequest request);
    /// Ends an unfinished execution as `interrupt`. Errors: not_found; conflict if it has ended.
    boost::asio::awaitable<Result<model::Execution>> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                            std::string by);
    /// The target's callback. Ends an execution that waits for it; recorded if the execution has ended.
    /// Error: not_found.
    boost::asio::awaitable<Result<void>> callback(std::optional<TenantId> tenant, ExecuteId id,
                                                  std::string result);

    /// Another component reports that the attempt waiting for its target's callback failed; `given_up`:
    /// without a retry. Errors: not_found; conflict if the execution has ended; unavailable while it does not
    /// wait yet.
    boost::asio::awaitable<Result<void>> report_failure(ExecuteId id, bool given_up);
    /// Starts an offered attempt of any shard unless it has been started. Returns when the start is stored or
    /// there is nothing to start. Error: unavailable if this node cannot start it now.
    boost::asio::awaitable<Result<void>> begin_offered(ExecuteId id, int attempt);

    [[nodiscard]] SchedulerStatistics statistics() const;
    [[nodiscard]] std::size_t jobs() const;
    [[nodiscard]] std::size_t runs() const;
    [[nodiscard]] std::size_t planner_memory() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::analysis
