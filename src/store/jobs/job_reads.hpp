#pragma once
#include "ecron/store/store.hpp"
#include "store/sql/records.hpp"
#include "store/work/readers.hpp"

namespace ecron::store {

/// Finds jobs by id or key. Reads that wait at the same time share one statement per kind of key.
class FindJobs final : public Answering<Read, std::vector<model::Job>> {
public:
    FindJobs(std::vector<JobId> the_ids, std::vector<JobKey> the_keys)
        : Answering(Lookup::jobs),
          ids(std::move(the_ids)),
          keys(std::move(the_keys)) {}

    const std::vector<JobId> ids;
    const std::vector<JobKey> keys;
};
void find_jobs_together(Session& session, std::span<Read* const> reads);

std::vector<model::Job> list_jobs(Session& session, const JobFilter& filter);
std::int64_t count_jobs(Session& session, const std::optional<TenantId>& tenant,
                        std::optional<Instant> created_from, std::optional<Instant> created_until);
std::size_t load_plans(Session& session, const std::function<void(const StoredPlan&)>& each);
/// Calls `each` for the enabled jobs of the previous service that ecron has not written since, in the
/// previous service's schema or in ecron's; no calls if there is no table. MySQL only.
void load_old_plans(Session& session, const std::function<void(const StoredPlan&)>& each);
/// Returns true if the previous service wrote executions that began before the instant; conditions as for
/// load_old_plans.
bool has_old_executions(Session& session, Instant before);

}  // namespace ecron::store
