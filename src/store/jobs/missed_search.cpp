#include "store/jobs/missed_search.hpp"

#include "store/sql/conditions.hpp"

namespace ecron::store {

std::vector<MissedSummary> search_missed(Session& session, const MissedSearch& search) {
    Conditions conditions;
    if (search.tenant) conditions.add_exactly(session.dialect(), "f_tenant_id", search.tenant->value());
    if (search.job) conditions.add_exactly(session.dialect(), "f_job_id", search.job->value());
    if (search.from) conditions.add("f_to >= {}", to_unix_millis(*search.from));
    if (search.until) conditions.add("f_from <= {}", to_unix_millis(*search.until));
    if (search.before) conditions.add("f_id < {}", *search.before);
    Statement& select = session.prepare(
        "select f_id, f_job_id, f_job_name, f_tenant_id, f_from, f_to, f_count, f_reason, f_at from "
        "t_cron_missed " +
            std::string{session.dialect().texts.ordered_join} +
            " t_cron_job on f_key_id = f_job_key where 1 = 1" + conditions.sql() +
            " order by f_id desc limit :rows",
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
