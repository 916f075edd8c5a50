#include "store/audit/audit.hpp"

#include <fmt/format.h>

#include <limits>

#include "ecron/base/log.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/store/refusal.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {
namespace {

/// Sizes of the columns. An audit record that does not fit is truncated, not rejected, because the change
/// that it records has been made.
constexpr std::size_t kNameLength = 255;
constexpr std::size_t kShortLength = 64;
constexpr Instant kEver{Millis{std::numeric_limits<std::int64_t>::max()}};

enum class Differences : std::uint8_t { kept, dropped };

void insert(Session& session, std::span<const AuditEntry* const> entries, Differences differences) {
    static const Rows rows{.head =
                               "insert into t_cron_audit (f_at, f_tenant_id, f_client_id, f_subject, "
                               "f_address, f_action, f_object, f_difference) values ",
                           .types = "issttttt"};
    const bool kept = differences == Differences::kept;
    const std::int64_t now = to_unix_millis(session.recent_now());
    session.run_rows(
        rows, entries.size(),
        [&](Statement& row, std::size_t i) {
            const AuditEntry& entry = *entries[i];
            row << now << entry.tenant.value() << entry.client.value()
                << utf8_front(entry.subject, kNameLength) << utf8_front(entry.address, kShortLength)
                << utf8_front(entry.action, kShortLength) << utf8_front(entry.object, kNameLength)
                << (kept ? text_or_null(entry.difference) : std::nullopt);
        },
        [&](std::size_t i) { return 300 + entries[i]->difference.size(); });
}

}  // namespace

void insert_audit(Session& session, std::span<const AuditEntry* const> entries) {
    if (entries.empty()) return;
    // One statement may store the first of them before the database refuses another.
    const bool in_statements = entries.size() > 1;
    if (in_statements) session.run("savepoint audit_rows");
    try {
        insert(session, entries, Differences::kept);
    } catch (const SqlError& error) {
        if (!is_refused_content(to_error(error))) throw;
        log::warn("stored audit record without its difference action={} error=\"{}\"",
                  entries.front()->action, error.what());
        if (in_statements) session.run("rollback to savepoint audit_rows");
        insert(session, entries, Differences::dropped);
    }
}

Result<void> append_audit(Session& session, const std::vector<AuditEntry>& entries) {
    std::vector<const AuditEntry*> all;
    for (const AuditEntry& entry : entries) all.push_back(&entry);
    insert_audit(session, all);
    return {};
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
