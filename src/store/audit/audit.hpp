#pragma once
#include "ecron/store/audit.hpp"
#include "store/work/readers.hpp"
#include "store/work/writer.hpp"

namespace ecron::store {

class AppendAudit final : public Answering<Write, void> {
public:
    explicit AppendAudit(std::vector<AuditEntry> entries)
        : Answering(WriteKind::others),
          entries_(std::move(entries)) {}
    /// A duplicate record is worse than an error that says the outcome is unknown.
    [[nodiscard]] bool repeatable() const override { return false; }
    void apply(Session& session) override;

private:
    enum class Differences : std::uint8_t { kept, dropped };
    void insert(Session& session, Differences differences) const;

    std::vector<AuditEntry> entries_;
};

std::vector<AuditEntry> read_audit(Session& session, const AuditFilter& filter);

/// The audit log on the store's threads.
class SqlAuditLog final : public AuditLog {
public:
    SqlAuditLog(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

    Awaitable<void> append(std::vector<AuditEntry> entries) override {
        return await_answer(std::make_unique<AppendAudit>(std::move(entries)), writer_);
    }
    Awaitable<std::vector<AuditEntry>> list(AuditFilter filter) override {
        return await_answer(
            std::make_unique<Query<std::vector<AuditEntry>>>(
                [filter = std::move(filter)](Session& session) { return read_audit(session, filter); }),
            readers_);
    }

private:
    Writer& writer_;
    Readers& readers_;
};

}  // namespace ecron::store
