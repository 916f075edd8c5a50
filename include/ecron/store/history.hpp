#pragma once
#include "ecron/store/port.hpp"

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

class Retention {
public:
    virtual ~Retention() = default;
    /// Deletes one batch of expired history: finished executions with their attempts, except those scheduled
    /// later than one hour before the watermark; at the end of a round also missed-run summaries, changes
    /// that every shard has planned and that are over a day old, and dead letters. Also corrects the
    /// recorded last states of the jobs that it visits.
    virtual Awaitable<Trimmed> trim_history(HistoryRule rule, JobId after) = 0;
};

/// The bytes stored by each tenant, for Options::bytes_per_tenant. Jobs are counted exactly; executions,
/// attempts and dead letters are the last measurement plus what this process has written since.
class Usage {
public:
    virtual ~Usage() = default;
    /// Measures one page; returns true once the sums of a whole round are stored for all nodes.
    virtual Awaitable<bool> measure_bytes() = 0;
    /// Reads the sums of the last measurement.
    virtual Awaitable<void> read_bytes() = 0;
};

}  // namespace ecron::store
