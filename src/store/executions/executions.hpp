#pragma once
#include "ecron/model/execute_id.hpp"
#include "ecron/store/store.hpp"
#include "store/jobs/last_states.hpp"
#include "store/work/readers.hpp"
#include "store/work/writer.hpp"

/// Reads and writes of executions for the API.
namespace ecron::store {

/// PUT /jobstatus.
class PutExecutions final : public Answering<Write, std::vector<ExecuteId>> {
public:
    PutExecutions(std::optional<TenantId> tenant, std::vector<model::Execution> executions,
                  Announcements announcements, LastStates& last_states)
        : Answering(WriteKind::others),
          tenant_(std::move(tenant)),
          executions_(std::move(executions)),
          announcements_(std::move(announcements)),
          last_states_(last_states) {}
    [[nodiscard]] std::string_view payer() const override {
        return tenant_ ? tenant_->value() : std::string_view{};
    }
    [[nodiscard]] std::size_t bytes() const override {
        std::size_t sum = 0;
        for (const model::Execution& execution : executions_)
            sum += execution.result.size() + execution.extra.size();
        return sum;
    }
    void apply(Session& session) override;

private:
    bool put(Session& session, const model::Execution& execution);
    void take_room(Session& session, const TenantId& tenant, std::int64_t bytes);
    void announce(Session& session, const model::Execution& changed) const;

    std::optional<TenantId> tenant_;
    std::vector<model::Execution> executions_;
    Announcements announcements_;
    LastStates& last_states_;
    std::int64_t bytes_{0};  // added by this request
};

Result<void> record_result(Session& session, const ExecuteId& id, const std::string& reported,
                           NotifyLeader tell);

Result<bool> end_history(Session& session, const ExecuteId& id, model::ExecutionState end,
                         const std::string& reason);

/// Finds executions by id; those that wait at the same time share one statement.
class FindExecution final : public Answering<Read, std::optional<model::Execution>> {
public:
    FindExecution(std::optional<TenantId> the_tenant, ExecuteId the_id)
        : Answering(Lookup::executions),
          tenant(std::move(the_tenant)),
          id(std::move(the_id)),
          marked(tenant ? std::optional(model::marked_id(id, *tenant)) : std::nullopt) {}

    const std::optional<TenantId> tenant;
    const ExecuteId id;
    /// The id under which the execution is stored if another tenant's execution has the requested id; nullopt
    /// if any tenant is accepted.
    const std::optional<ExecuteId> marked;
};
void find_executions_together(Session& session, std::span<Read* const> reads);

/// Newest start first; ties ordered by row.
std::vector<model::Execution> list_executions(Session& session, const ExecutionFilter& filter);
std::vector<model::Execution> find_executions(Session& session, std::span<const ExecuteId> ids);
/// Returns planned and requested executions by scheduled time. Reads all of the job's rows.
std::vector<model::Execution> runs_of(Session& session, const JobId& job, Instant from, Instant to);
std::vector<model::Execution> unended(Session& session, std::size_t limit, std::int64_t after_key);
std::vector<model::Execution> overdue(Session& session, Instant due_before, std::size_t limit,
                                      std::int64_t after_key);
std::vector<model::Attempt> attempts_of(Session& session, const ExecuteId& id);

}  // namespace ecron::store
