#include "store/insights/history_counts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/sql/conditions.hpp"

namespace ecron::store {

namespace {

constexpr int kOthersExamined = 10'000;

/// Executions that started in these seconds, half-open.
struct Span {
    std::int64_t from{}, to{};
};

/// The rows of a span that may be examined, the newest ones, with 1 or 0 as f_visible and f_late. Narrow,
/// because MySQL and MariaDB keep them in a temporary table.
struct ExaminedRows {
    std::string sql;
    Conditions visible;
    Span span;
    std::size_t limit{};

    [[nodiscard]] std::string types() const { return visible.types() + "iii"; }
    void bind(Statement& select) const {
        visible.bind(select);
        select << span.from << span.to << static_cast<std::int64_t>(limit);
    }
};

ExaminedRows examined_rows(const Dialect& dialect, const Span& span, const std::optional<TenantId>& tenant,
                           std::size_t limit) {
    Conditions visible;
    if (tenant) visible.add_exactly(dialect, "f_tenant_id", tenant->value());
    std::string sql = fmt::format(
        "(select f_begin_time, f_job_status, case when f_begin_time * 1000 >= f_due + {} then 1 else 0 end "
        "as f_late, case when (f_is_deleted is null or f_is_deleted = 0){} then 1 else 0 end as f_visible "
        "from t_cron_job_status{} where f_begin_time >= :first and f_begin_time < :last "
        "order by f_begin_time desc, f_key_id desc limit :rows) r",
        kLate.count(), visible.sql(), dialect.use_index("t_cron_job_status", "index_time"));
    return {std::move(sql), std::move(visible), span, limit};
}

std::int64_t* count_of(HistoryBucket& bucket, model::ExecutionState state) {
    switch (state) {
        case model::ExecutionState::success:
            return &bucket.success;
        case model::ExecutionState::executing:
            return &bucket.executing;
        case model::ExecutionState::failure:
            return &bucket.failure;
        case model::ExecutionState::interrupt:
            return &bucket.interrupt;
        case model::ExecutionState::abandon:
            return &bucket.abandon;
        case model::ExecutionState::pending:
            return &bucket.pending;
        case model::ExecutionState::unknown:
            return nullptr;
    }
    return nullptr;
}

/// `f_begin_time % step` instead of a division, whose operator differs between the databases. Returns the
/// first second whose executions are all counted.
std::int64_t add_started(Session& session, const HistoryQuery& query, const Span& span, History& history) {
    // One more row only shows that there are more.
    const ExaminedRows rows = examined_rows(session.dialect(), span, query.tenant, query.examined + 1);
    Statement& select = session.prepare(
        fmt::format("select f_begin_time - (f_begin_time - :begin) % :step as f_bucket, f_job_status, "
                    "cast(sum(f_visible) as signed), cast(sum(f_visible * f_late) as signed), "
                    "min(f_begin_time), count(*) from {} group by f_bucket, f_job_status",
                    rows.sql),
        "ii" + rows.types(), "iiiiii");
    const std::int64_t begin = to_unix_seconds(query.from);
    select << begin << std::int64_t{query.step.count()};
    rows.bind(select);
    std::size_t examined = 0;
    std::int64_t oldest = span.to;
    for (select.run(); select.fetch();) {
        HistoryBucket& bucket =
            history.buckets.at(static_cast<std::size_t>((select.integer(0) - begin) / query.step.count()));
        if (auto* count = count_of(bucket, static_cast<model::ExecutionState>(select.integer(1))))
            *count += select.integer(2);
        bucket.late += select.integer(3);
        oldest = std::min(oldest, select.integer(4));
        examined += static_cast<std::size_t>(select.integer(5));
    }
    return examined > query.examined ? oldest + 1 : span.from;
}

/// Calls `each` with the due time of each execution that has not started.
template <class Each> void visit_pending(Session& session, const std::optional<TenantId>& tenant, Each each) {
    Statement& select = session.prepare(
        fmt::format("select coalesce(f_due, 0), coalesce(f_tenant_id, ''), coalesce(f_is_deleted, 0) from "
                    "t_cron_job_status{} where f_job_status = 6 and f_trigger in (1, 2, 3) limit {}",
                    session.dialect().use_index("t_cron_job_status", "index_open"),
                    HistoryQuery::kPendingExamined),
        "", "isi");
    for (select.run(); select.fetch();) {
        const bool is_visible = !tenant || select.text(1) == tenant->value();
        if (is_visible && select.integer(2) == 0) each(from_unix_millis(select.integer(0)));
    }
}

std::int64_t count_late(Session& session, const IncidentQuery& query) {
    const Span span{std::max<std::int64_t>(1, to_unix_seconds(query.since)), to_unix_seconds(query.now) + 1};
    const ExaminedRows rows = examined_rows(session.dialect(), span, query.tenant, query.examined);
    Statement& select = session.prepare(
        "select cast(coalesce(sum(f_visible * f_late), 0) as signed) from " + rows.sql, rows.types(), "i");
    rows.bind(select);
    std::int64_t late = select.first() ? select.integer(0) : 0;
    visit_pending(session, query.tenant, [&](Instant due) { late += query.now - due >= kLate ? 1 : 0; });
    return late;
}

std::int64_t count_missed(Session& session, const IncidentQuery& query) {
    Conditions of_tenant;
    if (query.tenant) of_tenant.add_exactly(session.dialect(), "f_tenant_id", query.tenant->value());
    Statement& select = session.prepare(
        fmt::format("select cast(coalesce(sum(f_count), 0) as signed) from (select f_job_key, f_count from "
                    "t_cron_missed{} where f_to >= :since order by f_to desc limit {}) m join t_cron_job on "
                    "f_key_id = f_job_key where 1 = 1{}",
                    session.dialect().use_index("t_cron_missed", "index_to"), kOthersExamined,
                    of_tenant.sql()),
        'i' + of_tenant.types(), "i");
    select << to_unix_millis(query.since);
    of_tenant.bind(select);
    return select.first() ? select.integer(0) : 0;
}

std::int64_t count_dead_letters(Session& session, const std::optional<TenantId>& tenant) {
    Conditions of_tenant;
    if (tenant) of_tenant.add_exactly(session.dialect(), "f_tenant_id", tenant->value());
    Statement& select = session.prepare(
        fmt::format("select count(*) from (select f_id from t_cron_dead_letter where 1 = 1{} limit {}) d",
                    of_tenant.sql(), kOthersExamined),
        of_tenant.types(), "i");
    of_tenant.bind(select);
    return select.first() ? select.integer(0) : 0;
}

}  // namespace

History count_history(Session& session, const HistoryQuery& query) {
    History history;
    const Seconds length = std::chrono::floor<Seconds>(query.to) - std::chrono::floor<Seconds>(query.from);
    history.buckets.resize(static_cast<std::size_t>((length + query.step - Seconds{1}) / query.step));
    // 0 stands for executions that have not started.
    const Span whole{std::max<std::int64_t>(1, to_unix_seconds(query.from)), to_unix_seconds(query.to)};
    const std::int64_t complete = add_started(session, query, whole, history);
    history.complete_from = complete == whole.from ? query.from : from_unix_seconds(complete);
    visit_pending(session, query.tenant, [&](Instant due) {
        if (due < query.from || due >= query.to) return;
        HistoryBucket& bucket = history.buckets.at(static_cast<std::size_t>((due - query.from) / query.step));
        ++bucket.pending;
        bucket.late += query.now - due >= kLate ? 1 : 0;
    });
    return history;
}

Incidents count_incidents(Session& session, const IncidentQuery& query) {
    return {.late = count_late(session, query),
            .missed = count_missed(session, query),
            .dead_letters = count_dead_letters(session, query.tenant)};
}

}  // namespace ecron::store
