#pragma once
#include <bitset>

#include "ecron/cron/pattern.hpp"

namespace ecron::cron {

/// Encodes a set of years (bit n: 1970 + n) into the bits of a pattern. Encodable: any years within 56 of
/// each other, and any range with or without a step. Returns false for other sets.
bool put_years(Pattern& pattern, const std::bitset<256>& years);

}  // namespace ecron::cron
