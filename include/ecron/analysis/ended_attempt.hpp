#pragma once
#include <optional>

#include "ecron/execution/attempt.hpp"
#include "ecron/model/execution.hpp"

namespace ecron::analysis {

/// The end of an attempt whose record is stored. References are valid during the call that passes it.
struct EndedAttempt {
    const model::Execution& execution;  // after the attempt
    const model::Attempt& record;
    const execution::Task* task;   // nullptr: the job no longer exists
    std::optional<Instant> due{};  // when the attempt was due; nullopt: unknown
};

}  // namespace ecron::analysis
