#include "store/audit.hpp"

#include <fmt/format.h>

#include <limits>

#include "store/records.hpp"

namespace ecron::store {
namespace {

constexpr Instant kEver{Millis{std::numeric_limits<std::int64_t>::max()}};

}  // namespace

void AppendAudit::apply(Session& session) {
    static const Rows rows{.head =
                               "insert into t_cron_audit (f_at, f_tenant_id, f_client_id, f_subject, "
                               "f_address, f_action, f_object, f_difference) values ",
                           .types = "isssssss"};
    const std::int64_t now = to_unix_millis(session.recent_now());
    session.run_rows(
        rows, entries_.size(),
        [&](Statement& row, std::size_t i) {
            const AuditEntry& entry = entries_[i];
            row << now << entry.tenant.value() << entry.client.value() << entry.subject << entry.address
                << entry.action << entry.object << text_or_null(entry.difference);
        },
        [&](std::size_t i) { return 300 + entries_[i].difference.size(); });
    result = {};
}

std::vector<AuditEntry> read_audit(Session& session, const AuditFilter& filter) {
    Statement& rows = session.prepare(
        fmt::format("select f_id, f_at, f_tenant_id, f_client_id, f_subject, f_address, f_action, f_object, "
                    "f_difference from t_cron_audit where f_id < :before{}{} and f_at >= :begin and f_at <= "
                    ":finish order by f_id desc limit :rows",
                    filter.tenant ? " and f_tenant_id = :tenant" : "",
                    filter.object ? " and f_object = :object" : ""),
        fmt::format("i{}{}iii", filter.tenant ? "s" : "", filter.object ? "s" : ""), "iisssssss");
    rows << filter.before.value_or(std::numeric_limits<std::int64_t>::max());
    if (filter.tenant) rows << filter.tenant->value();
    if (filter.object) rows << *filter.object;
    rows << to_unix_millis(filter.from.value_or(Instant{})) << to_unix_millis(filter.until.value_or(kEver))
         << static_cast<std::int64_t>(filter.limit);
    std::vector<AuditEntry> entries;
    for (rows.run(); rows.fetch();)
        entries.push_back({.key = rows.integer(0),
                           .at = from_unix_millis(rows.integer(1)),
                           .tenant = TenantId(rows.text(2)),
                           .client = TenantId(rows.text(3)),
                           .subject = rows.text(4),
                           .address = rows.text(5),
                           .action = rows.text(6),
                           .object = rows.text(7),
                           .difference = rows.text(8)});
    return entries;
}

}  // namespace ecron::store
