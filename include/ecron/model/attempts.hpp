#pragma once
#include "ecron/model/execution.hpp"

namespace ecron::model {

/// The attempt that has begun and has no record yet, as far as its execution's row tells. One that its target
/// took on is recorded. Where its beginning was not stored, it began at its due time.
[[nodiscard]] std::optional<Attempt> attempt_under_way(const Execution& execution);

}  // namespace ecron::model
