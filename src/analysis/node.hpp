#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "clock_check.hpp"
#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/async.hpp"
#include "groups.hpp"
#include "lateness.hpp"
#include "node_watch.hpp"
#include "run_table.hpp"
#include "task_cache.hpp"

namespace ecron::analysis {

namespace asio = boost::asio;

/// What the shards of one process share.
struct Node {
    Node(asio::io_context& context, const Clock& wall, store::Store& kept, execution::Pool& executors,
         SchedulerOptions given);

    asio::io_context& io;
    const Clock& clock;
    store::Store& store;
    execution::Pool& pool;
    const SchedulerOptions options;

    Gate gate;
    Wakeup progress;  // whoever waits for room
    std::mt19937_64 random;
    Groups groups;
    TaskCache tasks;
    ChangeNumber changes{};  // those up to this one are known here
    NodeWatch watch;
    ClockCheck clock_check;
    RunCount runs;
    SchedulerStatistics statistics;
    Lateness lateness;
    std::optional<Millis> store_offset;  // the store's clock minus the steady one
    std::size_t shards{1};
    std::size_t live_nodes{1};
    SteadyInstant no_offers_until{};  // an offer was not heard
    std::uint64_t foreign_runs{0};    // attempts of shards that others lead, begun here
    bool stopping{false};

    /// Reads what is new in the change log; false: the store did not answer.
    std::function<asio::awaitable<bool>()> read_changes;
    /// A run that held one of a concurrency key's slots has ended.
    std::function<void(const std::string& key)> slot_freed;

    /// For instants that are written: the wall clock, unless it is known to be off; then the store's.
    [[nodiscard]] Instant now() const;
    /// For what may have begun, by a clock that was set back since: the later of that and the store's.
    [[nodiscard]] Instant latest() const;
    /// How many more runs there may be, and of one tenant: what one has under way leaves room for the others.
    /// Those that only wait, perhaps for days, keep nobody from running: they have a bound of their own.
    [[nodiscard]] std::size_t window() const;
    [[nodiscard]] std::size_t window_of(Group tenant) const;
    /// A claim, or a lease, can be relied on: the last good heartbeat is young.
    [[nodiscard]] bool beats() const;
    [[nodiscard]] double dice() { return std::uniform_real_distribution<double>{0, 1}(random); }
    /// Waits before a call of the store is tried again; false when there is no point any more.
    asio::awaitable<bool> back_off(std::size_t tries);
    /// What the store answers, asked again for as long as it is unavailable. `ask` answers Awaitable<T>.
    template <class Ask> std::invoke_result_t<Ask> until_available(Ask ask) {
        for (std::size_t tries = 0;; ++tries) {
            auto answer = co_await ask();
            bool again = !answer && answer.error().code == Errc::unavailable;
            if (again) again = co_await back_off(tries);
            if (!again) co_return answer;
        }
    }
    /// The tasks of these jobs, those there are; held, as a change of a job takes its task out of the cache.
    /// Nothing: the store did not answer.
    using Tasks = std::unordered_map<JobKey, execution::TaskPtr>;
    asio::awaitable<std::optional<Tasks>> fetch_tasks(std::vector<JobKey> keys);
    asio::awaitable<execution::TaskPtr> task_of(model::Execution row);
    /// A page of unended executions, read after `since`. Shards that recover at the same time share the
    /// reads, as each looks at the rows of all shards.
    using Page = std::shared_ptr<const std::vector<model::Execution>>;
    asio::awaitable<Result<Page>> unended_page(std::int64_t after, SteadyInstant since);
    [[nodiscard]] execution::TaskPtr make_task(const model::Job& job) const;
    /// The same, off the io_context's thread where the job is large; `job` has to stay meanwhile.
    [[nodiscard]] asio::awaitable<execution::TaskPtr> prepare_task(const model::Job& job) const;
    execution::TaskPtr remember_task(const model::Job& job);
    /// A run asked for now; its attempt enters itself when it ends.
    [[nodiscard]] model::Execution requested_run(const model::Job& job, const execution::Task& task,
                                                 model::Trigger trigger, ExecuteId id) const;
    void count(model::ExecutionState state);

private:
    [[nodiscard]] Instant store_now() const;

    struct SharedPage {
        SteadyInstant sent{};
        std::optional<Result<Page>> answer{};
    };
    std::map<std::int64_t, std::shared_ptr<SharedPage>> pages_{};  // of recent recoveries, by `after`
};

}  // namespace ecron::analysis
