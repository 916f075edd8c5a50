#pragma once
#include <span>

#include "ecron/store/audit.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

/// Writes the records within the current transaction. Refused content drops the differences, not the records.
void insert_audit(Session& session, std::span<const AuditEntry* const> entries);
Result<void> append_audit(Session& session, const std::vector<AuditEntry>& entries);
std::vector<AuditEntry> read_audit(Session& session, const AuditFilter& filter);

/// The audit log on the store's threads.
class SqlAuditLog final : public AuditLog {
public:
    explicit SqlAuditLog(Threads threads) : threads_(threads) {}

    Awaitable<void> append(std::vector<AuditEntry> entries) override {
        // A duplicate record is worse than an error that says the outcome is unknown.
        return threads_.write({.repeatable = false}, append_audit, std::move(entries));
    }
    Awaitable<std::vector<AuditEntry>> list(AuditFilter filter) override {
        return threads_.read(read_audit, std::move(filter));
    }

private:
    Threads threads_;
};

}  // namespace ecron::store
