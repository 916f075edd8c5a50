#include "store/admin/repair.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "ecron/base/log.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/admin/tables.hpp"

namespace ecron::store {

namespace {

struct Count {
    std::int64_t jobs{}, bytes{};
    bool operator==(const Count&) const = default;
};
using Counts = std::map<std::string, Count, std::less<>>;

Counts read_counts(Session& session, std::string_view query) {
    Counts counts;
    session.stream(query, 3, [&](StreamedRow row) {
        const Count count{integer_of(row[1]), integer_of(row[2])};
        if (count != Count{}) counts.emplace(row[0], count);
    });
    return counts;
}

Counts kept_counts(Session& session) {
    return read_counts(session, "select f_tenant_id, f_jobs, f_bytes from t_cron_tenant");
}

/// hex() yields two digits per byte on every server, whereas length() counts characters on some. Grouping by
/// text alone would merge tenants that differ in trailing spaces.
Counts real_counts(Session& session) {
    Counts counts = read_counts(
        session,
        "select coalesce(f_tenant_id, ''), count(*), coalesce(sum(length(hex(f_job_context))), 0) from "
        "t_cron_job group by coalesce(f_tenant_id, ''), hex(coalesce(f_tenant_id, ''))");
    for (auto& [tenant, count] : counts) count.bytes /= 2;
    return counts;
}

std::set<std::string> different(const Counts& kept, const Counts& real, std::int64_t Count::* part) {
    std::set<std::string> tenants;
    const auto value = [part](const Counts& counts, const std::string& tenant) {
        const auto found = counts.find(tenant);
        return found == counts.end() ? 0 : found->second.*part;
    };
    for (const Counts* const counts : {&kept, &real})
        for (const auto& [tenant, count] : *counts)
            if (value(kept, tenant) != value(real, tenant)) tenants.insert(tenant);
    return tenants;
}

/// Blocks changes of jobs, since each of them increments the head first.
void lock_job_changes(Session& session) {
    Statement& head = session.prepare("select f_number from t_cron_change_head where f_id = 1" +
                                          std::string(session.dialect().texts.for_update),
                                      "", "i");
    head.first();
}

struct Repair {
    std::string_view what;
    std::string_view statement;  // changes the incorrect rows
};
constexpr std::array kRepairs{
    Repair{"set missing times of executions to 0",
           "update t_cron_job_status set f_begin_time = coalesce(f_begin_time, 0), f_end_time = "
           "coalesce(f_end_time, 0) where f_begin_time is null or f_end_time is null"},
    Repair{"marked deleted executions as deleted in ext_info",
           "update t_cron_job_status set f_ext_info = replace(f_ext_info, '\"is_deleted\":0', "
           "'\"is_deleted\":1') where f_is_deleted = 1 and f_ext_info like '%\"is_deleted\":0%'"},
};

}  // namespace

Miscounted find_miscounted(Session& session) {
    const Counts kept = kept_counts(session), real = real_counts(session);
    const auto list = [&](std::int64_t Count::* part) {
        const std::set<std::string> tenants = different(kept, real, part);
        return std::vector<std::string>(tenants.begin(), tenants.end());
    };
    return {list(&Count::jobs), list(&Count::bytes)};
}

std::vector<std::string> find_damaged_contexts(Session& session) {
    std::vector<std::string> jobs;
    session.stream("select f_job_id, f_job_context from t_cron_job", 2, [&](StreamedRow row) {
        if (!model::read_context(row[1])) jobs.emplace_back(row[0]);
    });
    return jobs;
}

std::size_t recount_tenants(Session& session) {
    if (find_miscounted(session).none()) return 0;
    session.begin();
    try {
        lock_job_changes(session);
        const Counts kept = kept_counts(session), real = real_counts(session);
        std::set<std::string> tenants = different(kept, real, &Count::jobs);
        tenants.merge(different(kept, real, &Count::bytes));
        for (const std::string& tenant : tenants) {
            const auto found = real.find(tenant);
            const Count count = found == real.end() ? Count{} : found->second;
            Statement& set = session.prepare(
                fmt::format("insert into t_cron_tenant (f_tenant_id, f_jobs, f_bytes) values (:t, :n, :b){}",
                            session.dialect().overwrite("f_tenant_id", {"f_jobs", "f_bytes"})),
                "sii");
            set << tenant << count.jobs << count.bytes;
            set.run();
        }
        session.commit();
        return tenants.size();
    } catch (const SqlError&) {
        session.rollback();
        throw;
    }
}

Result<std::vector<std::string>> repair(const Options& options, const Clock& clock) {
    if (const Result<void> there = find_file(options); !there) return std::unexpected(there.error());
    try {
        Session session(options, SessionUse::migrate, clock);
        if (schema_version(session) < newest_schema(options.driver))
            return fail(Errc::not_found,
                        "the database schema is older than this version of ecron; run ecron db migrate");
        std::vector<std::string> done;
        const auto note = [&](std::string_view what, std::size_t count) {
            if (count > 0) done.push_back(fmt::format("{} ({})", what, count));
        };
        if (find_damaged_contexts(session).empty())
            note("corrected job counters of tenants", recount_tenants(session));
        for (const Repair& repair : kRepairs) note(repair.what, session.prepare(repair.statement).run());
        return done;
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

}  // namespace ecron::store
