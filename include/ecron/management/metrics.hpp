#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The metrics of GET /metrics: one row per metric, from which the response and docs/metrics.md follow. Pure.
namespace ecron::management {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

struct Metric {
    std::string_view name;
    MetricKind kind;
    std::string_view labels;  // separated by commas
    std::string_view help;    // one sentence, with the unit
};

[[nodiscard]] std::span<const Metric> metric_table();

/// Returns docs/metrics.md.
[[nodiscard]] std::string metric_reference();

}  // namespace ecron::management
