#include "ecron/model/execution.hpp"

#include <algorithm>

#include "ecron/model/attempts.hpp"

namespace ecron::model {

int entered_attempts(const Execution& execution) {
    const std::size_t kept = execution.executors.size();
    return kept < kMaxExecutors ? static_cast<int>(kept) : execution.execute_times;
}

void add_executor(Execution& execution, Executor executor) {
    execution.execute_times = entered_attempts(execution) + 1;
    if (execution.executors.size() >= kMaxExecutors) execution.executors.erase(execution.executors.begin());
    execution.executors.push_back(std::move(executor));
}

std::optional<Instant> attempt_begin(const Execution& execution) {
    const bool is_stored = entered_attempts(execution) >= execution.attempt && !execution.executors.empty();
    if (!is_stored) return execution.due;
    const Instant begin = execution.executors.back().executed_at;
    return std::max(begin, execution.due.value_or(begin));
}

std::optional<Attempt> attempt_under_way(const Execution& execution) {
    if (execution.state != ExecutionState::executing || execution.attempt < 1 || execution.accepted)
        return std::nullopt;
    return Attempt{.execute_id = execution.id,
                   .number = execution.attempt,
                   .begin_at = attempt_begin(execution).value_or(Instant{}),
                   .node = execution.node,
                   .outcome = ExecutionState::executing};
}

}  // namespace ecron::model
