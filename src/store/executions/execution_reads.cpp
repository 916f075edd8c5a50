#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "ecron/store/execution_queries.hpp"
#include "store/executions/executions.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

bool visible(const model::Execution& execution, const std::optional<TenantId>& tenant) {
    return !tenant || (execution.tenant == *tenant && !execution.deleted);
}

/// Conditions that SQL cannot decide: the tenant of rows written by the previous service, and trailing
/// spaces, which MySQL ignores. Lists omit deleted executions for all callers, even if only ext_info marks
/// them as deleted.
bool matches(const model::Execution& execution, const ExecutionFilter& filter) {
    return visible(execution, filter.tenant) && !execution.deleted &&
           (filter.jobs.empty() || std::ranges::find(filter.jobs, execution.job_id) != filter.jobs.end());
}

/// States shown by default: executions that have started, and all rows written by the previous service or a
/// client, in a known state or not.
constexpr std::string_view kShownByDefault =
    " and (f_job_status <> 6 and (f_job_status <> 4 or f_execute_times > 0 or coalesce(f_trigger, 0) = 0))";

struct Condition {
    std::string sql;
    std::string types;
};

Condition condition_of(const ExecutionFilter& filter, bool continues) {
    Condition condition;
    std::size_t parameter = 0;
    const auto add = [&](std::string_view text, char type) {
        condition.sql += fmt::format(fmt::runtime(text), parameter++);
        condition.types += type;
    };
    const auto add_list = [&](std::string_view column, std::size_t size, char type) {
        condition.sql += fmt::format(" and {} in ({})", column, placeholders(size, parameter));
        condition.types.append(size, type);
        parameter += size;
    };
    // The tenant of rows written by the previous service is in their ext_info and is compared after reading.
    if (filter.tenant) {
        add(" and (f_tenant_id = :p{} or f_tenant_id is null)", 's');
    }
    condition.sql += " and coalesce(f_is_deleted, 0) = 0";
    if (!filter.jobs.empty()) add_list("f_job_id", list_size(filter.jobs.size()), 's');
    if (filter.type) add(" and f_job_type = :p{}", 'i');
    if (filter.states.empty()) condition.sql += kShownByDefault;
    if (!filter.states.empty()) add_list("f_job_status", filter.states.size(), 'i');
    if (filter.begin_from) add(" and f_begin_time >= :p{}", 'i');
    if (filter.begin_until) add(" and f_begin_time <= :p{} and f_begin_time > 0", 'i');
    if (continues) {
        add(" and f_begin_time <= :p{}", 'i');
        add(" and (f_begin_time < :p{}", 'i');
        add(" or f_key_id < :p{})", 'i');
    }
    add(" order by f_begin_time desc, f_key_id desc limit :p{}", 'i');
    return condition;
}

void bind_filter(Statement& select, const ExecutionFilter& filter,
                 const std::optional<ExecutionCursor>& before, std::size_t limit) {
    if (filter.tenant) select << filter.tenant->value();
    if (!filter.jobs.empty()) {
        for (std::size_t i = 0; i < list_size(filter.jobs.size()); ++i)
            select << filter.jobs[std::min(i, filter.jobs.size() - 1)].value();
    }
    if (filter.type) select << static_cast<int>(*filter.type);
    for (const model::ExecutionState state : filter.states) select << static_cast<int>(state);
    if (filter.begin_from) select << to_unix_seconds(*filter.begin_from);
    if (filter.begin_until) select << to_unix_seconds(*filter.begin_until);
    if (before) select << seconds_or_zero(before->begin) << seconds_or_zero(before->begin) << before->key;
    select << static_cast<std::int64_t>(limit);
}

}  // namespace

void find_executions_together(Session& session, std::span<Read* const> reads) {
    std::unordered_set<ExecuteId> wanted;
    for (const Read* const read : reads) {
        const auto* const find = static_cast<const FindExecution*>(read);
        wanted.insert(find->id);
        if (find->marked) wanted.insert(*find->marked);
    }
    const std::vector<ExecuteId> ids(wanted.begin(), wanted.end());
    std::unordered_map<ExecuteId, model::Execution> found;
    for (model::Execution& execution : find_executions(session, ids)) {
        const ExecuteId id = execution.id;
        found.emplace(id, std::move(execution));
    }
    for (Read* const read : reads) {
        auto* const find = static_cast<FindExecution*>(read);
        const auto look = [&](const ExecuteId& id) {
            const auto execution = found.find(id);
            const bool is_there = execution != found.end() && visible(execution->second, find->tenant);
            if (is_there) find->result = execution->second;
            return is_there;
        };
        find->result = std::nullopt;
        if (!look(find->id) && find->marked) look(*find->marked);
    }
}

std::vector<model::Execution> list_executions(Session& session, const ExecutionFilter& filter) {
    std::vector<model::Execution> executions;
    if (filter.jobs.size() > kLongestList)
        throw SqlError(SqlFault::too_long, 0, "too many jobs in one query");
    std::optional<ExecutionCursor> before = filter.before;
    // Rows of the previous service may turn out to belong to another tenant, so a page can take more than one
    // statement.
    while (executions.size() < filter.limit) {
        const std::size_t missing = filter.limit - executions.size();
        const Condition condition = condition_of(filter, before.has_value());
        Statement& select = session.prepare(
            fmt::format("select {} from t_cron_job_status where 1 = 1{}", kExecutionColumns, condition.sql),
            condition.types, kExecutionTypes);
        bind_filter(select, filter, before, missing);
        std::size_t rows = 0;
        for (select.run(); select.fetch(); ++rows) {
            model::Execution execution = read_execution_row(select);
            before = ExecutionCursor{execution.begin_at, execution.key};
            if (matches(execution, filter)) executions.push_back(std::move(execution));
        }
        if (rows < missing) break;
    }
    return executions;
}

std::vector<model::Execution> find_executions(Session& session, std::span<const ExecuteId> ids) {
    std::vector<model::Execution> executions;
    for (std::size_t at = 0; at < ids.size(); at += kLongestList) {
        const std::size_t count = std::min(kLongestList, ids.size() - at);
        const std::size_t size = list_size(count);
        Statement& select =
            session.prepare(fmt::format("select {} from t_cron_job_status where f_execute_id in ({})",
                                        kExecutionColumns, placeholders(size)),
                            std::string(size, 's'), kExecutionTypes);
        for (std::size_t i = 0; i < size; ++i) select << ids[at + std::min(i, count - 1)].value();
        const std::span<const ExecuteId> wanted = ids.subspan(at, count);
        for (select.run(); select.fetch();) {
            model::Execution execution = read_execution_row(select);
            if (std::ranges::find(wanted, execution.id) != wanted.end())
                executions.push_back(std::move(execution));
        }
    }
    return executions;
}

std::vector<model::Execution> runs_of(Session& session, const JobId& job, Instant from, Instant to) {
    Statement& select = session.prepare(
        fmt::format("select {} from t_cron_job_status where f_job_id = :job and f_nominal >= :from and "
                    "f_nominal <= :to order by f_nominal, f_key_id",
                    kExecutionColumns),
        "sii", kExecutionTypes);
    select << job.value() << to_unix_millis(from) << to_unix_millis(to);
    std::vector<model::Execution> executions;
    for (select.run(); select.fetch();) executions.push_back(read_execution_row(select));
    return executions;
}

std::vector<model::Execution> unended(Session& session, std::size_t limit, std::int64_t after_key) {
    // "+ 0" prevents the optimizers from scanning the primary key, and thereby all of history, to provide the
    // order.
    Statement& select = session.prepare(
        fmt::format(
            "select {} from t_cron_job_status where f_job_status in (2, 3, 6) and f_trigger in (1, 2, 3) and "
            "f_key_id + 0 > :after order by f_key_id + 0 limit :rows",
            kExecutionColumns),
        "ii", kExecutionTypes);
    select << after_key << static_cast<std::int64_t>(limit);
    std::vector<model::Execution> executions;
    for (select.run(); select.fetch();) executions.push_back(read_execution_row(select));
    return executions;
}

std::vector<model::Execution> overdue(Session& session, Instant due_before, std::size_t limit,
                                      std::int64_t after_key) {
    Statement& select = session.prepare(
        fmt::format(
            "select {} from t_cron_job_status where f_job_status in (2, 3, 6) and f_trigger in (1, 2, 3) and "
            "f_due < :before and f_key_id + 0 > :after "
            "order by f_key_id + 0 limit :rows",
            kExecutionColumns),
        "iii", kExecutionTypes);
    select << to_unix_millis(due_before) << after_key << static_cast<std::int64_t>(limit);
    std::vector<model::Execution> executions;
    for (select.run(); select.fetch();) executions.push_back(read_execution_row(select));
    return executions;
}

std::vector<model::Attempt> attempts_of(Session& session, const ExecuteId& id) {
    Statement& select = session.prepare(
        "select f_attempt, f_begin, f_end, f_node, f_outcome, f_code, f_reason, f_detail, f_output from "
        "t_cron_attempt where f_execute_id = :id order by f_attempt",
        "s", "iiisiisss");
    select << id.value();
    std::vector<model::Attempt> attempts;
    for (select.run(); select.fetch();) {
        attempts.push_back({.execute_id = id,
                            .number = static_cast<int>(select.integer(0)),
                            .begin_at = from_unix_millis(select.integer(1)),
                            .end_at = from_unix_millis(select.integer(2)),
                            .node = NodeId(select.text(3)),
                            .outcome = static_cast<model::ExecutionState>(select.integer(4)),
                            .code = static_cast<int>(select.integer(5)),
                            .reason = select.text(6),
                            .detail = select.text(7),
                            .output = select.text(8)});
    }
    return attempts;
}

Awaitable<std::optional<model::Execution>> latest_execution(ExecutionQueries& queries,
                                                            std::optional<TenantId> tenant, JobId job) {
    ExecutionFilter filter{.tenant = std::move(tenant), .limit = 1};
    filter.jobs.push_back(std::move(job));
    Result<std::vector<model::Execution>> found = co_await queries.list_executions(std::move(filter));
    if (!found) co_return std::unexpected(found.error());
    if (found->empty()) co_return std::nullopt;
    co_return std::move(found->front());
}

Awaitable<KnownId> id_of(ExecutionQueries& queries, TenantId tenant, ExecuteId chosen) {
    const auto own = co_await queries.find_execution(tenant, chosen);
    if (!own) co_return std::unexpected(own.error());
    if (*own) co_return KnownId{(*own)->id, true};
    const auto any = co_await queries.find_execution(std::nullopt, chosen);
    if (!any) co_return std::unexpected(any.error());
    const bool is_taken = *any && (*any)->tenant != tenant;
    co_return KnownId{is_taken ? model::marked_id(chosen, tenant) : std::move(chosen), false};
}

}  // namespace ecron::store
