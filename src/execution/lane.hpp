#pragma once
#include <unordered_map>

#include "ecron/execution/pool.hpp"
#include "execution/fair_queue.hpp"

namespace ecron::execution {

/// What becomes of work that outlives this process.
enum class CancelMode : std::uint8_t { stop, detach };

/// The attempts of one kind: running ones, and those waiting for a slot or for a slot of their host.
class LaneQueue {
public:
    LaneQueue(const Clock& clock, Lane lane) : clock_(clock), lane_(lane) {}

    void submit(AttemptOrder order, Pool::Done done);
    /// False: unknown to this lane.
    bool cancel(const ExecuteId& id, CancelMode mode = CancelMode::stop);
    [[nodiscard]] std::size_t running() const { return running_.size(); }
    [[nodiscard]] std::size_t waiting() const { return queue_.size() + blocked_; }
    [[nodiscard]] std::optional<Instant> began(const ExecuteId& id) const;
    [[nodiscard]] std::size_t limit() const { return lane_.limit; }
    [[nodiscard]] const ExecutorKind* kind() const { return lane_.kind; }

private:
    struct Running {
        TaskPtr task;
        std::string host;
        Instant begin_at{};
        Pool::Done done;
        bool cancelled{false};
    };
    struct HostLimit {
        std::size_t taken{0};
        FairQueue blocked{};  // attempts whose turn came while the host had no free slot
    };

    [[nodiscard]] bool may_run(const TenantId& tenant) const;
    [[nodiscard]] bool reserve_host(Waiting& waiting);
    void release_host(const std::string& host);
    void fill();
    void begin(Waiting waiting);
    void withhold(Waiting waiting);
    void end(const ExecuteId& id, AttemptResult result);

    const Clock& clock_;
    const Lane lane_;
    std::unordered_map<ExecuteId, Running> running_;
    std::unordered_map<TenantId, std::size_t> running_of_;
    std::unordered_map<std::string, HostLimit> hosts_;
    std::size_t blocked_{0};
    FairQueue queue_;
};

}  // namespace ecron::execution
