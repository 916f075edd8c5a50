#include "store/jobs/last_states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/sql/conditions.hpp"

namespace ecron::store {

namespace {

const Rows& last_rows(Driver driver) {
    static const DialectRows rows(
        {.head = "insert into t_cron_job_last (f_job_key, f_tenant_id, f_state) values ", .types = "isi"},
        [](const Dialect& dialect) { return dialect.overwrite("f_job_key", {"f_state"}); });
    return rows.of(driver);
}

using LastStates = std::map<JobKey, LastState>;

/// Reads the recorded states without locks. Deleted jobs are left out when states are counted: a join here
/// would cost each execution more than this read does.
void remove_unchanged(Session& session, LastStates& states) {
    std::vector<JobKey> keys;
    for (const auto& [key, state] : states) keys.push_back(key);
    for (std::size_t at = 0; at < keys.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, keys.size() - at);
        const std::size_t size = list_size(count);
        Statement& select = session.prepare(
            fmt::format("select f_job_key, f_state from t_cron_job_last where f_job_key in ({})",
                        placeholders(size)),
            std::string(size, 'i'), "ii");
        for (std::size_t i = 0; i < size; ++i) select << keys[at + std::min(i, count - 1)].value();
        for (select.run(); select.fetch();) {
            const auto found = states.find(JobKey(select.integer(0)));
            if (found != states.end() && static_cast<std::int64_t>(found->second.state) == select.integer(1))
                states.erase(found);
        }
    }
}

std::int64_t& count_of(JobCounts& counts, model::ExecutionState state) {
    switch (state) {
        case model::ExecutionState::success:
            return counts.succeeded;
        case model::ExecutionState::interrupt:
            return counts.interrupted;
        case model::ExecutionState::executing:
            return counts.executing;
        case model::ExecutionState::failure:
            return counts.retrying;
        case model::ExecutionState::pending:
            return counts.pending;
        default:
            return counts.abandoned;
    }
}

void add_counts(Session& session, const std::string& sql, const Conditions& conditions, JobCounts& counts) {
    Statement& select = session.prepare(sql, conditions.types(), "ii");
    conditions.bind(select);
    for (select.run(); select.fetch();)
        count_of(counts, static_cast<model::ExecutionState>(select.integer(0))) = select.integer(1);
}

}  // namespace

void record_last_states(Session& session, std::vector<LastState> ended) {
    // Sorted by key, so that the transactions of several nodes lock rows in the same order.
    LastStates states;
    for (LastState& one : ended) {
        const JobKey key = one.job;
        states.insert_or_assign(key, std::move(one));
    }
    if (states.empty()) return;
    remove_unchanged(session, states);
    std::vector<const LastState*> rows;
    for (const auto& [key, state] : states) rows.push_back(&state);
    session.run_rows(
        last_rows(session.driver()), rows.size(),
        [&](Statement& row, std::size_t i) {
            row << rows[i]->job.value() << rows[i]->tenant.value() << static_cast<int>(rows[i]->state);
        },
        [&](std::size_t i) { return 32 + rows[i]->tenant.value().size(); });
}

JobCounts count_by_state(Session& session, const std::optional<TenantId>& tenant) {
    Conditions of_tenant;
    if (tenant) of_tenant.add_exactly(session.dialect(), "f_tenant_id", tenant->value());
    JobCounts counts;
    Statement& enabled = session.prepare(
        "select f_enabled, count(*) from t_cron_job where 1 = 1" + of_tenant.sql() + " group by f_enabled",
        of_tenant.types(), "ii");
    of_tenant.bind(enabled);
    for (enabled.run(); enabled.fetch();)
        (enabled.integer(0) == 0 ? counts.disabled : counts.enabled) += enabled.integer(1);
    // An execution may end after its job was deleted.
    add_counts(session,
               "select f_state, count(*) from t_cron_job_last where f_state in (1, 4, 5) and f_job_key in "
               "(select f_key_id from t_cron_job)" +
                   of_tenant.sql() + " group by f_state",
               of_tenant, counts);
    add_counts(session,
               "select f_job_status, count(*) from t_cron_job_status where f_job_status in (2, 3, 6) and "
               "f_trigger in (1, 2, 3)" +
                   of_tenant.sql() + " group by f_job_status",
               of_tenant, counts);
    return counts;
}

}  // namespace ecron::store
