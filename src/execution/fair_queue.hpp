#pragma once
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "ecron/base/segmented_map.hpp"
#include "ecron/execution/pool.hpp"

namespace ecron::execution {

/// An attempt waiting for a slot.
struct Waiting {
    AttemptOrder order;
    Pool::Done done;
    std::string host{};
    bool holds_host_slot{false};  // a per-host slot is reserved for it until it starts
};

/// Attempts ordered by priority and then age within a tenant; tenants are served round-robin.
class FairQueue {
public:
    void push(Waiting waiting) { insert(std::move(waiting), false); }
    /// Inserts it before all others of its tenant and priority.
    void push_front(Waiting waiting) { insert(std::move(waiting), true); }

    /// The next attempt of the next tenant in turn for which `may` returns true.
    template <class MayRun> std::optional<Waiting> pop(const MayRun& may) {
        for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
            if (!may(*turn)) continue;
            const TenantId& tenant = *turn;
            turns_.splice(turns_.end(), turns_, turn);
            return take(lines_.find(tenant)->second.begin()->second.front().order.execute_id);
        }
        return std::nullopt;
    }

    std::optional<Waiting> take(const ExecuteId& id) {
        const std::optional<Entry> found = hosts_.take(id);
        if (!found) return std::nullopt;
        const Entry entry = *found;
        Waiting taken = std::move(*entry);
        const auto tenant = lines_.find(taken.order.task->tenant);
        const auto line = tenant->second.find(-taken.order.task->context.priority);
        line->second.erase(entry);
        if (line->second.empty()) tenant->second.erase(line);
        if (tenant->second.empty()) {
            turns_.remove(tenant->first);
            lines_.erase(tenant);
        }
        return taken;
    }

    [[nodiscard]] std::size_t size() const { return hosts_.size(); }
    [[nodiscard]] bool empty() const { return hosts_.empty(); }

private:
    using Line = std::list<Waiting>;
    using Entry = Line::iterator;

    void insert(Waiting waiting, bool in_front) {
        auto& tenant = lines_[waiting.order.task->tenant];
        if (tenant.empty()) turns_.push_back(waiting.order.task->tenant);
        Line& line = tenant[-waiting.order.task->context.priority];
        const ExecuteId id = waiting.order.execute_id;
        hosts_.insert_or_assign(id, line.insert(in_front ? line.begin() : line.end(), std::move(waiting)));
    }

    std::unordered_map<TenantId, std::map<int, Line>> lines_;  // highest priority first
    std::list<TenantId> turns_;
    SegmentedMap<ExecuteId, Entry> hosts_;
};

}  // namespace ecron::execution
