#pragma once
#include <cstddef>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

namespace ecron::store {

/// What stays of what has ended. A job's own `retention` is stronger than `keep`.
struct HistoryRule {
    Millis keep{};          // since the end; 0: for ever
    std::size_t per_job{};  // the newest of each job; 0: all of them
    Millis audit{};         // entries of the audit log; 0: for ever
};

/// A step of a round over the jobs that have executions, in the order of their ids.
struct Trimmed {
    std::size_t executions{};  // that are gone, with their attempts
    std::size_t others{};      // summaries of missed runs, changes, dead letters, audit
    JobId after{};             // where the next step goes on
    bool round_ended{};
};

}  // namespace ecron::store
