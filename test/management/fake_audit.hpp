#pragma once
#include <algorithm>
#include <vector>

#include "ecron/store/audit.hpp"

namespace ecron::management::test {

/// The audit log in memory, oldest first.
class FakeAudit final : public store::AuditLog {
public:
    std::vector<store::AuditEntry> entries;
    std::size_t most_read{0};  // bytes of differences in one list

    store::Awaitable<void> append(std::vector<store::AuditEntry> given) override {
        for (store::AuditEntry& entry : given) add(std::move(entry));
        co_return Result<void>{};
    }
    void add(store::AuditEntry entry) {
        entry.key = static_cast<std::int64_t>(entries.size()) + 1;
        entries.push_back(std::move(entry));
    }
    store::Awaitable<std::vector<store::AuditEntry>> list(store::AuditFilter filter) override {
        std::vector<store::AuditEntry> found;
        for (auto entry = entries.rbegin(); entry != entries.rend() && found.size() < filter.limit; ++entry) {
            const bool fits = (!filter.tenant || entry->tenant == *filter.tenant) &&
                              (!filter.object || entry->object == *filter.object) &&
                              (!filter.before || entry->key < *filter.before);
            if (fits) found.push_back(*entry);
        }
        std::size_t bytes = 0;
        for (const store::AuditEntry& entry : found) bytes += entry.difference.size();
        most_read = std::max(most_read, bytes);
        co_return found;
    }
};

}  // namespace ecron::management::test
