#pragma once
#include "ecron/store/listings.hpp"
#include "store/executions/execution_search.hpp"
#include "store/executions/execution_watch.hpp"
#include "store/jobs/job_search.hpp"
#include "store/jobs/last_states.hpp"
#include "store/jobs/missed_search.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

class SqlListings final : public Listings {
public:
    explicit SqlListings(Threads threads) : threads_(threads) {}
    Awaitable<JobPage> search_jobs(JobSearch search) override {
        return threads_.read(store::search_jobs, std::move(search));
    }
    Awaitable<ExecutionPage> search_executions(ExecutionSearch search) override {
        return threads_.read(store::search_executions, std::move(search));
    }
    Awaitable<WatchedExecutions> watch_executions(ExecutionWatch watch) override {
        return threads_.read(store::watch_executions, std::move(watch));
    }
    Awaitable<std::vector<MissedSummary>> search_missed(MissedSearch search) override {
        return threads_.read(store::search_missed, std::move(search));
    }
    Awaitable<std::int64_t> count_failing() override { return threads_.read(store::count_failing); }
    Awaitable<JobCounts> count_by_state(std::optional<TenantId> tenant) override {
        return threads_.read(store::count_by_state, std::move(tenant));
    }

private:
    Threads threads_;
};

}  // namespace ecron::store
