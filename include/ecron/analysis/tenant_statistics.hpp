#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/time.hpp"

/// What became of attempts and executions, by tenant, for metrics.
namespace ecron::analysis {

/// Counts of values per bucket, not cumulative; the last one counts larger values.
template <std::size_t Buckets> struct Histogram {
    std::array<std::uint64_t, Buckets + 1> counts{};
    double sum{};

    void record(const std::array<double, Buckets>& bounds, double value) {
        std::size_t bucket = 0;
        while (bucket < Buckets && value > bounds.at(bucket)) ++bucket;
        ++counts.at(bucket);
        sum += value;
    }
};

inline constexpr std::array kTenantLatenessBounds{0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0};
inline constexpr std::array kDurationBounds{0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1'800.0, 7'200.0};

/// The name and the outcomes of a tenant, or of all those without statistics of their own.
struct TenantStatistics {
    std::string tenant;
    /// By state and reason; both are literals of a bounded set.
    std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> outcomes{};
    Histogram<kTenantLatenessBounds.size()> lateness{};
    std::map<std::string_view, Histogram<kDurationBounds.size()>> durations{};  // of attempts, by outcome
};
inline constexpr std::string_view kOtherTenants = "(others)";

struct JobSuccess {
    std::string tenant;
    std::string job;
    Instant at;
};

/// Numbers of tenants and of jobs with metrics of their own.
struct SignalLimits {
    std::size_t tenants{20};
    std::size_t jobs{0};
};

}  // namespace ecron::analysis
