#include "ecron_bench/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace ecron::bench {
namespace {

/// Returns the smallest value that this share of all values does not exceed (nearest rank).
double at_share(const std::vector<double>& sorted, double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

Distribution distribution(std::vector<double> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    return {values.size(), at_share(values, 0.5), at_share(values, 0.99), at_share(values, 0.999),
            values.back()};
}

double median(std::vector<double> values) { return distribution(std::move(values)).p50; }

}  // namespace ecron::bench
