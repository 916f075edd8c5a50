#pragma once
#include "ecron/store/execution_queries.hpp"
#include "store/executions/executions.hpp"
#include "store/sql/opening.hpp"

namespace ecron::store {

class SqlExecutionQueries final : public ExecutionQueries {
public:
    SqlExecutionQueries(Threads threads, const Opening& opening) : threads_(threads), opening_(opening) {}

    Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                              ExecuteId id) override {
        return threads_.find<FindExecution>(std::move(tenant), std::move(id));
    }
    Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) override {
        return threads_.read(store::find_executions, std::move(ids));
    }
    Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) override {
        return threads_.read(store::runs_of, std::move(job), from, to);
    }
    Awaitable<std::vector<model::Execution>> list_executions(ExecutionFilter filter) override {
        return threads_.read(store::list_executions, std::move(filter));
    }
    Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) override {
        return threads_.read(attempts_of, std::move(id));
    }
    Awaitable<std::vector<model::Execution>> unended(std::size_t limit, std::int64_t after_key) override {
        return threads_.read(store::unended, limit, after_key);
    }
    Awaitable<std::vector<model::Execution>> overdue(Instant due_before, std::size_t limit,
                                                     std::int64_t after_key) override {
        return threads_.read(store::overdue, due_before, limit, after_key);
    }
    [[nodiscard]] const std::string& id_key() const override { return opening_.id_key(); }

private:
    Threads threads_;
    const Opening& opening_;
};

}  // namespace ecron::store
