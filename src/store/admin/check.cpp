#include <fmt/format.h>

#include <array>

#include "ecron/model/json.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/admin/repair.hpp"
#include "store/admin/tables.hpp"
#include "store/jobs/job_reads.hpp"

namespace ecron::store {

namespace {

/// An invariant, and a query for the rows that violate it; its first column is the reported example.
/// Triggers: 0 is history (as is NULL, written by the previous service), 1 a planned run. States: see
/// model/execution.hpp.
struct Promise {
    std::string_view broken;
    std::string_view query;
};
constexpr std::array kPromises{
    Promise{"duplicate job id", "select f_job_id from t_cron_job group by f_job_id having count(*) > 1"},
    Promise{"duplicate execution id",
            "select f_execute_id from t_cron_job_status group by f_execute_id having count(*) > 1"},
    Promise{"more than one planned run of a job at the same scheduled time",
            "select min(f_execute_id) from t_cron_job_status where f_trigger = 1 and f_job_key <> 0 "
            "group by f_job_key, f_nominal having count(*) > 1"},
    Promise{"execution has an unknown state",
            "select f_execute_id from t_cron_job_status where f_job_status < 1 or f_job_status > 6"},
    Promise{"execution has an unknown type",
            "select f_execute_id from t_cron_job_status where f_job_type < 1 or f_job_type > 3"},
    Promise{
        "is_deleted of an execution is not a number",
        "select f_execute_id from t_cron_job_status where coalesce(f_trigger, 0) = 0 and (f_ext_info like "
        "'%\"is_deleted\":\"%' or f_ext_info like '%\"is_deleted\": \"%')"},
    Promise{"job has an unknown type and does not run",
            "select f_job_id from t_cron_job where f_job_type < 1 or f_job_type > 3"},
    Promise{
        "finished execution has no end time",
        "select f_execute_id from t_cron_job_status where f_trigger > 0 and f_job_status in (1, 4, 5) and "
        "coalesce(f_end_time, 0) <= 0"},
    Promise{"unfinished execution has an end time",
            "select f_execute_id from t_cron_job_status where f_trigger > 0 and f_job_status in (2, 6) and "
            "coalesce(f_end_time, 0) > 0"},
    Promise{
        "planned run is claimed beyond every watermark",
        "select f_execute_id from t_cron_job_status where f_trigger = 1 and f_nominal > "
        "(select coalesce(max(f_watermark), 0) from t_cron_shard) and f_nominal > "
        "(select coalesce(max(cast(f_value as signed)), 0) from t_cron_meta where f_key = 'rewound_from')"},
    Promise{
        "planned run refers to a job that does not exist and was not deleted",
        "select s.f_execute_id from t_cron_job_status s left join t_cron_job j on j.f_job_id = s.f_job_id "
        "where s.f_trigger = 1 and coalesce(s.f_is_deleted, 0) = 0 and j.f_job_id is null and not exists "
        "(select 1 from t_cron_deleting d where d.f_job_id = s.f_job_id)"},
    Promise{"attempt refers to an execution that does not exist",
            "select a.f_execute_id from t_cron_attempt a left join t_cron_job_status s on "
            "s.f_execute_id = a.f_execute_id where s.f_execute_id is null"},
    Promise{"slot is held by an execution that has ended or does not exist",
            "select l.f_execute_id from t_cron_slot l left join t_cron_job_status s on "
            "s.f_execute_id = l.f_execute_id where s.f_execute_id is null or s.f_job_status in (1, 4, 5)"},
    Promise{"change log has a number above its head",
            "select f_number from t_cron_change where f_number > (select f_number from t_cron_change_head)"},
    Promise{"change log has a gap before this number",
            "select f_number from t_cron_change c where not exists (select 1 from t_cron_change p where "
            "p.f_number = c.f_number - 1) and c.f_number > (select min(f_number) from t_cron_change)"},
    Promise{"job has a revision above the head of the change log",
            "select f_job_id from t_cron_job where f_revision > (select f_number from t_cron_change_head)"},
    Promise{"shard has planned changes that do not exist",
            "select f_shard from t_cron_shard where f_planned > (select f_number from t_cron_change_head)"},
    Promise{"change log does not have exactly one head",
            "select count(*) from t_cron_change_head having count(*) <> 1"},
    Promise{"shards are not numbered from 0",
            "select count(*) from t_cron_shard having count(*) = 0 or min(f_shard) <> 0 or "
            "max(f_shard) <> count(*) - 1"},
};

class Report {
public:
    /// Adds one line for all violations of an invariant.
    void add(std::string_view broken, std::string_view example, std::size_t count) {
        if (count > 0) lines.push_back(fmt::format("{}: {} ({} in total)", broken, example, count));
    }
    std::vector<std::string> lines;
};

/// Violations of an invariant that is checked row by row.
struct Breakers {
    std::string example;
    std::size_t count{0};
    void add(std::string_view which) {
        if (count++ == 0) example = which;
    }
};

void look_at_queries(Session& session, Report& report) {
    for (const Promise& promise : kPromises) {
        Breakers found;
        session.stream(promise.query, 1, [&](StreamedRow row) { found.add(row[0]); });
        report.add(promise.broken, found.example, found.count);
    }
}

/// The first 48 bits of a planned run's id are its scheduled time.
void look_at_counters(Session& session, Report& report) {
    const Miscounted wrong = find_miscounted(session);
    const auto add = [&](std::string_view broken, const std::vector<std::string>& tenants) {
        if (!tenants.empty()) report.add(broken, tenants.front(), tenants.size());
    };
    add("job counter of a tenant differs from its jobs", wrong.jobs);
    add("byte counter of a tenant differs from its jobs", wrong.bytes);
}

void look_at_ids(Session& session, Report& report) {
    Breakers found;
    session.stream("select f_execute_id, f_nominal from t_cron_job_status where f_trigger = 1", 2,
                   [&](StreamedRow row) {
                       const std::string digits = fmt::format("{:012x}", integer_of(row[1]));
                       const bool fits = row[0].size() == 36 && row[0].substr(0, 8) == digits.substr(0, 8) &&
                                         row[0].substr(9, 4) == digits.substr(8, 4);
                       if (!fits) found.add(row[0]);
                   });
    report.add("id of a planned run does not match its scheduled time", found.example, found.count);
}

void look_at_plans(Session& session, Report& report) {
    Breakers found;
    session.stream("select f_job_id, f_plan from t_cron_job where f_plan is not null", 2,
                   [&](StreamedRow row) {
                       if (!model::read_plan(row[1])) found.add(row[0]);
                   });
    report.add("plan of a job is not readable", found.example, found.count);
}

/// Contexts written by ecron begin with a known mode.
void look_at_modes(Session& session, Report& report) {
    Breakers found;
    session.stream(
        "select f_job_id, f_job_context from t_cron_job where f_job_context not like '{\"mode\":\"http%' and "
        "f_job_context not like '{\"mode\":\"exe\"%'",
        2, [&](StreamedRow row) {
            const auto context = model::read_context(row[1]);
            if (context && context->mode == model::Mode::unknown) found.add(row[0]);
        });
    report.add("job has an unknown mode and does not run", found.example, found.count);
}

struct JsonColumn {
    std::string_view what, table, id, column;
};
constexpr std::array kJsonColumns{
    JsonColumn{"executor of an execution", "t_cron_job_status", "f_execute_id", "f_executor"},
    JsonColumn{"ext_info of an execution", "t_cron_job_status", "f_execute_id", "f_ext_info"},
    JsonColumn{"result of an execution", "t_cron_job_status", "f_execute_id", "f_result"},
    JsonColumn{"job as sent of an execution", "t_cron_job_status", "f_execute_id", "f_snapshot"},
    JsonColumn{"detail of an attempt", "t_cron_attempt", "f_execute_id", "f_detail"},
    JsonColumn{"replaced schedule in the change log", "t_cron_change", "f_number", "f_replaced"},
};

void look_at_json(Session& session, Report& report) {
    const auto damaged = find_damaged_contexts(session);
    if (!damaged.empty()) report.add("context of a job is not readable", damaged.front(), damaged.size());
    for (const JsonColumn& json : kJsonColumns) {
        Breakers found;
        session.stream(
            fmt::format("select {1}, {2} from {0} where {2} <> ''", json.table, json.id, json.column), 2,
            [&](StreamedRow row) {
                if (!model::is_json(row[1])) found.add(row[0]);
            });
        report.add(fmt::format("{} is not JSON", json.what), found.example, found.count);
    }
}

void look_at_file(Session& session, Report& report) {
    const std::string_view query = session.dialect().texts.integrity_query;
    if (query.empty()) return;
    Breakers found;
    session.stream(query, 1, [&](StreamedRow row) {
        if (row[0] != "ok") found.add(row[0]);
    });
    report.add("database file is damaged", found.example, found.count);
}

}  // namespace

Result<void> each_old_job(const Options& options, const Clock& clock,
                          const std::function<void(const StoredPlan&)>& each) {
    try {
        Session session(options, SessionUse::migrate, clock);
        load_old_plans(session, each);
        return {};
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

Result<bool> has_old_history(const Options& options, const Clock& clock, Instant before) {
    try {
        Session session(options, SessionUse::migrate, clock);
        return has_old_executions(session, before);
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

Result<std::vector<std::string>> check(const Options& options, const Clock& clock) {
    if (const Result<void> there = find_file(options); !there) return std::unexpected(there.error());
    try {
        Session session(options, SessionUse::migrate, clock);
        if (schema_version(session) < newest_schema(options.driver))
            return fail(Errc::not_found,
                        "the database schema is older than this version of ecron; run ecron db migrate");
        Report report;
        begin_snapshot(session);
        look_at_file(session, report);
        look_at_queries(session, report);
        look_at_counters(session, report);
        look_at_ids(session, report);
        look_at_plans(session, report);
        look_at_modes(session, report);
        look_at_json(session, report);
        session.rollback();
        return std::move(report.lines);
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

}  // namespace ecron::store
