#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "ecron/store/store.hpp"
#include "store/writer.hpp"

/// The bytes that tenants store, for `Options::bytes_per_tenant`.
namespace ecron::store {

using BytesByTenant = std::map<TenantId, std::int64_t>;

/// What each tenant stores as far as this process knows: the sums that a node measured last, and what this
/// process has written since that measurement began. Threads: any.
class TenantUsage {
public:
    /// `limit` 0: any number of bytes, and nothing is kept.
    explicit TenantUsage(std::int64_t limit) : limit_(limit) {}

    struct Sums {
        BytesByTenant history{};         // executions, attempts, dead letters
        BytesByTenant jobs{};            // their contexts
        std::optional<Instant> since{};  // when measuring the history began
    };
    void measured(Sums sums);
    /// Negative: what was not written after all.
    void wrote(const TenantId& tenant, std::int64_t bytes, Instant now);

    [[nodiscard]] bool is_limited() const { return limit_ > 0; }
    [[nodiscard]] bool has_room(const TenantId& tenant, std::int64_t bytes) const;
    /// What the tenant stores besides its jobs.
    [[nodiscard]] std::int64_t history(const TenantId& tenant) const;

private:
    struct Written {
        Instant begin{};
        BytesByTenant bytes{};
    };
    void forget_oldest();
    [[nodiscard]] std::int64_t history_locked(const TenantId& tenant) const;

    const std::int64_t limit_;
    mutable std::mutex mutex_;
    Sums sums_;
    std::deque<Written> written_;  // by time
    BytesByTenant recent_;         // their sums
};

/// The refusal of a write that its tenant has no room for.
[[nodiscard]] Error no_room();

/// Bytes that a row takes, by the same rule as the measurement.
[[nodiscard]] std::int64_t stored_bytes(const model::Execution& execution);
[[nodiscard]] std::int64_t stored_bytes(const Outcome& outcome);

/// Where a measurement stands. It pages through the tables by their keys, so that no statement takes long.
struct UsageScan {
    enum class Table : std::uint8_t { executions, dead_letters, none };
    Table table{Table::executions};
    std::int64_t after{0};
    std::optional<Instant> since{};
    BytesByTenant sums{};
};
/// Adds up the next page.
UsageScan scan_usage(Session& session, UsageScan scan);
TenantUsage::Sums read_usage(Session& session);

class WriteUsage final : public Answering<Write, void> {
public:
    explicit WriteUsage(UsageScan scan) : Answering(WriteKind::others), scan_(std::move(scan)) {}
    void apply(Session& session) override;

private:
    UsageScan scan_;
};

}  // namespace ecron::store
