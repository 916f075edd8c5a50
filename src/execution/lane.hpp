#pragma once
#include <unordered_map>

#include "ecron/execution/pool.hpp"
#include "execution/fair_queue.hpp"

namespace ecron::execution {

/// What a cancelled attempt leaves running.
enum class Left : std::uint8_t { nothing, what_goes_on };

/// The attempts of one kind: running ones, and those waiting for a slot or for capacity at their place.
class LaneQueue {
public:
    LaneQueue(const Clock& clock, Lane lane) : clock_(clock), lane_(lane) {}

    void submit(AttemptOrder order, Pool::Done done);
    /// False: unknown to this lane.
    bool cancel(const ExecuteId& id, Left left = Left::nothing);
    [[nodiscard]] std::size_t running() const { return running_.size(); }
    [[nodiscard]] std::size_t waiting() const { return queue_.size() + crowded_; }
    [[nodiscard]] std::optional<Instant> began(const ExecuteId& id) const;
    [[nodiscard]] Kind kind() const { return lane_.kind; }

private:
    struct Running {
        TaskPtr task;
        std::string place;
        Instant begin_at{};
        Pool::Done done;
        bool cancelled{false};
    };
    struct Place {
        std::size_t taken{0};
        FairQueue crowd{};  // attempts whose turn came while the place was full
    };

    [[nodiscard]] bool may_run(const TenantId& tenant) const;
    [[nodiscard]] bool find_room(Waiting& waiting);
    void leave(const std::string& place);
    void fill();
    void begin(Waiting waiting);
    void end(const ExecuteId& id, AttemptResult result);

    const Clock& clock_;
    const Lane lane_;
    std::unordered_map<ExecuteId, Running> running_;
    std::unordered_map<TenantId, std::size_t> running_of_;
    std::unordered_map<std::string, Place> places_;
    std::size_t crowded_{0};
    FairQueue queue_;
};

}  // namespace ecron::execution
