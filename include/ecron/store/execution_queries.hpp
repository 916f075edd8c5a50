#pragma once
#include "ecron/model/execution.hpp"
#include "ecron/store/port.hpp"

namespace ecron::store {

/// Cursor of a list of executions: continue after the row with this start and key.
struct ExecutionCursor {
    std::optional<Instant> begin{};  // whole seconds; nullopt: not started
    std::int64_t key{};
};

struct ExecutionFilter {
    std::optional<TenantId> tenant{};
    std::vector<JobId> jobs{};
    std::optional<model::JobType> type{};
    std::vector<model::ExecutionState>
        states{};  // empty: the default states (not pending; not interrupts that never started)
    std::optional<Instant> begin_from{};
    std::optional<Instant> begin_until{};
    std::size_t limit{1'000};
    std::optional<ExecutionCursor> before{};
};

class ExecutionQueries {
public:
    virtual ~ExecutionQueries() = default;
    virtual Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                                      ExecuteId id) = 0;
    virtual Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) = 0;
    /// Returns the runs of a job by scheduled time, oldest first.
    virtual Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) = 0;
    /// Ordered by start, newest first, then by row; executions that have not started come last. Deleted ones
    /// are omitted.
    virtual Awaitable<std::vector<model::Execution>> list_executions(ExecutionFilter filter) = 0;
    virtual Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) = 0;
    /// Returns unfinished executions of ecron (not of the previous service) after `after_key`, in row order
    /// (`key`).
    virtual Awaitable<std::vector<model::Execution>> unended(std::size_t limit, std::int64_t after_key) = 0;
    /// Returns those of unended() whose start, next attempt or callback was due before the given instant.
    virtual Awaitable<std::vector<model::Execution>> overdue(Instant due_before, std::size_t limit,
                                                             std::int64_t after_key) = 0;
    /// The key from which execute ids of planned runs are derived; created by the first migration.
    [[nodiscard]] virtual const std::string& id_key() const = 0;
};

/// Returns the first of list_executions().
Awaitable<std::optional<model::Execution>> latest_execution(ExecutionQueries& queries,
                                                            std::optional<TenantId> tenant, JobId job);

/// The id under which the store keeps, or would keep, the execution that the tenant calls `chosen`
/// (model/execute_id.hpp). `exists`: the tenant has an execution with that id.
struct KnownId {
    ExecuteId id{};
    bool exists{false};
};
Awaitable<KnownId> id_of(ExecutionQueries& queries, TenantId tenant, ExecuteId chosen);

}  // namespace ecron::store
