#pragma once
#include <deque>
#include <unordered_set>

#include "analysis/shard/recovery.hpp"
#include "analysis/shard/starts.hpp"

namespace ecron::analysis {

/// A request in the change log to stop an execution.
struct Cancel {
    ChangeNumber number{};
    ExecuteId execution{};
    std::string by{};
};

/// Change-log requests that do not stop an execution: a report that the attempt failed, with or without
/// retry.
inline const std::string kFailed{":failure"};
inline const std::string kGivenUp{":abandon"};

/// Requests of the API to the shard's leader, and requests of other nodes from the change log.
class ShardRequests {
public:
    ShardRequests(ShardState& shard, Outcomes& outcomes, Starts& starts, Recovery& recovery)
        : context_(shard.context),
          shard_(shard),
          outcomes_(outcomes),
          starts_(starts),
          recovery_(recovery) {}

    // --- jobs
    /// Unstarted runs use the new job definition.
    void refresh_tasks(const execution::TaskPtr& task);
    /// Records the caller; the deletion itself arrives through the change log, which does not contain it.
    void job_deleted_by(JobKey key, std::string_view by);
    void job_gone(JobKey key, std::string_view reason);

    // --- executions
    asio::awaitable<Result<model::Execution>> run_now(model::Job job, execution::TaskPtr task,
                                                      model::RunRequest request);
    [[nodiscard]] bool is_inserting(const ExecuteId& id) const { return inserting_.contains(id); }
    /// Stops the execution. Returns true if it is known here.
    bool stop(const ExecuteId& id, std::string_view reason, const std::string& by);
    void cancel(const Cancel& cancel);
    /// Another component reports the failure of an execution that the target accepted.
    void fail(const ExecuteId& id, bool given_up);
    /// The target's callback, which is stored.
    asio::awaitable<void> read_result(ExecuteId id);
    asio::awaitable<void> take_result(ExecuteId id, std::string result);

    /// Forgets cancel requests that the last leader carried out, and carries out the others.
    void drop_cancels_until(ChangeNumber planned);
    void carry_out_cancels();

private:
    void continue_run(const model::Execution& row);
    asio::awaitable<void> cancel_unknown(Cancel cancel);

    SchedulerContext& context_;
    ShardState& shard_;
    Outcomes& outcomes_;
    Starts& starts_;
    Recovery& recovery_;
    std::unordered_set<ExecuteId> inserting_;  // being stored
    std::deque<Cancel> pending_cancels_;       // for the next term
};

}  // namespace ecron::analysis
