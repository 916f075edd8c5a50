#include "management/audit_record.hpp"

#include <algorithm>

namespace ecron::management {
namespace {

constexpr std::size_t kMaxTextBytes = 255;  // bytes

/// Truncates at a character boundary.
std::string truncated(std::string text) {
    std::size_t size = std::min(text.size(), kMaxTextBytes);
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        --size;
    text.resize(size);
    return text;
}

}  // namespace

bool is_audited(const Route& route) {
    if (route.method == http::Method::get || route.mount == Mount::callback) return false;
    return route.access == Access::write || route.access == Access::execute || route.access == Access::admin;
}

store::AuditEntry audit_entry(const http::Request& request, const Caller& caller, AuditRecord record) {
    return {.tenant = std::move(record.tenant),
            .client = caller.identity.tenant,
            .subject = truncated(caller.identity.subject),
            .address = truncated(request.peer),
            .action = std::string{caller.action},
            .object = truncated(std::move(record.object)),
            .difference = record.difference.text()};
}

void log_audit(const store::AuditEntry& entry, const Caller& caller) {
    log::info("audit action={} tenant={} client={} subject={} address={} object={} request_id={}",
              entry.action, entry.tenant, entry.client, entry.subject, entry.address, entry.object,
              caller.request_id);
}

std::vector<store::AuditEntry> audit_entries(const http::Request& request, const Caller& caller,
                                             std::string_view variable) {
    std::vector<AuditRecord> records = caller.audit_records;
    if (records.empty()) records.push_back({std::string{variable}, {}, caller.tenant});
    std::vector<store::AuditEntry> entries;
    for (AuditRecord& record : records) {
        entries.push_back(audit_entry(request, caller, std::move(record)));
        log_audit(entries.back(), caller);
    }
    return entries;
}

}  // namespace ecron::management
