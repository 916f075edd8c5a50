#include "ecron/model/execution.hpp"

namespace ecron::model {

void add_executor(Execution& execution, Executor executor) {
    if (execution.executors.size() >= kMostExecutors) execution.executors.erase(execution.executors.begin());
    execution.executors.push_back(std::move(executor));
    ++execution.execute_times;
}

}  // namespace ecron::model
