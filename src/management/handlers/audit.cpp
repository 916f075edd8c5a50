#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "management/audit_record.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/paging.hpp"
#include "management/http/responses.hpp"

/// GET /audit, and the creation of audit records.
namespace ecron::management {
namespace {

constexpr std::size_t kLongestText = 255;  // bytes

/// Truncates at a character boundary.
std::string cut(std::string text) {
    std::size_t size = std::min(text.size(), kLongestText);
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        --size;
    text.resize(size);
    return text;
}

Result<store::AuditFilter> filter_of(const Query& query, const Call& call) {
    const auto range = query.range();
    if (!range) return std::unexpected(range.error());
    const auto limit = query.number("limit", 0, kListDefault);
    if (!limit) return std::unexpected(limit.error());
    const auto after = query.cursor();
    if (!after) return std::unexpected(after.error());
    store::AuditFilter filter{.tenant = call.caller.whose, .from = range->begin, .before = *after};
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

Answer list_audit(Call call) {
    const auto query = Query::read(call.request.query);
    if (!query) co_return refuse(call.api.options.language, query.error());
    auto filter = filter_of(*query, call);
    if (!filter) co_return refuse(call.api.options.language, filter.error());
    const std::optional<std::int64_t> before = filter->before;
    const std::size_t limit = filter->limit;
    ReadRows<store::AuditEntry> read = [&audit = call.api.store.audit(), asked = std::move(*filter)](
                                           std::optional<std::int64_t> older_than, std::size_t count) {
        store::AuditFilter page = asked;
        page.before = older_than;
        page.limit = count;
        return audit.list(std::move(page));
    };
    co_return co_await page_answer(std::move(call), *query, std::move(read), before, limit);
}

bool is_audited(const Route& route) {
    if (route.method == http::Method::get || route.under == Under::callback) return false;
    return route.needs == Needs::write || route.needs == Needs::execute || route.needs == Needs::admin;
}

std::vector<store::AuditEntry> audit_entries(const Route& route, const http::Request& request,
                                             const Caller& caller, std::string_view variable) {
    std::vector<Caller::Deed> deeds = caller.deeds;
    if (deeds.empty()) deeds.push_back({std::string{variable}, {}, caller.tenant});
    std::vector<store::AuditEntry> entries;
    for (Caller::Deed& deed : deeds) {
        log::info("audit action={} tenant={} client={} subject={} address={} object={}", route.name,
                  deed.tenant, caller.identity.tenant, caller.identity.subject, request.peer, deed.object);
        entries.push_back({.tenant = std::move(deed.tenant),
                           .client = caller.identity.tenant,
                           .subject = cut(caller.identity.subject),
                           .address = cut(request.peer),
                           .action = std::string{route.name},
                           .object = cut(std::move(deed.object)),
                           .difference = deed.difference.text()});
    }
    return entries;
}

}  // namespace ecron::management
