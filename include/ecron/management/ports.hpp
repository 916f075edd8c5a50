#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// The interface of the API to the scheduler, so that the API can be tested without one.
namespace ecron::management {

/// Counts per bucket (not cumulative); the last one counts larger values.
struct Buckets {
    std::vector<std::uint64_t> counts{};
    double sum{};
};

/// Counters of one tenant, or of all those without counters of their own.
struct TenantRuns {
    struct Outcome {
        std::string_view state, reason;
        std::uint64_t count{};
    };
    std::string tenant{};
    std::vector<Outcome> outcomes{};
    Buckets lateness{};
    std::vector<std::pair<std::string_view, Buckets>> durations{};  // of attempts, by outcome
};

/// The last success of a job on this node.
struct JobSuccess {
    std::string tenant{}, job{};
    Instant at{};
};

/// Counters since start, and gauges.
struct RunStatistics {
    std::uint64_t claimed{}, started{}, succeeded{}, failed{}, abandoned{}, interrupted{}, missed{},
        withdrawn{};
    std::vector<double> lateness_bounds;  // upper bounds in seconds
    std::vector<std::uint64_t>
        lateness_buckets;  // starts per bucket (not cumulative); the last one counts larger values
    double lateness_sum{};
    double lag_seconds{};              // planning delay of the shard that is furthest behind
    double held_seconds{};             // delay of the oldest occurrence that waits for its tenant's capacity
    double watermark_ahead_seconds{};  // of the shard whose watermark is furthest ahead of the store's clock
    std::size_t jobs{}, runs{}, planner_bytes{};
    std::vector<double> tenant_lateness_bounds{}, duration_bounds{};  // in seconds
    std::vector<TenantRuns> tenants{};
    std::vector<JobSuccess> last_successes{};
    std::size_t overdue_jobs{};
    std::optional<std::int64_t> failing_jobs{};  // known to one node of the cluster
};

/// State of this node in the cluster.
struct NodeStanding {
    NodeId node{};
    std::vector<Shard> leading{};
    Millis clock_ahead{};         // relative to the store's clock
    bool refuses_to_lead{false};  // because its clock offset is too large
    bool clock_jumped{false};     // claims are suspended until the store's clock confirms the wall clock
    std::size_t shards{}, unled_shards{};
};

/// Threads: the io_context's. Each call has the meaning of its counterpart in analysis::Scheduler.
class Runs {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Runs() = default;
    [[nodiscard]] virtual bool leads() const = 0;
    /// Returns true if requests that change data are accepted; false only shortly after start.
    [[nodiscard]] virtual bool takes_writes() const = 0;
    [[nodiscard]] virtual bool loaded() const = 0;
    [[nodiscard]] virtual NodeStanding standing() const = 0;

    virtual void job_changed(const model::Job& job) = 0;
    virtual void job_deleted(const model::Job& job, std::string_view by) = 0;
    virtual void paused(std::optional<TenantId> tenant, bool is_paused) = 0;

    virtual Awaitable<model::Execution> run_now(model::Job job, model::RunRequest request) = 0;
    virtual Awaitable<model::Execution> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                               std::string by) = 0;
    virtual Awaitable<void> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result) = 0;

    [[nodiscard]] virtual RunStatistics statistics() const = 0;
};

}  // namespace ecron::management
