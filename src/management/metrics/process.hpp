#pragma once

/// Values of this process for metrics.
namespace ecron::management {

struct ProcessUsage {
    double resident_bytes{}, virtual_bytes{}, cpu_seconds{}, start_seconds{}, open_descriptors{},
        max_descriptors{};
};
[[nodiscard]] ProcessUsage process_usage();

}  // namespace ecron::management
