#pragma once
#include "ecron/store/port.hpp"

/// The audit log: who changed what, when, from where, and how. Threads and errors: as for Store.
namespace ecron::store {

struct AuditEntry {
    std::int64_t key{};        // set by the store
    Instant at{};              // the store's clock
    TenantId tenant{};         // owner of the object
    TenantId client{};         // tenant of the caller
    std::string subject{};     // the caller within that tenant
    std::string address{};     // IP address of the caller
    std::string action{};      // name of the API operation
    std::string object{};      // id of the job, execution, …; at most 64 characters
    std::string difference{};  // JSON object: member to {"from","to"}; may be empty
};

struct AuditFilter {
    std::optional<TenantId> tenant{};  // nullopt: all tenants
    std::optional<std::string> object{};
    std::optional<Instant> from{}, until{};
    std::size_t limit{100};
    std::optional<std::int64_t> before{};  // cursor: returns older entries only
};

class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual Awaitable<void> append(std::vector<AuditEntry> entries) = 0;
    /// Returns the newest entries first.
    virtual Awaitable<std::vector<AuditEntry>> list(AuditFilter filter) = 0;
};

}  // namespace ecron::store
