#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "ecron/analysis/scheduler.hpp"

namespace ecron::analysis {

/// Histogram of start lateness.
class Lateness {
public:
    void record(Millis late) {
        const double seconds = std::max(0.0, std::chrono::duration<double>(late).count());
        const auto bound = std::ranges::lower_bound(kLatenessBounds, seconds);
        ++buckets_[static_cast<std::size_t>(bound - kLatenessBounds.begin())];
        sum_ += seconds;
    }
    [[nodiscard]] const std::vector<std::uint64_t>& buckets() const { return buckets_; }
    [[nodiscard]] double sum() const { return sum_; }

private:
    std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(kLatenessBounds.size() + 1);
    double sum_{0};
};

}  // namespace ecron::analysis
