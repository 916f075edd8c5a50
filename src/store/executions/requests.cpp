#include "store/executions/requests.hpp"

#include "store/jobs/change_log.hpp"
#include "store/jobs/changes.hpp"

namespace ecron::store {

void tell_leader(Session& session, std::string_view kind, std::span<const model::Execution* const> executions,
                 std::string_view by) {
    if (executions.empty()) return;
    ChangeLog log(session, executions.size());
    for (const model::Execution* const execution : executions)
        log.add(Change{.kind = std::string(kind),
                       .job_id = execution->job_id,
                       .job_key = execution->job_key,
                       .tenant = execution->tenant,
                       .replaced = request_text(execution->id, by)});
    log.finish();
}

void AskCancel::apply(Session& session) {
    const model::Execution* const execution = &execution_;
    tell_leader(session, "cancel", std::span(&execution, 1), by_);
    result = {};
}

}  // namespace ecron::store
