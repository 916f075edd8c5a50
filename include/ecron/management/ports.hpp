#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// The interface of the API to the scheduler, so that the API can be tested without one.
namespace ecron::management {

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
};

/// State of this node in the cluster.
struct NodeStanding {
    NodeId node{};
    std::vector<Shard> leading{};
    Millis clock_ahead{};         // relative to the store's clock
    bool refuses_to_lead{false};  // because its clock offset is too large
    bool clock_jumped{false};     // claims are suspended until the store's clock confirms the wall clock
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

    virtual Awaitable<model::Execution> run_now(model::Job job, model::Trigger trigger,
                                                std::optional<ExecuteId> id) = 0;
    virtual Awaitable<model::Execution> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                               std::string by) = 0;
    virtual Awaitable<void> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result) = 0;

    [[nodiscard]] virtual RunStatistics statistics() const = 0;
};

}  // namespace ecron::management
