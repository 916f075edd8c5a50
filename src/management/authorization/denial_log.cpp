#include "management/authorization/denial_log.hpp"

#include "ecron/base/log.hpp"

namespace ecron::management {

void DenialLog::log(const auth::Identity& identity, std::string_view scope) {
    log_suppressed();
    if (lines_.takes(identity.tenant.value(), clock_.steady()))
        log::warn("request denied tenant={} subject={} scope={}", identity.tenant, identity.subject, scope);
}

void DenialLog::log_suppressed() {
    for (const auto& [tenant, lines] : lines_.ended(clock_.steady()))
        log::warn("suppressed lines about denied requests tenant={} count={}", tenant, lines);
}

}  // namespace ecron::management
