#pragma once
#include "ecron/base/time.hpp"

namespace ecron::analysis {

/// The instants after `begin` up to `end`.
struct Span {
    Instant begin{};
    Instant end{};
    [[nodiscard]] bool contains(Instant instant) const { return begin < instant && instant <= end; }
};

}  // namespace ecron::analysis
