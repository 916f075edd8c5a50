#pragma once
#include <unordered_set>

#include "ecron/store/jobs.hpp"
#include "store/jobs/job_reads.hpp"
#include "store/jobs/jobs.hpp"
#include "store/jobs/row_cache.hpp"
#include "store/jobs/sweeper.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

class SqlJobStore final : public JobStore {
public:
    /// `cache`: nullptr if other processes use the database.
    SqlJobStore(Threads threads, RowCache* cache, Sweeper& sweeper, const SqlMessages& messages)
        : threads_(threads),
          cache_(cache),
          sweeper_(sweeper),
          messages_(messages) {}

    Awaitable<model::Job> create_job(model::Job job, std::string plan,
                                     std::optional<AuditEntry> audit) override {
        Result<model::Job> created =
            co_await threads_.write<CreateJob>(std::move(job), std::move(plan), std::move(audit));
        if (created) messages_.written();
        co_return created;
    }
    Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job, std::string plan,
                                      std::optional<ChangeNumber> if_match) override {
        Result<model::Job> replaced =
            co_await threads_.write<ReplaceJob>(std::move(tenant), std::move(job), std::move(plan), if_match);
        if (replaced && cache_ != nullptr) cache_->changed(*replaced);
        if (replaced) messages_.written();
        co_return replaced;
    }
    Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                   std::vector<JobId> ids) override {
        Result<std::vector<model::Job>> deleted =
            co_await threads_.write<DeleteJobs>(std::move(tenant), std::move(ids));
        if (!deleted || deleted->empty()) co_return deleted;
        if (cache_ != nullptr) {
            for (const model::Job& job : *deleted) cache_->removed(job.id);
        }
        sweeper_.start();
        messages_.written();
        co_return deleted;
    }
    Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                                   bool enabled) override {
        return change(std::move(tenant), std::move(ids), ChangeJobs::Enable{enabled});
    }
    Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                                   std::string webhook) override {
        return change(std::move(tenant), std::move(ids), ChangeJobs::Notify{std::move(webhook)});
    }

    Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) override {
        std::vector<JobId> ids{std::move(id)};
        Result<std::vector<model::Job>> found = co_await find_jobs(std::move(tenant), std::move(ids));
        if (!found) co_return std::unexpected(found.error());
        if (found->empty()) co_return std::nullopt;
        co_return std::move(found->front());
    }
    Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                 std::vector<JobId> ids) override {
        Result<std::vector<model::Job>> found = co_await find(std::move(ids));
        if (found && tenant)
            std::erase_if(*found, [&](const model::Job& job) { return job.tenant != *tenant; });
        co_return found;
    }
    Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) override {
        return find(std::move(keys));
    }
    Awaitable<std::vector<model::Job>> list_jobs(JobFilter filter) override {
        return threads_.read(store::list_jobs, std::move(filter));
    }
    Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant, std::optional<Instant> created_from,
                                       std::optional<Instant> created_until) override {
        return threads_.read(store::count_jobs, std::move(tenant), created_from, created_until);
    }

private:
    template <class Change>
    Awaitable<std::vector<model::Job>> change(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                              Change what) {
        Result<std::vector<model::Job>> changed =
            co_await threads_.write<ChangeJobs>(std::move(tenant), std::move(ids), std::move(what));
        if (changed && cache_ != nullptr) {
            for (const model::Job& job : *changed) cache_->changed(job);
        }
        if (changed) messages_.written();
        co_return changed;
    }

    /// Finds jobs by id or key, in the requested order, each once; from the cache if it has all of them.
    template <class Id> Awaitable<std::vector<model::Job>> find(std::vector<Id> ids) {
        if (ids.size() > 1) {
            std::unordered_set<Id> seen;
            std::erase_if(ids, [&](const Id& id) { return !seen.insert(id).second; });
        }
        std::vector<model::Job> jobs;
        if (cache_ != nullptr) {
            for (const Id& id : ids) {
                const model::Job* const job = cache_->find(id);
                if (job == nullptr) break;
                jobs.push_back(*job);
            }
            if (jobs.size() == ids.size()) co_return jobs;
        }
        const std::uint64_t generation = cache_ != nullptr ? cache_->generation() : 0;
        std::unique_ptr<FindJobs> read;
        if constexpr (std::is_same_v<Id, JobId>) {
            read = std::make_unique<FindJobs>(std::move(ids), std::vector<JobKey>());
        } else {
            read = std::make_unique<FindJobs>(std::vector<JobId>(), std::move(ids));
        }
        Result<std::vector<model::Job>> found = co_await await_answer(std::move(read), threads_.readers);
        if (found && cache_ != nullptr) {
            for (const model::Job& job : *found) cache_->fill(job, generation);
        }
        co_return found;
    }

    Threads threads_;
    RowCache* cache_;
    Sweeper& sweeper_;
    const SqlMessages& messages_;
};

}  // namespace ecron::store
