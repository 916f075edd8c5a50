#include "store/jobs/pauses.hpp"

#include <fmt/format.h>

#include "ecron/base/json_writer.hpp"
#include "store/jobs/change_writer.hpp"

namespace ecron::store {

namespace {

constexpr int kEverything = 0;
constexpr int kTenant = 1;

/// Returns the text for the change that ends a pause, with the pause's start; empty if nothing was paused.
std::string since_text(Session& session, int scope, const TenantId& tenant) {
    Statement& read = session.prepare(
        "select f_since from t_cron_pause where f_scope = :scope and f_tenant_id = :tenant", "is", "i");
    read << scope << tenant.value();
    std::string text;
    if (!read.first()) return text;
    JsonWriter json(text);
    json.begin_object().member("since", read.integer(0)).end_object();
    return text;
}

}  // namespace

Result<void> set_paused(Session& session, const std::optional<TenantId>& owner, bool paused) {
    ChangeWriter log(session, 1);
    const TenantId tenant = owner.value_or(TenantId{});
    const int scope = owner ? kTenant : kEverything;
    Change logged{.kind = paused ? "pause" : "resume", .tenant = tenant};
    if (!paused) logged.replaced = since_text(session, scope, tenant);
    log.add(std::move(logged));
    Statement& change =
        paused ? session.prepare(fmt::format("insert into t_cron_pause (f_scope, f_tenant_id, f_since) "
                                             "values (:scope, :tenant, :at){}",
                                             session.dialect().keep_existing("f_scope")),
                                 "isi")
               : session.prepare("delete from t_cron_pause where f_scope = :scope and f_tenant_id = :tenant",
                                 "is");
    change << scope << tenant.value();
    if (paused) change << to_unix_millis(log.now());
    change.run();
    log.finish();
    return {};
}

ActivePauses read_pauses(Session& session) {
    Statement& select = session.prepare(
        "select f_scope, f_tenant_id, f_since from t_cron_pause order by f_scope, f_tenant_id", "", "isi");
    ActivePauses pauses;
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
