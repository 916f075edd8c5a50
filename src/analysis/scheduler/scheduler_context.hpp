#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "analysis/election/clock_check.hpp"
#include "analysis/election/connection_watch.hpp"
#include "analysis/election/node_watch.hpp"
#include "analysis/scheduler/execution_signals.hpp"
#include "analysis/scheduler/interner.hpp"
#include "analysis/scheduler/lateness.hpp"
#include "analysis/scheduler/retry_pace.hpp"
#include "analysis/scheduler/task_cache.hpp"
#include "analysis/shard/run_table.hpp"
#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/async.hpp"
#include "ecron/notify/announce.hpp"

namespace ecron::analysis {

namespace asio = boost::asio;

/// State shared by the shards of one process.
struct SchedulerContext {
    SchedulerContext(asio::io_context& context, const Clock& wall, store::Store& kept,
                     execution::Pool& executors, SchedulerOptions given);

    asio::io_context& io;
    const Clock& clock;
    store::Store& store;
    execution::Pool& pool;
    const SchedulerOptions options;

    Gate gate;
    Wakeup progress;  // notifies coroutines that wait for capacity
    std::mt19937_64 random;
    Interner interner;
    TaskCache tasks;
    ChangeNumber changes{};  // changes up to this one have been read
    NodeWatch watch;
    ConnectionWatch connections;
    ClockCheck clock_check;
    RetryPace retries;
    RunCount runs;
    SchedulerStatistics statistics;
    Lateness lateness;
    ExecutionSignals signals;
    const notify::Announcer announcer;
    std::optional<Millis> store_offset;  // the store's clock minus the steady clock
    std::size_t shards{1};
    std::size_t live_nodes{1};
    SteadyInstant no_offers_until{};  // an offer was not accepted
    std::uint64_t foreign_runs{0};    // attempts of shards that other nodes lead, started here
    bool owns_name{false};            // a round has been answered: no other process has this node's name
    bool stopping{false};
    bool over{false};  // drained

    /// Reads new entries of the change log. Returns false if the store did not respond.
    std::function<asio::awaitable<bool>()> read_changes;
    /// Called when a run that held a slot of a concurrency key has ended.
    std::function<void(const std::string& key)> slot_freed;

    /// The time for stored instants: the wall clock, or the store's clock if the wall clock is known to be
    /// wrong.
    [[nodiscard]] Instant now() const;
    /// The time for events that may have happened before a backward step of the clock: the later of the above
    /// and the store's time.
    [[nodiscard]] Instant latest() const;
    /// Returns the current time of the store's clock, as estimated by the last round of the campaign.
    [[nodiscard]] Instant store_now() const;
    /// Returns true if an instant that was recorded as past can only be explained by a clock that was wrong.
    [[nodiscard]] bool is_ahead(Instant recorded) const {
        return recorded > store_now() + store::kWatermarkTolerance;
    }
    /// Remaining capacity for runs, in total and for one tenant: a tenant's runs leave capacity for the
    /// others. Runs that only wait, perhaps for days, do not block running ones: they have a separate limit.
    [[nodiscard]] std::size_t window() const;
    [[nodiscard]] std::size_t window_of(Group tenant) const;
    /// Returns true if this node's lease can be relied on: the last successful heartbeat is recent.
    [[nodiscard]] bool heartbeat_is_fresh() const;
    [[nodiscard]] double uniform() { return std::uniform_real_distribution<double>{0, 1}(random); }
    /// Waits before a store call is retried. Returns false if a retry is pointless.
    asio::awaitable<bool> back_off(std::size_t tries);
    /// Repeats a store call while the store is unavailable. `ask` returns Awaitable<T>.
    template <class Ask> std::invoke_result_t<Ask> until_available(Ask ask) {
        for (std::size_t tries = 0;; ++tries) {
            auto answer = co_await ask();
            bool again = !answer && answer.error().code == Errc::unavailable;
            if (again) again = co_await back_off(tries);
            if (!again) co_return answer;
        }
    }
    /// Existing tasks of these jobs, held because a change of a job removes its task from the cache. nullopt:
    /// the store did not respond.
    using Tasks = std::unordered_map<JobKey, execution::TaskPtr>;
    asio::awaitable<std::optional<Tasks>> fetch_tasks(std::vector<JobKey> keys);
    asio::awaitable<execution::TaskPtr> task_of(model::Execution row);
    /// A page of unfinished executions after `since`. Shards that recover at the same time share the reads,
    /// because each examines the rows of all shards.
    using Page = std::shared_ptr<const std::vector<model::Execution>>;
    asio::awaitable<Result<Page>> unended_page(std::int64_t after, SteadyInstant since);
    [[nodiscard]] execution::TaskPtr make_task(const model::Job& job) const;
    /// The same, off the io_context's thread where the job is large; `job` has to stay meanwhile.
    [[nodiscard]] asio::awaitable<execution::TaskPtr> prepare_task(const model::Job& job) const;
    /// Returns the row of a requested run, which has an id; its attempt is recorded when it ends.
    [[nodiscard]] model::Execution requested_run(const model::Job& job, model::RunRequest request) const;
    /// Adds the context of a job as sent, which only its row contains. It is moved, because it may be large;
    /// the run in memory needs only its task.
    static void add_snapshot(model::Execution& row, model::Job job) {
        if (job.key == JobKey{}) row.snapshot = std::move(job.context);
    }
    /// An outcome was committed: counts and logs it. `reason`: see reason_of().
    void outcome_stored(const store::Outcome& outcome, std::string_view reason);

private:
    void count(model::ExecutionState state);
    struct SharedPage {
        SteadyInstant sent{};
        std::optional<Result<Page>> answer{};
    };
    std::map<std::int64_t, std::shared_ptr<SharedPage>> pages_{};  // of recent recoveries, by `after`
};

}  // namespace ecron::analysis
