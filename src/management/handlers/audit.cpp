#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/paging.hpp"
#include "management/http/responses.hpp"

/// GET /audit.
namespace ecron::management {
namespace {

Result<store::AuditFilter> filter_of(const Query& query, const ApiRequest& request) {
    const auto range = query.range();
    if (!range) return std::unexpected(range.error());
    const auto limit = query.number("limit", 0, kListDefault);
    if (!limit) return std::unexpected(limit.error());
    const auto after = query.cursor();
    if (!after) return std::unexpected(after.error());
    store::AuditFilter filter{
        .tenant = request.caller.visible_tenant, .from = range->begin, .before = *after};
    if (range->end) filter.until = *range->end + Millis{999};  // includes the whole last second
    if (const auto object = query.first("object")) filter.object = std::string{*object};
    filter.limit = static_cast<std::size_t>(std::min(*limit, kListLimit));
    return filter;
}

}  // namespace

void append_row(std::string& out, const store::AuditEntry& entry) {
    JsonWriter json{out};
    json.begin_object().member("audit_id", std::to_string(entry.key));
    json.member("at", format_rfc3339_millis(entry.at)).member("tenant_id", entry.tenant.value());
    json.member("client_id", entry.client.value()).member("subject", entry.subject);
    json.member("address", entry.address).member("action", entry.action).member("object", entry.object);
    json.member_raw("difference", entry.difference.empty() ? "null" : entry.difference).end_object();
}

AsyncResponse list_audit(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    auto filter = filter_of(*query, request);
    if (!filter) co_return request.error(filter.error());
    const std::optional<std::int64_t> before = filter->before;
    const std::size_t limit = filter->limit;
    ReadRows<store::AuditEntry> read = [&audit = *request.api.store.audit, requested = std::move(*filter)](
                                           std::optional<std::int64_t> older_than, std::size_t count) {
        store::AuditFilter page = requested;
        page.before = older_than;
        page.limit = count;
        return audit.list(std::move(page));
    };
    co_return co_await page_response(std::move(request), *query, std::move(read), before, limit);
}

}  // namespace ecron::management
