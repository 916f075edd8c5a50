#include "store/retention/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "ecron/model/json.hpp"
#include "store/jobs/last_states.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kJobsALook = 100;
constexpr std::size_t kBatch = 100;  // executions deleted in one transaction
constexpr std::int64_t kOthersBatch = 500;
constexpr Millis kBeforeWatermark{3'600'000};
constexpr Millis kDay{24LL * 3'600'000};

/// A failure that was written by the previous service or a client is final: there is no next attempt.
constexpr std::string_view kHasEnded =
    "(f_job_status in (1, 4, 5) or (f_job_status = 3 and coalesce(f_trigger, 0) = 0 and f_end_time > 0))";

/// Returns the instant before which planned runs cannot matter to a new term.
Instant safe_until(Session& session, Instant now) {
    Statement& oldest =
        session.prepare("select min(f_watermark), count(f_watermark) from t_cron_shard", "", "ii");
    oldest.first();
    const Instant watermark = oldest.integer(1) > 0 ? from_unix_millis(oldest.integer(0)) : now;
    return watermark - kBeforeWatermark;
}

std::optional<JobId> next_job(Session& session, const JobId& after) {
    Statement& next = session.prepare(
        "select f_job_id from t_cron_job_status where f_job_id > :after order by f_job_id limit 1", "s", "s");
    next << after.value();
    if (!next.first()) return std::nullopt;
    return JobId(next.text(0));
}

/// The tenant of a job, and how long its executions are kept. The policy does not apply to executions that
/// other tenants stored under its id.
struct Owner {
    std::optional<std::string> tenant{};  // nullopt: the job is not stored
    Millis keep{};
};

Owner owner_of(Session& session, const JobId& job, const HistoryRule& rule) {
    Statement& read = session.prepare(
        "select f_job_context, coalesce(f_tenant_id, '') from t_cron_job where f_job_id = :id", "s", "ss");
    read << job.value();
    if (!read.first()) return {.keep = rule.keep};
    Owner owner{.tenant = read.text(1), .keep = rule.keep};
    if (read.text(0).find("\"retention\"") == std::string::npos) return owner;
    const auto context = model::read_context(read.text(0));
    if (context) owner.keep = context->retention.value_or(rule.keep);
    return owner;
}

/// Rows of the previous service have their tenant in ext_info only, and count as the owner's.
enum class OldRows : std::uint8_t { count, leave };

/// Returns the key of the newest row of a tenant that exceeds the limit, or a key before all rows if the
/// limit is not exceeded.
std::int64_t too_many_until(Session& session, const JobId& job, const std::string& tenant, OldRows old,
                            std::size_t per_job) {
    if (per_job == 0) return 0;
    Statement& row = session.prepare(
        fmt::format("select f_key_id from t_cron_job_status where f_job_id = :job and (({}) or {}) order by "
                    "f_key_id desc limit 1 offset :kept",
                    session.dialect().exactly("f_tenant_id"),
                    old == OldRows::count ? "f_tenant_id is null" : "1 = 0"),
        "sssi", "i");
    row << job.value() << tenant << tenant << static_cast<std::int64_t>(per_job);
    return row.first() ? row.integer(0) : 0;
}

/// What may be deleted of a job and a tenant: rows up to a key, and rows older than an instant.
struct Limits {
    Instant ended_before{};
    std::int64_t until_key{};
    Instant planned_before{};
};

/// The part of a row that decides its deletion. The previous service stored whole seconds, and not all of the
/// times.
struct Candidate {
    std::int64_t key{};
    bool ended{};
    std::optional<Instant> scheduled_at{}, begin{}, end{};
    std::string tenant{};

    [[nodiscard]] std::optional<Instant> started() const { return scheduled_at ? scheduled_at : begin; }
    [[nodiscard]] bool may_go(const Limits& limits) const {
        const std::optional<Instant> when = end ? end : started();
        const bool old = key <= limits.until_key || (when && *when < limits.ended_before);
        return ended && old && (!scheduled_at || *scheduled_at < limits.planned_before);
    }
    /// Returns true if this row, and therefore every later one, is too young to be deleted.
    [[nodiscard]] bool is_young(const Limits& limits) const {
        return key > limits.until_key && started() && *started() >= limits.ended_before;
    }
};

std::optional<Instant> seconds(const Statement& row, std::size_t column) {
    return row.integer(column) > 0 ? std::optional(from_unix_seconds(row.integer(column))) : std::nullopt;
}

/// The limits of one job, for each tenant that has rows of it.
class JobLimits {
public:
    JobLimits(Session& session, const JobId& job, const HistoryRule& rule, Instant planned_before)
        : session_(session),
          job_(job),
          rule_(rule),
          planned_before_(planned_before),
          owner_(owner_of(session, job, rule)) {}

    const Limits& of(const std::string& tenant) {
        const std::string& whose = tenant.empty() && owner_.tenant ? *owner_.tenant : tenant;
        const auto [known, is_new] = by_tenant_.try_emplace(whose);
        if (is_new) known->second = read(whose);
        return known->second;
    }
    /// Returns true if a young row implies that all later rows are also young; not the case for rows of other
    /// tenants.
    [[nodiscard]] bool tells_of_all(const std::string& tenant) const {
        if (!owner_.tenant) return rule_.per_job == 0;
        return tenant.empty() || tenant == *owner_.tenant;
    }

private:
    Limits read(const std::string& whose) const {
        const bool is_owner = owner_.tenant && whose == *owner_.tenant;
        const Millis keep = is_owner ? owner_.keep : rule_.keep;
        return {.ended_before = keep > Millis{0} ? session_.now() - keep : Instant::min(),
                .until_key = too_many_until(session_, job_, whose,
                                            is_owner || whose.empty() ? OldRows::count : OldRows::leave,
                                            rule_.per_job),
                .planned_before = planned_before_};
    }

    Session& session_;
    const JobId& job_;
    const HistoryRule& rule_;
    Instant planned_before_;
    Owner owner_;
    std::map<std::string, Limits> by_tenant_;
};

/// Returns the rows of a job after a key, in order, at most one batch.
std::vector<Candidate> rows_behind(Session& session, const JobId& job, std::int64_t after) {
    Statement& rows = session.prepare(
        fmt::format("select f_key_id, case when {} then 1 else 0 end, f_nominal, f_begin_time, f_end_time, "
                    "coalesce(f_tenant_id, '') from t_cron_job_status where f_job_id = :job and f_key_id > "
                    ":after order by f_key_id limit {}",
                    kHasEnded, kBatch),
        "si", "iiiiis");
    rows << job.value() << after;
    std::vector<Candidate> found;
    for (rows.run(); rows.fetch();) {
        Candidate row{.key = rows.integer(0),
                      .ended = rows.integer(1) != 0,
                      .begin = seconds(rows, 3),
                      .end = seconds(rows, 4),
                      .tenant = rows.text(5)};
        if (!rows.is_null(2)) row.scheduled_at = from_unix_millis(rows.integer(2));
        found.push_back(std::move(row));
    }
    return found;
}

/// Returns false if the batch was full before the end of the job.
bool find_of_job(Session& session, const JobId& job, JobLimits& limits, std::vector<std::int64_t>& keys) {
    for (std::int64_t after = 0;;) {
        const std::vector<Candidate> rows = rows_behind(session, job, after);
        for (const Candidate& row : rows) {
            if (keys.size() >= kBatch) return false;
            const Limits& allowed = limits.of(row.tenant);
            if (row.is_young(allowed) && limits.tells_of_all(row.tenant)) return true;
            if (row.may_go(allowed)) keys.push_back(row.key);
        }
        if (rows.size() < kBatch) return true;
        after = rows.back().key;
    }
}

/// Written before the executions are deleted, in the same transaction.
void record_deleted(Session& session, std::int64_t newest) {
    if (from_unix_millis(newest) <= deleted_until(session)) return;
    Statement& update =
        session.prepare("update t_cron_meta set f_value = :until where f_key = 'deleted_until'", "s");
    update << std::to_string(newest);
    update.run();
}

/// Deletes the first rows of a table, up to the last one that satisfies a condition.
std::size_t remove_first(Session& session, std::string_view table, std::string_view key, std::string_view at,
                         Instant before, std::int64_t until_key) {
    Statement& rows = session.prepare(
        fmt::format("select {0}, {1} from {2} order by {0} limit {3}", key, at, table, kOthersBatch), "",
        "ii");
    std::int64_t last = 0;
    bool old = true;
    for (rows.run(); rows.fetch();) {
        old = old && from_unix_millis(rows.integer(1)) < before && rows.integer(0) <= until_key;
        if (old) last = rows.integer(0);
    }
    if (last == 0) return 0;
    Statement& remove = session.prepare(fmt::format("delete from {} where {} <= :last", table, key), "i");
    remove << last;
    return remove.run();
}

}  // namespace

Instant deleted_until(Session& session) {
    Statement& read =
        session.prepare("select f_value from t_cron_meta where f_key = 'deleted_until'", "", "s");
    // Without a record the next start of a node makes one.
    return read.first() ? from_unix_millis(std::stoll(read.text(0))) : Instant::max();
}

void assume_deleted(Session& session) {
    if (deleted_until(session) != Instant::max()) return;
    Statement& read = session.prepare("select coalesce(max(f_watermark), 0) from t_cron_shard", "", "i");
    read.first();
    Statement& insert =
        session.prepare("insert into t_cron_meta (f_key, f_value) values ('deleted_until', :until)", "s");
    insert << std::to_string(std::max<std::int64_t>(0, read.integer(0) - Millis(kBeforeWatermark).count()));
    insert.run();
}

OldExecutions find_old(Session& session, const HistoryRule& rule, const JobId& after) {
    OldExecutions old{.after = after};
    const Instant now = session.now();
    const Instant planned_before = safe_until(session, now);
    for (std::size_t looked = 0; looked < kJobsALook; ++looked) {
        const std::optional<JobId> job = next_job(session, old.after);
        if (!job) {
            old.after = JobId{};
            old.round_ended = true;
            old.orphaned_states = orphaned_states(session);
            return old;
        }
        JobLimits limits(session, *job, rule, planned_before);
        // The next step continues with this job.
        if (!find_of_job(session, *job, limits, old.keys)) return old;
        old.after = *job;
        if (has_wrong_last_state(session, *job)) old.wrong_states.push_back(*job);
    }
    return old;
}

Result<std::size_t> remove_executions(Session& session, const std::vector<std::int64_t>& keys) {
    std::vector<std::pair<std::int64_t, std::string>> rows;
    std::int64_t newest = 0;  // scheduled time
    const std::size_t size = list_size(keys.size());
    Statement& lock =
        session.prepare(fmt::format("select f_key_id, f_execute_id, coalesce(f_nominal, 0) from "
                                    "t_cron_job_status where f_key_id in ({}) and {}{}",
                                    placeholders(size), kHasEnded, session.dialect().texts.for_update),
                        std::string(size, 'i'), "isi");
    for (std::size_t i = 0; i < size; ++i) lock << keys[std::min(i, keys.size() - 1)];
    for (lock.run(); lock.fetch();) {
        rows.emplace_back(lock.integer(0), lock.text(1));
        newest = std::max(newest, lock.integer(2));
    }
    if (rows.empty()) return 0;
    record_deleted(session, newest);

    const std::size_t found = list_size(rows.size());
    Statement& attempts = session.prepare(
        fmt::format("delete from t_cron_attempt where f_execute_id in ({})", placeholders(found)),
        std::string(found, 's'));
    Statement& executions = session.prepare(
        fmt::format("delete from t_cron_job_status where f_key_id in ({})", placeholders(found)),
        std::string(found, 'i'));
    for (std::size_t i = 0; i < found; ++i) {
        attempts << rows[std::min(i, rows.size() - 1)].second;
        executions << rows[std::min(i, rows.size() - 1)].first;
    }
    attempts.run();
    return executions.run();
}

Result<std::size_t> remove_others(Session& session, const HistoryRule& rule) {
    const Instant now = session.now();
    std::size_t removed = 0;
    if (rule.audit > Millis{0})
        removed += remove_first(session, "t_cron_audit", "f_id", "f_at", now - rule.audit,
                                std::numeric_limits<std::int64_t>::max());
    if (rule.keep <= Millis{0}) return removed;
    const Instant before = now - rule.keep;
    constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
    Statement& planned = session.prepare("select coalesce(min(f_planned), 0) from t_cron_shard", "", "i");
    planned.first();
    const std::int64_t planned_by_all = planned.integer(0);
    return removed + remove_first(session, "t_cron_missed", "f_id", "f_at", before, kAny) +
           remove_first(session, "t_cron_change", "f_number", "f_at", std::min(before, now - kDay),
                        planned_by_all) +
           remove_first(session, "t_cron_dead_letter", "f_id", "f_died", before, kAny);
}

Awaitable<Trimmed> SqlRetention::trim_history(HistoryRule rule, JobId after) {
    Result<OldExecutions> old = co_await threads_.read(find_old, rule, std::move(after));
    if (!old) co_return std::unexpected(old.error());
    Trimmed trimmed{.after = std::move(old->after), .round_ended = old->round_ended};
    if (!old->keys.empty()) {
        const Result<std::size_t> removed =
            co_await threads_.write({WriteKind::history}, remove_executions, std::move(old->keys));
        if (!removed) co_return std::unexpected(removed.error());
        trimmed.executions = *removed;
    }
    if (!old->wrong_states.empty()) {
        const Result<void> corrected =
            co_await threads_.write({WriteKind::history}, correct_last_states, std::move(old->wrong_states));
        if (!corrected) co_return std::unexpected(corrected.error());
    }
    if (!old->orphaned_states.empty()) {
        const Result<void> removed =
            co_await threads_.write({WriteKind::history}, remove_states, std::move(old->orphaned_states));
        if (!removed) co_return std::unexpected(removed.error());
    }
    if (trimmed.round_ended && (rule.keep > Millis{0} || rule.audit > Millis{0})) {
        const Result<std::size_t> removed =
            co_await threads_.write({WriteKind::history}, remove_others, rule);
        if (!removed) co_return std::unexpected(removed.error());
        trimmed.others = *removed;
    }
    co_return trimmed;
}

}  // namespace ecron::store
