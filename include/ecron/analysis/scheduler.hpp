#pragma once
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/spreader.hpp"
#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/execution/pool.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/store.hpp"

/// Drives the planners, one a shard: gives them the time, carries their decisions out on store and pool, and
/// tells them how they went. A node leads the shards that the store lets it lead and keeps up with the
/// others, so that it can take them over at once; what concerns a shard that another node leads reaches it
/// through the change log. So does every request to a standby (one node at a time).
/// Threads: the io_context's.
namespace ecron::analysis {

struct SchedulerOptions {
    NodeId node{};
    store::Nodes nodes{store::Nodes::one};
    bool alone{false};  // no other process can use the store: it is a file of this one's own
    Millis lease{5'000};
    std::string executor_id{};  // what statuses show as executor_id
    Millis claim_ahead{250};
    std::size_t claim_window{
        10'000};  // claimed or running at once; beyond it claims wait, and nothing is dropped
    std::size_t claim_batch{500};
    std::size_t task_cache_bytes{64U << 20U};
    Timing timing{};  // defaults of jobs
    model::Retry retry{};
    Millis callback_timeout{3'600'000};
    model::NodeLoss on_node_loss{model::NodeLoss::retry};
    model::Rules rules{};
    std::uint64_t seed{0};        // of the jitter between attempts
    Millis campaign{100};         // between two rounds of it
    Millis tail{200};             // between two looks at the change log
    Spreader* spreader{nullptr};  // where there is one, attempts are offered to all nodes while several live
    Millis spread_fallback{2'000};  // until the shard's leader carries an attempt out itself
    /// Called once, if another process uses this node's name: this process should end with that error.
    std::function<void(const Error&)> name_taken{};
};

/// Counters since start, for metrics. Lateness is start minus due.
struct SchedulerStatistics {
    std::uint64_t claimed{}, started{}, succeeded{}, failed{}, abandoned{}, interrupted{}, missed{},
        withdrawn{};
    std::vector<std::uint64_t> lateness_buckets;  // counts per bound below, the last is "more"
    double lateness_sum{};
    double lag_seconds{};   // how far planning is behind the clock, of the shard that is furthest behind
    double held_seconds{};  // how overdue the oldest run is that waits for the room of its tenant
};

/// What this node is among others.
struct SchedulerStanding {
    NodeId node{};
    std::vector<Shard> leading{};
    Millis clock_ahead{};         // of the store's clock
    bool refuses_to_lead{false};  // because its clock is off
    bool clock_jumped{false};     // nothing is claimed until the store's clock confirms the wall clock
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

    /// Loads, leads what it can, and keeps up with the rest, until stop().
    boost::asio::awaitable<void> run();
    /// Drains: no more claims, what has not started is handed back and the lead given to others at once;
    /// running attempts get `grace` to end, the rest goes back to pending.
    boost::asio::awaitable<void> stop(Millis grace);

    [[nodiscard]] bool leads() const;         // some shard, or as the only node all of them
    [[nodiscard]] bool takes_writes() const;  // knows its jobs; whether it leads does not matter
    [[nodiscard]] bool loaded() const;        // takes writes, and it or another node has led since
    [[nodiscard]] SchedulerStanding standing() const;

    // --- told by the API after the store has committed
    void job_changed(const model::Job& job);
    void job_deleted(const model::Job& job, std::string_view by);
    void paused();  // a pause began or ended
    /// Something in the change log may be new.
    void look_at_changes();

    /// Runs a job now: stored (`job.key` set) or as it was sent; the row is committed before the answer. A
    /// given execute id makes it idempotent: conflict when the id exists with another job.
    boost::asio::awaitable<Result<model::Execution>> run_now(model::Job job, model::Trigger trigger,
                                                             std::optional<ExecuteId> id);
    /// Ends an unended execution as `interrupt`. not_found, or conflict when it has ended.
    boost::asio::awaitable<Result<model::Execution>> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                            std::string by);
    /// The target's report. Ends an execution that waits for it; is kept for one that ended; not_found else.
    boost::asio::awaitable<Result<void>> callback(std::optional<TenantId> tenant, ExecuteId id,
                                                  std::string result);

    /// Somebody else says that the attempt failed which waits for its target's report; `given_up`: no other
    /// follows. not_found, conflict when it has ended, unavailable while it does not wait yet.
    boost::asio::awaitable<Result<void>> report_failure(ExecuteId id, bool given_up);
    /// Begins an attempt that was offered, wherever its shard is led, unless somebody has begun it; answered
    /// when the start is stored, or there is nothing to start. unavailable: not at the moment.
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
