#pragma once
#include "ecron/model/execution.hpp"

namespace ecron::model {

/// Returns the attempt that has started and has no record yet, derived from the execution's row. An attempt
/// that its target accepted has a record. If the start was not stored, the due time is used.
[[nodiscard]] std::optional<Attempt> attempt_under_way(const Execution& execution);

}  // namespace ecron::model
