#pragma once
#include "store/insights/history_counts.hpp"
#include "store/insights/last_runs.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

class SqlInsights final : public Insights {
public:
    explicit SqlInsights(Threads threads) : threads_(threads) {}
    Awaitable<std::vector<std::vector<ExecutionSummary>>> last_runs(LastRunsQuery query) override {
        return threads_.read(store::last_runs, std::move(query));
    }
    Awaitable<History> count_history(HistoryQuery query) override {
        return threads_.read(store::count_history, std::move(query));
    }
    Awaitable<std::vector<FailingJob>> failing_jobs(std::optional<TenantId> tenant,
                                                    std::size_t limit) override {
        return threads_.read(store::failing_jobs, std::move(tenant), limit);
    }
    Awaitable<std::vector<ExecutionSummary>> longest_running(std::optional<TenantId> tenant,
                                                             std::size_t limit) override {
        return threads_.read(store::longest_running, std::move(tenant), limit);
    }
    Awaitable<Incidents> incidents(IncidentQuery query) override {
        return threads_.read(store::count_incidents, std::move(query));
    }

private:
    Threads threads_;
};

}  // namespace ecron::store
