#include "store/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ecron/model/json.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kJobsALook = 100;
constexpr std::size_t kBatch = 100;  // executions removed in one transaction
constexpr std::int64_t kOthersBatch = 500;
constexpr Millis kBeforeWatermark{3'600'000};
constexpr Millis kDay{24LL * 3'600'000};

/// A failure that the old service left, or a client put in, waits for no attempt.
constexpr std::string_view kHasEnded =
    "(f_job_status in (1, 4, 5) or (f_job_status = 3 and coalesce(f_trigger, 0) = 0 and f_end_time > 0))";

/// Runs planned before it are no new term's business.
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

Millis kept_for(Session& session, const JobId& job, const HistoryRule& rule) {
    Statement& read = session.prepare("select f_job_context from t_cron_job where f_job_id = :id", "s", "s");
    read << job.value();
    if (!read.first() || read.text(0).find("\"retention\"") == std::string::npos) return rule.keep;
    const auto context = model::read_context(read.text(0));
    return context ? context->retention.value_or(rule.keep) : rule.keep;
}

/// The newest row that is one too many; before all of them where there are not so many.
std::int64_t too_many_until(Session& session, const JobId& job, std::size_t per_job) {
    if (per_job == 0) return 0;
    Statement& row = session.prepare(
        "select f_key_id from t_cron_job_status where f_job_id = :job order by f_key_id desc limit 1 offset "
        ":kept",
        "si", "i");
    row << job.value() << static_cast<std::int64_t>(per_job);
    return row.first() ? row.integer(0) : 0;
}

/// What of a job may go: everything up to a row, and what is older than an instant.
struct Limits {
    Instant ended_before{};
    std::int64_t until_key{};
    Instant planned_before{};
};

/// A row as far as its removal depends on it. The old service kept whole seconds, and not all of them.
struct Candidate {
    std::int64_t key{};
    bool ended{};
    std::optional<Instant> nominal{}, begin{}, end{};

    [[nodiscard]] std::optional<Instant> started() const { return nominal ? nominal : begin; }
    [[nodiscard]] bool may_go(const Limits& limits) const {
        const std::optional<Instant> when = end ? end : started();
        const bool old = key <= limits.until_key || (when && *when < limits.ended_before);
        return ended && old && (!nominal || *nominal < limits.planned_before);
    }
    /// Rows behind it are younger still.
    [[nodiscard]] bool is_young(const Limits& limits) const {
        return key > limits.until_key && started() && *started() >= limits.ended_before;
    }
};

std::optional<Instant> seconds(const Statement& row, std::size_t column) {
    return row.integer(column) > 0 ? std::optional(from_unix_seconds(row.integer(column))) : std::nullopt;
}

/// False: there was no room for all of them.
bool find_of_job(Session& session, const JobId& job, const Limits& limits, std::vector<std::int64_t>& keys) {
    for (std::int64_t after = 0;;) {
        Statement& rows = session.prepare(
            fmt::format(
                "select f_key_id, case when {} then 1 else 0 end, f_nominal, f_begin_time, f_end_time from "
                "t_cron_job_status where f_job_id = :job and f_key_id > :after order by f_key_id limit {}",
                kHasEnded, kBatch),
            "si", "iiiii");
        rows << job.value() << after;
        std::size_t read = 0;
        bool done = false;
        for (rows.run(); rows.fetch(); ++read) {
            Candidate row{.key = rows.integer(0),
                          .ended = rows.integer(1) != 0,
                          .begin = seconds(rows, 3),
                          .end = seconds(rows, 4)};
            if (!rows.is_null(2)) row.nominal = from_unix_millis(rows.integer(2));
            after = row.key;
            done = done || row.is_young(limits) || keys.size() >= kBatch;
            if (!done && row.may_go(limits)) keys.push_back(row.key);
        }
        if (done) return keys.size() < kBatch;
        if (read < kBatch) return true;
    }
}

/// Removes the first rows of a table, up to the last one that a condition lets go.
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

OldExecutions find_old(Session& session, const HistoryRule& rule, const JobId& after) {
    OldExecutions old{.after = after};
    const Instant now = session.now();
    const Instant planned_before = safe_until(session, now);
    for (std::size_t looked = 0; looked < kJobsALook; ++looked) {
        const std::optional<JobId> job = next_job(session, old.after);
        if (!job) {
            old.after = JobId{};
            old.round_ended = true;
            return old;
        }
        const Millis keep = kept_for(session, *job, rule);
        const Limits limits{.ended_before = keep > Millis{0} ? now - keep : Instant::min(),
                            .until_key = too_many_until(session, *job, rule.per_job),
                            .planned_before = planned_before};
        if (!find_of_job(session, *job, limits, old.keys)) return old;  // this job once more, then
        old.after = *job;
    }
    return old;
}

void RemoveExecutions::apply(Session& session) {
    result.emplace();
    std::vector<std::pair<std::int64_t, std::string>> rows;
    const std::size_t size = list_size(keys_.size());
    Statement& lock = session.prepare(
        fmt::format("select f_key_id, f_execute_id from t_cron_job_status where f_key_id in ({}) and {}{}",
                    placeholders(size), kHasEnded, session.dialect().for_update()),
        std::string(size, 'i'), "is");
    for (std::size_t i = 0; i < size; ++i) lock << keys_[std::min(i, keys_.size() - 1)];
    for (lock.run(); lock.fetch();) rows.emplace_back(lock.integer(0), lock.text(1));
    if (rows.empty()) return;

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
    result = executions.run();
}

void RemoveOthers::apply(Session& session) {
    const Instant now = session.now();
    result.emplace();
    if (rule_.audit > Millis{0})
        *result += remove_first(session, "t_cron_audit", "f_id", "f_at", now - rule_.audit,
                                std::numeric_limits<std::int64_t>::max());
    if (rule_.keep <= Millis{0}) return;
    const Instant before = now - rule_.keep;
    constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
    Statement& planned = session.prepare("select coalesce(min(f_planned), 0) from t_cron_shard", "", "i");
    planned.first();
    const std::int64_t planned_by_all = planned.integer(0);
    *result += remove_first(session, "t_cron_missed", "f_id", "f_at", before, kAny) +
               remove_first(session, "t_cron_change", "f_number", "f_at", std::min(before, now - kDay),
                            planned_by_all) +
               remove_first(session, "t_cron_dead_letter", "f_id", "f_died", before, kAny);
}

}  // namespace ecron::store
