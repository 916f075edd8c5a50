#pragma once
#include "ecron/model/execution.hpp"

namespace ecron::model {

/// Returns when the current attempt started. The row states whole seconds, and an attempt never starts before
/// it is due; if the start was not stored, the due time is used. Nullopt: neither is known.
[[nodiscard]] std::optional<Instant> attempt_begin(const Execution& execution);

/// Returns the attempt that has started and has no record yet, derived from the execution's row. An attempt
/// that its target accepted has a record.
[[nodiscard]] std::optional<Attempt> attempt_under_way(const Execution& execution);

}  // namespace ecron::model
