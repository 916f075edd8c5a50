#include "store/executions/execution_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ecron::store {

namespace {

constexpr std::string_view kSelect =
    "select f_key_id, f_execute_id, f_job_id, coalesce(f_tenant_id, ''), f_job_status, coalesce(f_attempt, "
    "0), coalesce(f_is_deleted, 0) from t_cron_job_status";
constexpr std::string_view kTypes = "isssiii";

using ByKey = std::map<std::int64_t, WatchedExecution>;

/// Returns the number of rows; those of deleted jobs are omitted.
std::size_t read_rows(Statement& select, ByKey& found, std::int64_t& last) {
    std::size_t rows = 0;
    for (select.run(); select.fetch(); ++rows) {
        last = std::max(last, select.integer(0));
        if (select.integer(6) != 0) continue;
        found.insert_or_assign(
            select.integer(0),
            WatchedExecution{.key = select.integer(0),
                             .id = ExecuteId(select.text(1)),
                             .job = JobId(select.text(2)),
                             .tenant = TenantId(select.text(3)),
                             .state = static_cast<model::ExecutionState>(select.integer(4)),
                             .attempt = static_cast<int>(select.integer(5))});
    }
    return rows;
}

std::int64_t newest_key(Session& session) {
    Statement& select = session.prepare("select coalesce(max(f_key_id), 0) from t_cron_job_status", "", "i");
    select.first();
    return select.integer(0);
}

/// Returns false if there are more than the limit.
bool read_open(Session& session, const ExecutionWatch& watch, ByKey& found) {
    std::int64_t last = 0;
    Statement& select = session.prepare(
        fmt::format("{}{} where f_job_status in (2, 3, 6) and f_trigger in (1, 2, 3) limit :rows", kSelect,
                    session.dialect().use_index("t_cron_job_status", "index_open")),
        "i", kTypes);
    select << static_cast<std::int64_t>(watch.limit);
    return read_rows(select, found, last) < watch.limit;
}

bool read_behind(Session& session, const ExecutionWatch& watch, ByKey& found, std::int64_t& last) {
    Statement& select = session.prepare(
        fmt::format("{} where f_key_id > :behind order by f_key_id limit :rows", kSelect), "ii", kTypes);
    select << *watch.behind << static_cast<std::int64_t>(watch.limit);
    last = *watch.behind;
    return read_rows(select, found, last) < watch.limit;
}

void read_keys(Session& session, const std::vector<std::int64_t>& keys, ByKey& found) {
    std::int64_t last = 0;
    for (std::size_t at = 0; at < keys.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, keys.size() - at);
        const std::size_t size = list_size(count);
        Statement& select =
            session.prepare(fmt::format("{} where f_key_id in ({})", kSelect, placeholders(size)),
                            std::string(size, 'i'), kTypes);
        for (std::size_t i = 0; i < size; ++i) select << keys[at + std::min(i, count - 1)];
        read_rows(select, found, last);
    }
}

}  // namespace

WatchedExecutions watch_executions(Session& session, const ExecutionWatch& watch) {
    WatchedExecutions watched;
    ByKey found;
    read_keys(session, watch.keys, found);
    if (watch.behind) {
        watched.is_complete = read_behind(session, watch, found, watched.newest);
    } else {
        watched.newest = newest_key(session);
        watched.is_complete = read_open(session, watch, found);
    }
    for (auto& [key, execution] : found) watched.executions.push_back(std::move(execution));
    return watched;
}

}  // namespace ecron::store
