#pragma once
#include <cstddef>
#include <vector>

namespace ecron::bench {

struct Distribution {
    std::size_t count{};
    double p50{}, p99{}, p999{}, max{};
};
Distribution distribution(std::vector<double> values);
double median(std::vector<double> values);

}  // namespace ecron::bench
