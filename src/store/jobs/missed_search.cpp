#include "store/jobs/missed_search.hpp"

#include <fmt/format.h>

#include "store/sql/conditions.hpp"

namespace ecron::store {

namespace {

/// A tenant with this part of all jobs probably has some of the newest summaries.
constexpr std::int64_t kLargeTenant = 8;

bool is_large(Session& session, const TenantId& tenant) {
    Statement& select = session.prepare(
        "select cast(coalesce(sum(case when f_tenant_id = :tenant then f_jobs else 0 end), 0) as signed), "
        "cast(coalesce(sum(f_jobs), 0) as signed) from t_cron_tenant",
        "s", "ii");
    select << tenant.value();
    return select.first() && select.integer(0) * kLargeTenant >= select.integer(1);
}

/// The two tables in the order in which they are read: the newest summaries first, unless few jobs are
/// visible.
std::string tables_of(Session& session, const MissedSearch& search) {
    const bool has_few_jobs = search.job || (search.tenant && !is_large(session, *search.tenant));
    const std::string_view join = session.dialect().texts.ordered_join;
    return has_few_jobs ? fmt::format("t_cron_job {} t_cron_missed", join)
                        : fmt::format("t_cron_missed {} t_cron_job", join);
}

}  // namespace

std::vector<MissedSummary> search_missed(Session& session, const MissedSearch& search) {
    Conditions conditions;
    if (search.tenant) conditions.add_exactly(session.dialect(), "f_tenant_id", search.tenant->value());
    if (search.job) conditions.add_exactly(session.dialect(), "f_job_id", search.job->value());
    if (search.from) conditions.add("f_to >= {}", to_unix_millis(*search.from));
    if (search.until) conditions.add("f_from <= {}", to_unix_millis(*search.until));
    if (search.before) conditions.add("f_id < {}", *search.before);
    Statement& select = session.prepare(
        fmt::format("select f_id, f_job_id, f_job_name, f_tenant_id, f_from, f_to, f_count, f_reason, f_at "
                    "from {} on f_key_id = f_job_key where 1 = 1{} order by f_id desc limit :rows",
                    tables_of(session, search), conditions.sql()),
        conditions.types() + 'i', "isssiiisi");
    conditions.bind(select);
    select << static_cast<std::int64_t>(search.limit);
    std::vector<MissedSummary> missed;
    for (select.run(); select.fetch();)
        missed.push_back({.key = select.integer(0),
                          .job = JobId(select.text(1)),
                          .job_name = select.text(2),
                          .tenant = TenantId(select.text(3)),
                          .from = from_unix_millis(select.integer(4)),
                          .to = from_unix_millis(select.integer(5)),
                          .count = select.integer(6),
                          .reason = select.text(7),
                          .at = from_unix_millis(select.integer(8))});
    return missed;
}

}  // namespace ecron::store
