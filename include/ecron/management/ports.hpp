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

/// What the API needs of whoever plans and runs. A port, so that the API is tested without one.
namespace ecron::management {

/// Counters since start, and gauges.
struct RunStatistics {
    std::uint64_t claimed{}, started{}, succeeded{}, failed{}, abandoned{}, interrupted{}, missed{},
        withdrawn{};
    std::vector<double> lateness_bounds;  // seconds
    std::vector<std::uint64_t>
        lateness_buckets;  // starts under each bound and not under the one before; last: none
    double lateness_sum{};
    double lag_seconds{};   // how far planning is behind the clock, of the shard that is furthest behind
    double held_seconds{};  // how overdue the oldest run is that waits for the room of its tenant
    std::size_t jobs{}, runs{}, planner_bytes{};
};

/// What this node is among others.
struct NodeStanding {
    NodeId node{};
    std::vector<Shard> leading{};
    Millis clock_ahead{};         // of the store's clock
    bool refuses_to_lead{false};  // because its clock is off
    bool clock_jumped{false};     // nothing is claimed until the store's clock confirms the wall clock
};

/// Threads: the io_context's. The meaning of each call is that of analysis::Scheduler.
class Runs {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Runs() = default;
    [[nodiscard]] virtual bool leads() const = 0;
    /// Requests that change something are accepted; otherwise the node has just started.
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
