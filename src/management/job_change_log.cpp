#include "management/job_change_log.hpp"

#include "ecron/base/log.hpp"
#include "management/api_request.hpp"

namespace ecron::management {

void JobChangeLog::log(const Caller& caller, const model::Job& job) {
    for (const auto& [tenant, lines] : lines_.ended(clock_.steady()))
        log::warn("suppressed lines about changed jobs tenant={} count={}", tenant, lines);
    if (lines_.takes(job.tenant.value(), clock_.steady()))
        log::info(
            "job changed action={} job_id={} job_name=\"{}\" tenant={} revision={} client={} subject={} "
            "request_id={}",
            caller.action, job.id, job.name, job.tenant, job.revision.value(), caller.identity.tenant,
            caller.identity.subject, caller.request_id);
}

}  // namespace ecron::management
