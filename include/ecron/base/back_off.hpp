#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "ecron/base/time.hpp"

/// Exponential back-off: `first`, then twice as long after each further failure, up to `max`. Pure.
namespace ecron {

struct BackOff {
    Millis first{};
    Millis max{};

    /// The wait after that many failures in a row, of which there was at least one.
    [[nodiscard]] constexpr Millis after(std::size_t failures) const {
        Millis wait = first;
        for (; failures > 1 && wait < max; --failures) wait *= 2;
        return std::min(wait, max);
    }
    /// With jitter: between half of the wait and all of it. `uniform` is in [0, 1).
    [[nodiscard]] Millis after(std::size_t failures, double uniform) const {
        const Millis wait = after(failures);
        return wait / 2 + Millis{std::llround(static_cast<double>(wait.count()) * uniform / 2)};
    }
};

}  // namespace ecron
