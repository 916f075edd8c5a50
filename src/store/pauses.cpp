#include "store/pauses.hpp"

#include <fmt/format.h>

namespace ecron::store {

namespace {

constexpr int kEverything = 0;
constexpr int kTenant = 1;

}  // namespace

void SetPaused::apply(Session& session) {
    Statement& change =
        paused_
            ? session.prepare(
                  fmt::format("insert into t_cron_pause (f_scope, f_tenant_id) values (:scope, :tenant){}",
                              keep_existing(session.driver(), "f_scope")),
                  "is")
            : session.prepare("delete from t_cron_pause where f_scope = :scope and f_tenant_id = :tenant",
                              "is");
    change << (tenant_ ? kTenant : kEverything) << (tenant_ ? tenant_->value() : std::string());
    change.run();
    result = {};
}

Store::Pauses read_pauses(Session& session) {
    Statement& select = session.prepare(
        "select f_scope, f_tenant_id from t_cron_pause order by f_scope, f_tenant_id", "", "is");
    Store::Pauses pauses;
    for (select.run(); select.fetch();) {
        if (select.integer(0) == kEverything) {
            pauses.all = Instant{};
        } else {
            pauses.tenants.push_back({.tenant = TenantId(select.text(1))});
        }
    }
    return pauses;
}

}  // namespace ecron::store
