#pragma once
#include <map>
#include <span>
#include <vector>

#include "ecron/store/listings.hpp"
#include "store/sql/session.hpp"
#include "store/work/deferred.hpp"

/// t_cron_job_last: for each job the state of the execution that ended last, for searches and counts.
namespace ecron::store {

/// The states of executions that have ended since the last write. They are written together, at most once in
/// `every`, and when the store closes. A process that is killed loses those of that time; until the next
/// execution of a job ends, or a round of the retention corrects it (correct_last_states), the recorded
/// state is that of an earlier execution. Memory: an entry per job with an execution that ended within
/// `every`.
class LastStates final : public Deferred {
public:
    explicit LastStates(Millis every) : every_(every) {}

    /// An execution of the job ended, in the running transaction.
    void record(JobKey job, model::ExecutionState state) { uncommitted_.insert_or_assign(job, state); }

    void begin() override { uncommitted_.clear(); }
    void committed(SteadyInstant now) override;
    [[nodiscard]] std::optional<SteadyInstant> due() const override { return due_; }
    std::unique_ptr<Write> take() override;
    bool finished(Write& part, SteadyInstant now) override;

private:
    /// Ordered by key, so that the transactions of several nodes lock rows in the same order.
    using States = std::map<JobKey, model::ExecutionState>;

    const Millis every_;
    States uncommitted_;
    States pending_;
    std::optional<SteadyInstant> due_{};
};

/// Returns true if the recorded state of the job is not that of the execution that ended last, among the
/// newest ones by begin. Of executions that ended in the same second, any may be the last.
bool has_wrong_last_state(Session& session, const JobId& job);
/// Corrects those of the jobs that are still wrong.
Result<void> correct_last_states(Session& session, const std::vector<JobId>& jobs);

/// Returns jobs that no longer exist and have a recorded state, at most one batch: an execution may end after
/// its job was deleted.
std::vector<JobKey> orphaned_states(Session& session);
/// Deletes the recorded states of jobs that do not exist.
Result<void> remove_states(Session& session, const std::vector<JobKey>& jobs);

std::int64_t count_failing(Session& session);
JobCounts count_by_state(Session& session, const std::optional<TenantId>& tenant);

}  // namespace ecron::store
