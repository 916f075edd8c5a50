#include "ecron/model/execution.hpp"

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

}  // namespace ecron::model
