#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace ecron::mq::kafka {

/// Computes the offset to commit for a partition: the one after the last message that is acknowledged
/// together with all previous ones. Pure.
class Offsets {
public:
    void begin(std::int64_t offset) { open_.push_back({offset, false}); }
    /// Returns the offset to commit, or nullopt if it has not changed.
    std::optional<std::int64_t> settle(std::int64_t offset) {
        const auto found =
            std::ranges::lower_bound(open_, offset, {}, [](const auto& message) { return message.first; });
        if (found == open_.end() || found->first != offset) return std::nullopt;
        found->second = true;
        std::optional<std::int64_t> moved;
        while (!open_.empty() && open_.front().second) {
            moved = open_.front().first + 1;
            open_.pop_front();
        }
        return moved;
    }
    [[nodiscard]] std::size_t open() const { return open_.size(); }

private:
    std::deque<std::pair<std::int64_t, bool>> open_;  // sorted by offset; true: acknowledged
};

}  // namespace ecron::mq::kafka
