#pragma once
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ecron/analysis/planner.hpp"
#include "slab.hpp"

namespace ecron::analysis {

/// Stores each distinct Timing once, by number, because most jobs share a few. A number is freed when it was
/// released as often as it was acquired.
class TimingTable {
public:
    [[nodiscard]] std::uint32_t intern(const Timing& timing) {
        if (last_ < rows_.size() && rows_[last_].uses > 0 && *rows_[last_].timing == timing)
            return retain(last_);
        const auto [known, is_new] = numbers_.try_emplace(timing, kNone);
        if (is_new) known->second = new_row(&known->first);
        last_ = known->second;
        return retain(last_);
    }
    std::uint32_t retain(std::uint32_t number) {
        ++rows_[number].uses;
        return number;
    }
    void release(std::uint32_t number) {
        Row& row = rows_[number];
        if (--row.uses > 0) return;
        numbers_.erase(numbers_.find(*row.timing));
        free_.push_back(number);
    }
    [[nodiscard]] const Timing& operator[](std::uint32_t number) const { return *rows_[number].timing; }

    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kNode = sizeof(std::pair<const Timing, std::uint32_t>) + 2 * sizeof(void*);
        return rows_.capacity() * sizeof(Row) + free_.capacity() * sizeof(std::uint32_t) +
               numbers_.size() * kNode + numbers_.bucket_count() * sizeof(void*);
    }

private:
    struct Row {
        const Timing* timing{nullptr};
        std::uint32_t uses{0};
    };
    struct Hash {
        std::size_t operator()(const Timing& timing) const noexcept {
            std::uint64_t hash = static_cast<std::uint64_t>(timing.misfire) << 8 |
                                 static_cast<std::uint64_t>(timing.overlap) << 1 | (timing.once ? 1 : 0);
            const auto mix = [&hash](std::int64_t value) {
                hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15U;
                hash ^= hash >> 31;
            };
            mix(timing.misfire_grace.count());
            mix(timing.start_deadline.value_or(Millis{-1}).count());
            mix(timing.jitter.count());
            mix(to_unix_millis(timing.begin_at.value_or(Instant::min())));
            mix(to_unix_millis(timing.end_at.value_or(Instant::max())));
            mix(timing.concurrency);
            mix(timing.max_concurrency);
            return hash;
        }
    };

    std::uint32_t new_row(const Timing* timing) {
        if (free_.empty()) {
            rows_.push_back({timing, 0});
            return static_cast<std::uint32_t>(rows_.size() - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        rows_[number] = {timing, 0};
        return number;
    }

    std::unordered_map<Timing, std::uint32_t, Hash> numbers_;  // its nodes have stable addresses
    std::vector<Row> rows_;
    std::vector<std::uint32_t> free_;
    std::uint32_t last_{kNone};  // the most recently requested is likely to be requested again
};

}  // namespace ecron::analysis
