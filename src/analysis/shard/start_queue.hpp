#pragma once
#include <deque>
#include <optional>
#include <unordered_map>

#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// Runs that are due to start. Tenants are served round-robin, in order within a tenant, so that many starts
/// of one tenant do not delay those of another. Threads: the owner makes every call.
class StartQueue {
public:
    void push(Group tenant, RunId run) {
        std::deque<RunId>& line = lines_[tenant];
        if (line.empty()) turns_.push_back(tenant);
        line.push_back(run);
    }

    /// Returns the next run of the next tenant; nullopt if the queue is empty.
    std::optional<RunId> pop() {
        if (turns_.empty()) return std::nullopt;
        const Group tenant = turns_.front();
        turns_.pop_front();
        const auto line = lines_.find(tenant);
        const RunId run = line->second.front();
        line->second.pop_front();
        if (line->second.empty())
            lines_.erase(line);
        else
            turns_.push_back(tenant);
        return run;
    }

    [[nodiscard]] bool empty() const { return turns_.empty(); }
    void clear() {
        lines_.clear();
        turns_.clear();
    }

private:
    std::unordered_map<Group, std::deque<RunId>> lines_;  // no empty ones
    std::deque<Group> turns_;                             // each tenant with runs, once
};

}  // namespace ecron::analysis
