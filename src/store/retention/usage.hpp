#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "ecron/store/history.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

using BytesByTenant = std::map<TenantId, std::int64_t>;

/// The bytes stored per tenant as known to this process: the sums of the last measurement by any node, plus
/// what this process has written since that measurement began. Threads: any.
class TenantUsage {
public:
    /// `limit` 0: unlimited, and nothing is recorded.
    explicit TenantUsage(std::int64_t limit) : limit_(limit) {}

    struct Sums {
        BytesByTenant history{};         // executions, attempts, dead letters
        BytesByTenant jobs{};            // contexts of jobs
        std::optional<Instant> since{};  // when measuring of the history began
        Instant jobs_read{};             // when reading of the jobs began
    };
    void measured(Sums sums);
    /// Negative bytes undo a write that did not happen.
    void wrote(const TenantId& tenant, std::int64_t bytes, Instant now);

    /// The contexts of the tenant's jobs now have this many bytes.
    void jobs_hold(const TenantId& tenant, std::int64_t bytes, Instant now);

    [[nodiscard]] bool is_limited() const { return limit_ > 0; }
    [[nodiscard]] bool has_room(const TenantId& tenant, std::int64_t bytes) const;
    /// Returns what the tenant stores besides its jobs.
    [[nodiscard]] std::int64_t history(const TenantId& tenant) const;

private:
    struct Written {
        Instant begin{};
        BytesByTenant bytes{};
    };
    struct JobBytes {
        std::int64_t bytes{};
        Instant at{};  // when they were written or read
    };
    void forget_oldest();
    [[nodiscard]] std::int64_t history_locked(const TenantId& tenant) const;

    const std::int64_t limit_;
    mutable std::mutex mutex_;
    BytesByTenant history_;  // as measured
    std::map<TenantId, JobBytes> jobs_;
    std::deque<Written> written_;  // by time
    BytesByTenant recent_;         // their sums
};

/// Returns the error for a write that exceeds its tenant's limit.
[[nodiscard]] Error no_room();

/// Returns the bytes of a row by the same rule as the measurement.
[[nodiscard]] std::int64_t stored_bytes(const model::Execution& execution);
[[nodiscard]] std::int64_t stored_bytes(const Outcome& outcome);

/// Progress of a measurement. It pages through the tables by key, so that each statement is short.
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
Result<void> write_usage(Session& session, const UsageScan& scan);

class SqlUsage final : public Usage {
public:
    SqlUsage(Threads threads, TenantUsage& usage, const Clock& clock)
        : threads_(threads),
          usage_(usage),
          clock_(clock) {}
    Awaitable<bool> measure_bytes() override;
    Awaitable<void> read_bytes() override;

private:
    Threads threads_;
    TenantUsage& usage_;
    const Clock& clock_;
    UsageScan scan_{};
};

}  // namespace ecron::store
