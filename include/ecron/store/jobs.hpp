#pragma once
#include "ecron/model/job.hpp"
#include "ecron/store/audit.hpp"
#include "ecron/store/port.hpp"

namespace ecron::store {

struct JobFilter {
    std::optional<TenantId> tenant{};  // nullopt: all tenants
    std::size_t limit{20};
    std::size_t offset{0};
    std::optional<Instant> created_until{};
    std::optional<model::JobType> type{};
    std::optional<JobKey> before{};  // cursor: returns rows older than this one
    std::optional<std::string> name{};
};

/// Stored jobs. The tenant is checked where one is given; nullopt: any tenant.
class JobStore {
public:
    virtual ~JobStore() = default;
    Awaitable<model::Job> create_job(model::Job job, std::string plan) {
        return create_job(std::move(job), std::move(plan), std::nullopt);
    }
    /// The audit record is written in the transaction of the job. Error: conflict {"job_name"}.
    virtual Awaitable<model::Job> create_job(model::Job job, std::string plan,
                                             std::optional<AuditEntry> audit) = 0;
    /// `if_match`: the required revision; otherwise conflict {"revision"}.
    virtual Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job,
                                              std::string plan, std::optional<ChangeNumber> if_match) = 0;
    virtual Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids) = 0;
    virtual Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids, bool enabled) = 0;
    virtual Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids, std::string webhook) = 0;
    /// Several jobs are returned in the requested order, each once; unknown ones are omitted.
    virtual Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) = 0;
    virtual Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                         std::vector<JobId> ids) = 0;
    virtual Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) = 0;
    virtual Awaitable<std::vector<model::Job>> list_jobs(JobFilter filter) = 0;
    virtual Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant,
                                               std::optional<Instant> created_from,
                                               std::optional<Instant> created_until) = 0;
};

}  // namespace ecron::store
