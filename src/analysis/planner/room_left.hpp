#pragma once
#include <cstddef>
#include <unordered_map>

#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// The remaining capacity of one advance.
class RoomLeft {
public:
    explicit RoomLeft(const Room& room) : room_(room), total_(room.total) {}
    [[nodiscard]] bool any() const { return total_ > 0; }
    [[nodiscard]] std::size_t of(Group tenant) { return room_.of_tenant ? left(tenant) : total_; }
    void take(Group tenant) {
        --total_;
        if (room_.of_tenant) --left(tenant);
    }

private:
    std::size_t& left(Group tenant) {
        const auto [entry, is_new] = tenants_.try_emplace(tenant);
        if (is_new) entry->second = room_.of_tenant(tenant);
        return entry->second;
    }

    const Room& room_;
    std::size_t total_;
    std::unordered_map<Group, std::size_t> tenants_;
};

}  // namespace ecron::analysis
