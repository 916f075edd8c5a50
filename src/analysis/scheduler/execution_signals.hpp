#pragma once
#include <list>
#include <unordered_map>

#include "ecron/analysis/tenant_statistics.hpp"
#include "ecron/base/log_limit.hpp"
#include "ecron/execution/attempt.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/store/executions.hpp"

namespace ecron::analysis {

/// Why an outcome is no success: a label of metrics, from a fixed set of literals. `attempt`: nullptr if no
/// attempt ended.
[[nodiscard]] std::string_view reason_of(const model::Execution& after, const execution::Task* task,
                                         const execution::AttemptResult* attempt);

/// Counts what becomes of attempts and executions, by tenant, and logs those that do not succeed: a few lines
/// per job and event, and the number of suppressed ones. Tenants and jobs beyond the limits are counted
/// together, so that memory is bounded. Threads: the io_context's.
class ExecutionSignals {
public:
    ExecutionSignals(const Clock& clock, SignalLimits limits) : clock_(clock), limits_(limits) {}

    void attempt_began(const TenantId& tenant, Millis late);
    void attempt_ended(const TenantId& tenant, const execution::AttemptResult& result);
    /// An outcome was committed.
    void stored(const store::Outcome& outcome, std::string_view reason);
    /// A summary of missed occurrences was committed.
    void missed(const execution::Task& task, const store::Missed& missed);
    /// Logs the numbers of suppressed lines of intervals that have ended; cheap if there are none.
    void log_suppressed();

    [[nodiscard]] std::vector<TenantStatistics> tenants() const;
    [[nodiscard]] std::vector<JobSuccess> last_successes() const;

private:
    TenantStatistics& of(const TenantId& tenant);
    void remember_success(const model::Execution& after);
    [[nodiscard]] bool is_log_due(std::string_view event, const JobId& job);
    void log(const store::Outcome& outcome);

    const Clock& clock_;
    const SignalLimits limits_;
    std::unordered_map<std::string, TenantStatistics> tenants_;
    TenantStatistics others_{.tenant = std::string{kOtherTenants}};
    std::list<std::pair<JobKey, JobSuccess>> successes_;  // the newest first
    std::unordered_map<JobKey, std::list<std::pair<JobKey, JobSuccess>>::iterator> success_of_;
    log::LineLimit lines_{log::LineRule{.lines = 3, .span = Millis{60'000}, .sources = 1'000}};
};

}  // namespace ecron::analysis
