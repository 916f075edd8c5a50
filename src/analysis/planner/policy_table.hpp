#pragma once
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/planner/slab.hpp"
#include "ecron/analysis/planner.hpp"

namespace ecron::analysis {

/// Stores each distinct JobPolicy once, by number, because most jobs share a few. A number is freed when it
/// was released as often as it was acquired.
class PolicyTable {
public:
    [[nodiscard]] std::uint32_t intern(const JobPolicy& policy) {
        if (last_ < rows_.size() && rows_[last_].uses > 0 && *rows_[last_].policy == policy)
            return retain(last_);
        const auto [known, is_new] = numbers_.try_emplace(policy, kNone);
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
        numbers_.erase(numbers_.find(*row.policy));
        free_.push_back(number);
    }
    [[nodiscard]] const JobPolicy& operator[](std::uint32_t number) const { return *rows_[number].policy; }

    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kNode = sizeof(std::pair<const JobPolicy, std::uint32_t>) + 2 * sizeof(void*);
        return rows_.capacity() * sizeof(Row) + free_.capacity() * sizeof(std::uint32_t) +
               numbers_.size() * kNode + numbers_.bucket_count() * sizeof(void*);
    }

private:
    struct Row {
        const JobPolicy* policy{nullptr};
        std::uint32_t uses{0};
    };
    struct Hash {
        std::size_t operator()(const JobPolicy& policy) const noexcept {
            std::uint64_t hash = static_cast<std::uint64_t>(policy.misfire) << 8 |
                                 static_cast<std::uint64_t>(policy.overlap) << 1 | (policy.once ? 1 : 0);
            const auto mix = [&hash](std::int64_t value) {
                hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15U;
                hash ^= hash >> 31;
            };
            mix(policy.misfire_grace.count());
            mix(policy.start_deadline.value_or(Millis{-1}).count());
            mix(policy.jitter.count());
            mix(to_unix_millis(policy.begin_at.value_or(Instant::min())));
            mix(to_unix_millis(policy.end_at.value_or(Instant::max())));
            mix(policy.concurrency);
            mix(policy.max_concurrency);
            return hash;
        }
    };

    std::uint32_t new_row(const JobPolicy* policy) {
        if (free_.empty()) {
            rows_.push_back({policy, 0});
            return static_cast<std::uint32_t>(rows_.size() - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        rows_[number] = {policy, 0};
        return number;
    }

    std::unordered_map<JobPolicy, std::uint32_t, Hash> numbers_;  // its nodes have stable addresses
    std::vector<Row> rows_;
    std::vector<std::uint32_t> free_;
    std::uint32_t last_{kNone};  // the most recently requested is likely to be requested again
};

}  // namespace ecron::analysis
