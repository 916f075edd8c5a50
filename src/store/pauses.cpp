#include "store/pauses.hpp"

#include <fmt/format.h>

#include "store/change_log.hpp"

namespace ecron::store {

namespace {

constexpr int kEverything = 0;
constexpr int kTenant = 1;

}  // namespace

void SetPaused::apply(Session& session) {
    ChangeLog log(session, 1);
    const TenantId tenant = tenant_.value_or(TenantId{});
    log.add(Change{.kind = paused_ ? "pause" : "resume", .tenant = tenant});
    Statement& change =
        paused_ ? session.prepare(fmt::format("insert into t_cron_pause (f_scope, f_tenant_id, f_since) "
                                              "values (:scope, :tenant, :at){}",
                                              keep_existing(session.driver(), "f_scope")),
                                  "isi")
                : session.prepare("delete from t_cron_pause where f_scope = :scope and f_tenant_id = :tenant",
                                  "is");
    change << (tenant_ ? kTenant : kEverything) << tenant.value();
    if (paused_) change << to_unix_millis(log.now());
    change.run();
    log.finish();
    result = {};
}

Store::Pauses read_pauses(Session& session) {
    Statement& select = session.prepare(
        "select f_scope, f_tenant_id, f_since from t_cron_pause order by f_scope, f_tenant_id", "", "isi");
    Store::Pauses pauses;
    for (select.run(); select.fetch();) {
        if (select.integer(0) == kEverything) {
            pauses.all = from_unix_millis(select.integer(2));
        } else {
            pauses.tenants.push_back(
                {.tenant = TenantId(select.text(1)), .since = from_unix_millis(select.integer(2))});
        }
    }
    return pauses;
}

}  // namespace ecron::store
