#include "store/jobs/job_reads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace ecron::store {

namespace {

template <class Id, class Take>
void select_jobs(Session& session, std::string_view column, const std::unordered_set<Id>& wanted, Take take) {
    const std::vector<Id> ids(wanted.begin(), wanted.end());
    constexpr bool kText = std::is_same_v<Id, JobId>;
    for (std::size_t at = 0; at < ids.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, ids.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(fmt::format("select {} from t_cron_job where {} in ({})",
                                                        kJobColumns, column, placeholders(size)),
                                            std::string(size, kText ? 's' : 'i'), kJobTypes);
        for (std::size_t i = 0; i < size; ++i) select << ids[at + std::min(i, count - 1)].value();
        for (select.run(); select.fetch();) take(read_job_row(select).job);
    }
}

}  // namespace

void find_jobs_together(Session& session, std::span<Read* const> reads) {
    std::unordered_set<JobId> ids;
    std::unordered_set<JobKey> keys;
    for (const Read* const read : reads) {
        const auto* const find = static_cast<const FindJobs*>(read);
        ids.insert(find->ids.begin(), find->ids.end());
        keys.insert(find->keys.begin(), find->keys.end());
    }
    std::unordered_map<JobId, model::Job> by_id;
    std::unordered_map<JobKey, model::Job> by_key;
    select_jobs(session, "f_job_id", ids, [&](model::Job job) { by_id.emplace(job.id, std::move(job)); });
    select_jobs(session, "f_key_id", keys, [&](model::Job job) { by_key.emplace(job.key, std::move(job)); });
    for (Read* const read : reads) {
        auto* const find = static_cast<FindJobs*>(read);
        find->result.emplace();
        for (const JobId& id : find->ids) {
            if (const auto found = by_id.find(id); found != by_id.end())
                find->result->push_back(found->second);
        }
        for (const JobKey key : find->keys) {
            if (const auto found = by_key.find(key); found != by_key.end())
                find->result->push_back(found->second);
        }
    }
}

std::vector<model::Job> list_jobs(Session& session, const JobFilter& filter) {
    std::string sql = fmt::format("select {} from t_cron_job where 1 = 1", kJobColumns);
    std::string types;
    if (filter.tenant) sql += " and " + session.dialect().exactly("f_tenant_id"), types += "ss";
    if (filter.created_until) sql += " and f_create_time <= :until", types += 'i';
    if (filter.type) sql += " and f_job_type = :type", types += 'i';
    if (filter.before) sql += " and f_key_id < :before", types += 'i';
    if (filter.name) sql += " and " + session.dialect().exactly("f_job_name"), types += "ss";
    sql += " order by f_key_id desc limit :rows offset :skipped";
    Statement& select = session.prepare(sql, types + "ii", kJobTypes);
    if (filter.tenant) select << filter.tenant->value() << filter.tenant->value();
    if (filter.created_until) select << to_unix_seconds(*filter.created_until);
    if (filter.type) select << static_cast<int>(*filter.type);
    if (filter.before) select << filter.before->value();
    if (filter.name) select << *filter.name << *filter.name;
    select << static_cast<std::int64_t>(filter.limit) << static_cast<std::int64_t>(filter.offset);
    std::vector<model::Job> jobs;
    for (select.run(); select.fetch();) jobs.push_back(read_job_row(select).job);
    return jobs;
}

std::int64_t count_jobs(Session& session, const std::optional<TenantId>& tenant,
                        std::optional<Instant> created_from, std::optional<Instant> created_until) {
    const bool bounded = created_from || created_until;
    std::string sql = bounded
                          ? "select count(*) from t_cron_job where 1 = 1"
                          : "select cast(coalesce(sum(f_jobs), 0) as signed) from t_cron_tenant where 1 = 1";
    std::string types;
    if (tenant) sql += " and " + session.dialect().exactly("f_tenant_id"), types += "ss";
    if (created_from) sql += " and f_create_time >= :from", types += 'i';
    if (created_until) sql += " and f_create_time <= :until", types += 'i';
    Statement& select = session.prepare(sql, types, "i");
    if (tenant) select << tenant->value() << tenant->value();
    if (created_from) select << to_unix_seconds(*created_from);
    if (created_until) select << to_unix_seconds(*created_until);
    select.first();
    return select.integer(0);
}

std::size_t load_plans(Session& session, const std::function<void(const StoredPlan&)>& each) {
    return session.stream(
        "select f_key_id, f_job_id, f_job_cron_time, f_job_type, f_plan, case when f_plan is null then "
        "f_job_context end, "
        "f_tenant_id, f_create_time, f_effective_from, f_revision from t_cron_job where f_enabled <> 0",
        10, [&](StreamedRow row) {
            each({.key = JobKey(integer_of(row[0])),
                  .id = row[1],
                  .cron_time = row[2],
                  .type = to_job_type(integer_of(row[3])),
                  .plan = row[4],
                  .context = row[5],
                  .tenant = row[6],
                  .created_at = from_unix_seconds(integer_of(row[7])),
                  .effective_from = from_unix_millis(integer_of(row[8])),
                  .revision = ChangeNumber(integer_of(row[9])),
                  .has_plan = row[4].data() != nullptr});
        });
}

namespace {

/// State of a table of the previous service: missing, unchanged, or changed by ecron's migrations.
enum class OldTable : std::uint8_t { missing, old, migrated };

OldTable look_at_table(Session& session, std::string_view table, std::string_view added_column) {
    std::int64_t tables = 0, columns = 0;
    session.stream(
        fmt::format("select count(distinct table_name), sum(column_name = '{}') from "
                    "information_schema.columns where table_schema = database() and table_name = '{}'",
                    added_column, table),
        2, [&](StreamedRow row) { tables = integer_of(row[0]), columns = integer_of(row[1]); });
    if (tables == 0) return OldTable::missing;
    return columns > 0 ? OldTable::migrated : OldTable::old;
}

}  // namespace

void load_old_plans(Session& session, const std::function<void(const StoredPlan&)>& each) {
    const OldTable table = look_at_table(session, "t_cron_job", "f_plan");
    if (table == OldTable::missing) return;
    session.stream(fmt::format("select f_key_id, f_job_id, f_job_cron_time, f_job_type, f_job_context, "
                               "f_tenant_id, f_create_time from t_cron_job where f_enabled <> 0{}",
                               table == OldTable::migrated ? " and f_plan is null" : ""),
                   7, [&](StreamedRow row) {
                       each({.key = JobKey(integer_of(row[0])),
                             .id = row[1],
                             .cron_time = row[2],
                             .type = to_job_type(integer_of(row[3])),
                             .context = row[4],
                             .tenant = row[5],
                             .created_at = from_unix_seconds(integer_of(row[6])),
                             .has_plan = false});
                   });
}

bool has_old_executions(Session& session, Instant before) {
    const OldTable table = look_at_table(session, "t_cron_job_status", "f_trigger");
    if (table == OldTable::missing) return false;
    bool found = false;
    session.stream(
        fmt::format("select 1 from t_cron_job_status where f_begin_time > 0 and f_begin_time < {}{} limit 1",
                    to_unix_seconds(before),
                    table == OldTable::migrated ? " and coalesce(f_trigger, 0) = 0" : ""),
        1, [&](StreamedRow) { found = true; });
    return found;
}

}  // namespace ecron::store
