#pragma once
#include <string>
#include <vector>

#include "ecron/model/execution.hpp"
#include "ecron/store/change_log.hpp"
#include "ecron/store/options.hpp"

namespace ecron::store {

/// Jobs with their history, to fill an empty store with.
struct Content {
    struct PastExecution {
        model::Execution execution{};  // in a terminal state; ids, keys, epoch and revision are assigned
        std::vector<model::Attempt> attempts{};  // from number 1 on; the id is assigned
    };
    struct PastJob {
        model::Job job{};  // key, revision and effective_from are assigned
        std::string plan{};
        std::vector<PastExecution> history{};
        std::vector<Missed> missed{};  // the key is assigned
    };
    std::vector<PastJob> jobs{};
};

/// Writes the content in one transaction, as if ecron had planned the jobs since their creation; planning
/// continues from now on. Opens its own sessions and blocks. Errors: as for import_store().
Result<void> fill_store(const Options& options, const Clock& clock, Content content);

}  // namespace ecron::store
