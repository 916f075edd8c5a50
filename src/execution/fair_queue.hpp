#pragma once
#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>

#include "ecron/execution/pool.hpp"

namespace ecron::execution {

/// An attempt that waits for a slot.
struct Waiting {
    AttemptOrder order;
    Pool::Done done;
};

/// Attempts in the order they came within a tenant, tenants in turns.
class FairQueue {
public:
    void push(Waiting waiting) {
        std::deque<Waiting>& line = lines_[waiting.order.task->tenant];
        if (line.empty()) turns_.push_back(waiting.order.task->tenant);
        line.push_back(std::move(waiting));
        ++size_;
    }

    std::optional<Waiting> pop() {
        if (turns_.empty()) return std::nullopt;
        const TenantId tenant = std::move(turns_.front());
        turns_.pop_front();
        const auto line = lines_.find(tenant);
        Waiting next = std::move(line->second.front());
        line->second.pop_front();
        --size_;
        if (line->second.empty())
            lines_.erase(line);
        else
            turns_.push_back(tenant);
        return next;
    }

    std::optional<Waiting> take(const ExecuteId& id) {
        for (auto& [tenant, line] : lines_) {
            const auto found = std::ranges::find_if(
                line, [&](const Waiting& waiting) { return waiting.order.execute_id == id; });
            if (found == line.end()) continue;
            Waiting taken = std::move(*found);
            line.erase(found);
            --size_;
            if (line.empty()) {
                turns_.remove(tenant);
                lines_.erase(tenant);
            }
            return taken;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::unordered_map<TenantId, std::deque<Waiting>> lines_;
    std::list<TenantId> turns_;
    std::size_t size_{0};
};

}  // namespace ecron::execution
