#include "store/retention/usage.hpp"

#include <fmt/format.h>

#include <initializer_list>

#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kPage = 500;
constexpr std::int64_t kRowBytes = 100;  // ids, times, states
constexpr Millis kSpan{1'000};           // recent writes are grouped by this interval
constexpr Millis kClocksDiffer{2'000};   // maximum clock difference between two nodes
constexpr std::size_t kSpansKept = 3'600;

std::string row_bytes(const Dialect& dialect, std::initializer_list<std::string_view> columns) {
    std::string sum = std::to_string(kRowBytes);
    for (const std::string_view column : columns)
        sum += fmt::format(" + coalesce({}, 0)", dialect.byte_length(column));
    return sum;
}

/// Adds up the rows (key, tenant, bytes) of a statement; returns the last key, 0 if there are none.
std::int64_t add_up(Statement& rows, BytesByTenant& sums) {
    std::int64_t last = 0;
    for (rows.run(); rows.fetch();) {
        last = rows.integer(0);
        sums[TenantId(rows.text(1))] += rows.integer(2);
    }
    return last;
}

std::int64_t scan_executions(Session& session, UsageScan& scan) {
    const Dialect& dialect = session.dialect();
    Statement& executions = session.prepare(
        fmt::format("select f_key_id, coalesce(f_tenant_id, ''), {} from t_cron_job_status where f_key_id > "
                    ":after order by f_key_id limit {}",
                    row_bytes(dialect, {"f_job_name", "f_executor", "f_ext_info", "f_result", "f_snapshot"}),
                    kPage),
        "i", "isi");
    executions << scan.after;
    const std::int64_t last = add_up(executions, scan.sums);
    Statement& attempts = session.prepare(
        fmt::format("select s.f_key_id, coalesce(s.f_tenant_id, ''), {} from t_cron_job_status s join "
                    "t_cron_attempt a on a.f_execute_id = s.f_execute_id where s.f_key_id > :after and "
                    "s.f_key_id <= :last",
                    row_bytes(dialect, {"a.f_reason", "a.f_detail", "a.f_output"})),
        "ii", "isi");
    attempts << scan.after << last;
    add_up(attempts, scan.sums);
    return last;
}

std::int64_t scan_dead_letters(Session& session, UsageScan& scan) {
    Statement& letters = session.prepare(
        fmt::format("select f_id, f_tenant_id, {} from t_cron_dead_letter where f_id > :after order by f_id "
                    "limit {}",
                    row_bytes(session.dialect(), {"f_url", "f_payload", "f_reason"}), kPage),
        "i", "isi");
    letters << scan.after;
    return add_up(letters, scan.sums);
}

std::int64_t bytes_of(const BytesByTenant& bytes, const TenantId& tenant) {
    const auto found = bytes.find(tenant);
    return found == bytes.end() ? 0 : found->second;
}

std::int64_t size_of(const std::string& text) { return static_cast<std::int64_t>(text.size()); }

}  // namespace

void TenantUsage::measured(Sums sums) {
    const std::scoped_lock lock{mutex_};
    const std::optional<Instant> since = sums.since;
    history_ = std::move(sums.history);
    // The reading may have begun before the commit of what this process has just written.
    std::erase_if(jobs_, [&](const auto& entry) { return entry.second.at + kClocksDiffer < sums.jobs_read; });
    for (const auto& [tenant, bytes] : sums.jobs) jobs_.try_emplace(tenant, bytes, sums.jobs_read);
    while (since && !written_.empty() && written_.front().begin + kSpan + kClocksDiffer <= *since)
        forget_oldest();
}

void TenantUsage::forget_oldest() {
    for (const auto& [tenant, bytes] : written_.front().bytes) recent_[tenant] -= bytes;
    written_.pop_front();
    std::erase_if(recent_, [](const auto& entry) { return entry.second == 0; });
}

void TenantUsage::wrote(const TenantId& tenant, std::int64_t bytes, Instant now) {
    if (!is_limited()) return;
    const std::scoped_lock lock{mutex_};
    if (written_.empty() || now >= written_.back().begin + kSpan) written_.push_back({.begin = now});
    written_.back().bytes[tenant] += bytes;
    recent_[tenant] += bytes;
    if (written_.size() <= kSpansKept) return;
    for (const auto& [of, sum] : written_[0].bytes) written_[1].bytes[of] += sum;
    written_.pop_front();
}

void TenantUsage::jobs_hold(const TenantId& tenant, std::int64_t bytes, Instant now) {
    if (!is_limited()) return;
    const std::scoped_lock lock{mutex_};
    jobs_[tenant] = {bytes, now};
}

bool TenantUsage::has_room(const TenantId& tenant, std::int64_t bytes) const {
    if (!is_limited()) return true;
    const std::scoped_lock lock{mutex_};
    const auto jobs = jobs_.find(tenant);
    return history_locked(tenant) + (jobs == jobs_.end() ? 0 : jobs->second.bytes) + bytes <= limit_;
}

std::int64_t TenantUsage::history(const TenantId& tenant) const {
    const std::scoped_lock lock{mutex_};
    return history_locked(tenant);
}

std::int64_t TenantUsage::history_locked(const TenantId& tenant) const {
    return bytes_of(history_, tenant) + bytes_of(recent_, tenant);
}

Error no_room() { return {Errc::denied, "the tenant stores as many bytes as it may", {"limit_bytes"}}; }

std::int64_t stored_bytes(const model::Execution& execution) {
    return kRowBytes + size_of(execution.job_name) + size_of(execution.extra) + size_of(execution.reason) +
           size_of(execution.result) + size_of(execution.snapshot);
}

std::int64_t stored_bytes(const Outcome& outcome) {
    const std::int64_t bytes = size_of(outcome.after.result) + size_of(outcome.after.reason);
    if (!outcome.record) return bytes;
    const model::Attempt& record = *outcome.record;
    return bytes + kRowBytes + size_of(record.reason) + size_of(record.detail) + size_of(record.output);
}

UsageScan scan_usage(Session& session, UsageScan scan) {
    using Table = UsageScan::Table;
    if (!scan.since) {
        scan.since = session.now();
        scan.sums.try_emplace(TenantId{});  // records the start of the measurement even if there is no tenant
    }
    const bool reads_executions = scan.table == Table::executions;
    const std::int64_t last =
        reads_executions ? scan_executions(session, scan) : scan_dead_letters(session, scan);
    if (last == 0) scan.table = reads_executions ? Table::dead_letters : Table::none;
    scan.after = last;
    return scan;
}

TenantUsage::Sums read_usage(Session& session) {
    TenantUsage::Sums sums;
    Statement& history = session.prepare("select f_tenant_id, f_bytes, f_since from t_cron_usage", "", "sii");
    for (history.run(); history.fetch();) {
        sums.history[TenantId(history.text(0))] = history.integer(1);
        sums.since = from_unix_millis(history.integer(2));
    }
    Statement& jobs = session.prepare("select f_tenant_id, f_bytes from t_cron_tenant", "", "si");
    for (jobs.run(); jobs.fetch();) sums.jobs[TenantId(jobs.text(0))] = jobs.integer(1);
    return sums;
}

Result<void> write_usage(Session& session, const UsageScan& scan) {
    static const Rows rows{.head = "insert into t_cron_usage (f_tenant_id, f_bytes, f_since) values ",
                           .types = "sii"};
    session.run("delete from t_cron_usage");
    const std::vector<std::pair<TenantId, std::int64_t>> sums(scan.sums.begin(), scan.sums.end());
    const std::int64_t since = to_unix_millis(scan.since.value_or(Instant{}));
    session.run_rows(
        rows, sums.size(),
        [&](Statement& row, std::size_t i) { row << sums[i].first.value() << sums[i].second << since; },
        [](std::size_t) { return std::size_t{200}; });
    return {};
}

Awaitable<bool> SqlUsage::measure_bytes() {
    Result<UsageScan> scan = co_await threads_.read(scan_usage, std::exchange(scan_, {}));
    if (!scan) co_return std::unexpected(scan.error());
    if (scan->table != UsageScan::Table::none) {
        scan_ = std::move(*scan);
        co_return false;
    }
    const Result<void> written = co_await threads_.write({}, write_usage, std::move(*scan));
    if (!written) co_return std::unexpected(written.error());
    co_return true;
}

Awaitable<void> SqlUsage::read_bytes() {
    const Instant begun = clock_.now();
    Result<TenantUsage::Sums> sums = co_await threads_.read(read_usage);
    if (!sums) co_return std::unexpected(sums.error());
    sums->jobs_read = begun;
    usage_.measured(std::move(*sums));
    co_return Result<void>{};
}

}  // namespace ecron::store
