#pragma once
#include <bitset>

#include "ecron/cron/pattern.hpp"

namespace ecron::cron {

/// Puts a set of years (bit n: 1970 + n) into the few bits that a pattern has for them; false if they are too
/// scattered. What fits: any years within 56 of each other, and any range, with or without a step.
bool put_years(Pattern& pattern, const std::bitset<256>& years);

}  // namespace ecron::cron
