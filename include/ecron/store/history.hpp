#pragma once
#include <cstddef>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

namespace ecron::store {

/// Retention policy for finished executions. A job's own `retention` takes precedence over `keep`.
struct HistoryRule {
    Millis keep{};          // since the end of the execution; 0: unlimited
    std::size_t per_job{};  // the newest executions of each job; 0: all
    Millis audit{};         // for entries of the audit log; 0: unlimited
};

/// Result of one step of a retention round, which visits the jobs that have executions in order of their ids.
struct Trimmed {
    std::size_t executions{};  // deleted, with their attempts
    std::size_t others{};      // deleted missed-run summaries, changes, dead letters and audit entries
    JobId after{};             // the next step starts after this job
    bool round_ended{};
};

}  // namespace ecron::store
