#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analysis/planner/due_queue.hpp"
#include "analysis/planner/job_table.hpp"

namespace ecron::analysis {

/// Due jobs whose tenant has no capacity. Those of a tenant are released in the order of their instants.
class HeldJobs {
public:
    explicit HeldJobs(JobTable& jobs) : jobs_(jobs) {}
    void clear() { of_tenant_.clear(); }

    void hold(const DueQueue::Entry& entry) {
        JobTable::Job& job = jobs_[entry.subject];
        job.armed = Armed::held;
        of_tenant_[job.tenant].push(entry, keep_position_);
    }

    void erase(std::uint32_t number) {
        JobTable::Job& job = jobs_[number];
        const auto queue = of_tenant_.find(job.tenant);
        queue->second.erase(job.timer, keep_position_);
        job.armed = Armed::no;
        if (queue->second.empty()) of_tenant_.erase(queue);
    }

    /// Removes at most as many of a tenant's jobs as `room(tenant)` and passes each to `release`.
    template <class RoomOf, class Release> void release(const RoomOf& room, const Release& release) {
        for (auto queue = of_tenant_.begin(); queue != of_tenant_.end();) {
            for (std::size_t left = room(queue->first); left > 0 && !queue->second.empty(); --left)
                release(queue->second.pop(keep_position_));
            queue = queue->second.empty() ? of_tenant_.erase(queue) : std::next(queue);
        }
    }

    /// Returns when the oldest occurrence had to be claimed; nullopt if none waits.
    [[nodiscard]] std::optional<Instant> since() const {
        std::optional<Instant> first;
        for (const auto& [tenant, queue] : of_tenant_)
            first = std::min(first.value_or(queue.top().at), queue.top().at);
        return first;
    }
    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kMapNode = 4 * sizeof(void*);  // its links and its share of the buckets
        std::size_t bytes = 0;
        for (const auto& [tenant, queue] : of_tenant_) bytes += kMapNode + queue.memory();
        return bytes;
    }

private:
    JobTable& jobs_;
    const KeepPosition<JobTable> keep_position_{jobs_};
    std::unordered_map<Group, DueQueue> of_tenant_;  // without empty queues
};

}  // namespace ecron::analysis
