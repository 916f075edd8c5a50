#include "ecron/model/execution.hpp"

#include "ecron/model/attempts.hpp"

namespace ecron::model {

int entered_attempts(const Execution& execution) {
    const std::size_t kept = execution.executors.size();
    return kept < kMostExecutors ? static_cast<int>(kept) : execution.execute_times;
}

void add_executor(Execution& execution, Executor executor) {
    execution.execute_times = entered_attempts(execution) + 1;
    if (execution.executors.size() >= kMostExecutors) execution.executors.erase(execution.executors.begin());
    execution.executors.push_back(std::move(executor));
}

std::optional<Attempt> attempt_under_way(const Execution& execution) {
    if (execution.state != ExecutionState::executing || execution.attempt < 1 || execution.accepted)
        return std::nullopt;
    const bool begin_known = entered_attempts(execution) >= execution.attempt && !execution.executors.empty();
    return Attempt{
        .execute_id = execution.id,
        .number = execution.attempt,
        .begin_at = begin_known ? execution.executors.back().executed_at : execution.due.value_or(Instant{}),
        .node = execution.node,
        .outcome = ExecutionState::executing};
}

}  // namespace ecron::model
