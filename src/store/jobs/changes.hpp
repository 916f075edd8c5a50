#pragma once
#include <vector>

#include "ecron/store/change_log.hpp"
#include "store/jobs/job_reads.hpp"
#include "store/work/threads.hpp"

/// Reads of the change log and of the summaries of missed runs. The text column of a change contains the
/// replaced schedule; for a request, the execution and the requester.
namespace ecron::store {

/// Returns the text of a request's change: {"execute_id","by"}.
std::string request_text(const ExecuteId& execution, std::string_view by);

std::vector<Change> changes_after(Session& session, ChangeNumber number, std::size_t limit);
std::vector<Change> changes_of(Session& session, const JobId& job, const TenantId& tenant, std::size_t limit);
std::vector<Missed> missed_of(Session& session, JobKey job, Instant from, Instant to);
/// Returns the summaries that reach beyond the watermark.
std::vector<Missed> missed_beyond(Session& session, Instant watermark);

class SqlChangeLog final : public ChangeLog {
public:
    explicit SqlChangeLog(Threads threads) : threads_(threads) {}
    Awaitable<std::size_t> load_plans(std::function<void(const StoredPlan&)> each) override {
        return threads_.read(store::load_plans, std::move(each));
    }
    Awaitable<std::vector<Change>> changes_after(ChangeNumber number, std::size_t limit) override {
        return threads_.read(store::changes_after, number, limit);
    }
    Awaitable<std::vector<Change>> changes_of(JobId job, TenantId tenant, std::size_t limit) override {
        return threads_.read(store::changes_of, std::move(job), std::move(tenant), limit);
    }
    Awaitable<std::vector<Missed>> missed_of(JobKey job, Instant from, Instant to) override {
        return threads_.read(store::missed_of, job, from, to);
    }

private:
    Threads threads_;
};

}  // namespace ecron::store
