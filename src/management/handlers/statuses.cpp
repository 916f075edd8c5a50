#include <algorithm>
#include <map>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/notify/announce.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/list_stream.hpp"
#include "management/http/paging.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

namespace cause = model::cause;

constexpr std::size_t kFirstPage = 100;  // rows; larger lists are streamed

store::ExecutionCursor cursor_behind(const model::Execution& execution) {
    return {execution.begin_at, execution.key};
}
std::string cursor_of(const model::Execution& execution) { return text_of(cursor_behind(execution)); }

/// Newest start first; executions that have not started last.
bool is_newer(const model::Execution& left, const model::Execution& right) {
    return std::pair{left.begin_at, left.key} > std::pair{right.begin_at, right.key};
}

http::Response no_job(const Call& call) {
    return refuse(call.api.options.language, Error{Errc::not_found, {}, {"job_id"}});
}

struct Filter {
    store::ExecutionFilter rows;
    bool limited{false};  // the request has a limit
    bool narrows{false};  // the request has filters besides job ids
};

Result<Filter> filter_of(const Query& query, const std::optional<TenantId>& tenant) {
    const auto type = query.job_type();
    if (!type) return std::unexpected(type.error());
    const auto state = query.job_status();
    if (!state) return std::unexpected(state.error());
    const auto range = query.range();
    if (!range) return std::unexpected(range.error());
    const auto limit = query.number("limit", 0, kListLimit);
    if (!limit) return std::unexpected(limit.error());
    const auto after = query.execution_cursor();
    if (!after) return std::unexpected(after.error());

    Filter filter{
        .rows = {.tenant = tenant, .type = *type, .begin_from = range->begin, .begin_until = range->end}};
    if (*state) filter.rows.states = {**state};
    filter.rows.limit = static_cast<std::size_t>(std::min(*limit, kListLimit));
    filter.rows.before = *after;
    filter.limited = query.first("limit").has_value();
    filter.narrows = *type || *state || range->begin || range->end || *after || filter.limited;
    return filter;
}

/// With only job ids: the latest execution of each job.
Answer latest_of(Call call, Query query, std::vector<JobId> jobs) {
    std::vector<model::Execution> latest;
    for (const JobId& job : jobs) {
        auto execution = co_await call.api.store.latest_execution(call.caller.whose, job);
        if (!execution) co_return refuse(call.api.options.language, execution.error());
        if (*execution) latest.push_back(std::move(**execution));
    }
    std::ranges::sort(latest, is_newer);
    const std::size_t count = latest.size();
    co_return list_answer(call, query, std::move(latest), count, cursor_of);
}

/// Returns true if all of the jobs are stored. A single job, which is what clients poll for, may come from
/// the row cache.
boost::asio::awaitable<Result<bool>> all_stored(Context& api, std::optional<TenantId> tenant,
                                                std::vector<JobId> jobs) {
    if (jobs.size() == 1) {
        const auto job = co_await api.store.find_job(std::move(tenant), std::move(jobs.front()));
        if (!job) co_return std::unexpected(job.error());
        co_return job->has_value();
    }
    const std::size_t count = jobs.size();
    const auto found = co_await api.store.find_jobs(std::move(tenant), std::move(jobs));
    if (!found) co_return std::unexpected(found.error());
    co_return found->size() == count;
}

/// All executions that match the filter. A small list is returned at once; more than a page is streamed.
Answer all_of(Call call, store::ExecutionFilter filter) {
    filter.limit = kFirstPage;
    auto first = co_await call.api.store.list_executions(filter);
    if (!first) co_return refuse(call.api.options.language, first.error());
    if (first->size() < kFirstPage) co_return rows_answer(std::move(*first));
    http::Response response = json_answer(200, {});
    response.stream =
        std::make_shared<ListStream<model::Execution>>(std::move(*first), kFirstPage,
                                                       [&store = call.api.store, filter = std::move(filter)](
                                                           const model::Execution& last, std::size_t count) {
                                                           store::ExecutionFilter rest = filter;
                                                           rest.before = cursor_behind(last);
                                                           rest.limit = count;
                                                           return store.list_executions(std::move(rest));
                                                       });
    co_return response;
}

Answer statuses(Call call, Query query, std::vector<std::string> ids) {
    auto filter = filter_of(query, call.caller.whose);
    if (!filter) co_return refuse(call.api.options.language, filter.error());
    const bool names_job = std::ranges::any_of(ids, [](const std::string& id) { return !id.empty(); });
    if (!names_job && !filter->narrows) co_return refuse(call.api.options.language, 400, cause::kNoQuery);

    for (std::string& id : ids) {
        if (!can_be_id(id)) co_return no_job(call);
        filter->rows.jobs.emplace_back(std::move(id));
    }
    if (!filter->rows.jobs.empty()) {
        const auto stored = co_await all_stored(call.api, call.caller.whose, filter->rows.jobs);
        if (!stored) co_return refuse(call.api.options.language, stored.error());
        if (!*stored) co_return no_job(call);
        if (!filter->narrows)
            co_return co_await latest_of(std::move(call), std::move(query), std::move(filter->rows.jobs));
    }

    if (!filter->limited) co_return co_await all_of(std::move(call), std::move(filter->rows));
    const std::size_t limit = filter->rows.limit;
    if (limit == 0) co_return json_answer(200, "[]");
    ++filter->rows.limit;
    auto executions = co_await call.api.store.list_executions(std::move(filter->rows));
    if (!executions) co_return refuse(call.api.options.language, executions.error());
    co_return list_answer(call, query, std::move(*executions), limit, cursor_of);
}

/// Returns the jobs of these executions by key.
boost::asio::awaitable<Result<std::map<JobKey, model::Job>>> jobs_of(Context& api,
                                                                     std::vector<model::Execution> rows) {
    std::vector<JobKey> keys;
    for (const model::Execution& row : rows)
        if (row.snapshot.empty()) keys.push_back(row.job_key);
    std::map<JobKey, model::Job> jobs;
    if (keys.empty()) co_return jobs;
    auto found = co_await api.store.find_jobs_by_key(std::move(keys));
    if (!found) co_return std::unexpected(found.error());
    for (model::Job& job : *found) jobs.emplace(job.key, std::move(job));
    co_return jobs;
}

/// Returns the announcements for the jobs' receivers if a client changes one of ecron's own executions.
/// History is not announced.
boost::asio::awaitable<Result<store::Announcements>> told_of(Context& api, std::optional<TenantId> tenant,
                                                             std::vector<model::Execution> put) {
    std::vector<ExecuteId> ids;
    for (const model::Execution& execution : put) {
        ids.push_back(execution.id);
        if (tenant) ids.push_back(model::marked_id(execution.id, *tenant));
    }
    auto rows = co_await api.store.find_executions(std::move(ids));
    if (!rows) co_return std::unexpected(rows.error());
    std::erase_if(*rows, [&](const auto& row) {
        return row.trigger == model::Trigger::history || (tenant && row.tenant != *tenant);
    });
    const auto jobs = co_await jobs_of(api, *rows);
    if (!jobs) co_return std::unexpected(jobs.error());
    store::Announcements told;
    for (model::Execution& row : *rows) {
        const auto job = jobs->find(row.job_key);
        if (row.snapshot.empty() && job == jobs->end()) continue;
        const auto context = model::read_context(row.snapshot.empty() ? job->second.context : row.snapshot);
        if (!context) continue;
        const auto wanted = std::ranges::find_if(
            put, [&](const auto& one) { return one.id.value() == model::chosen_id(row.id); });
        row.state = wanted->state;
        row.end_at.reset();
        if (model::is_end(row.state)) row.end_at = wanted->end_at.value_or(api.clock.now());
        if (!wanted->result.empty()) row.result = wanted->result;
        auto announcements = notify::announcements(*context, row, row.attempt, nullptr);
        if (!announcements.empty()) told.emplace(row.id, std::move(announcements));
    }
    co_return told;
}

}  // namespace

Answer list_statuses(Call call) {
    auto query = Query::read(call.request.query);
    if (!query) co_return refuse(call.api.options.language, query.error());
    std::vector<std::string> ids = query->all("job_id");
    co_return co_await statuses(std::move(call), std::move(*query), std::move(ids));
}

Answer statuses_of_job(Call call) {
    auto query = Query::read(call.request.query);
    if (!query) co_return refuse(call.api.options.language, query.error());
    std::vector<std::string> ids{call.variable};
    co_return co_await statuses(std::move(call), std::move(*query), std::move(ids));
}

Answer put_statuses(Call call) {
    auto statuses =
        co_await off_loop(call.request.body.size(), [&] { return model::read_statuses(call.request.body); });
    if (!statuses) co_return refuse(call.api.options.language, statuses.error());
    for (model::Execution& execution : statuses->accepted) {
        if (call.caller.whose || execution.tenant.value().empty()) execution.tenant = call.caller.tenant;
        call.note(execution.id.value(), {}, execution.tenant);
    }
    auto told = co_await told_of(call.api, call.caller.whose, statuses->accepted);
    if (!told) co_return refuse(call.api.options.language, told.error());
    auto refused = co_await call.api.store.put_executions(call.caller.whose, std::move(statuses->accepted),
                                                          std::move(*told));
    if (!refused) co_return refuse(call.api.options.language, refused.error());
    std::ranges::move(statuses->refused, std::back_inserter(*refused));
    std::string body;
    JsonWriter json{body};
    json.begin_object().key("failed_job_id").begin_array();
    for (const ExecuteId& id : *refused) json.text(id.value());
    json.end_array().end_object();
    co_return json_answer(200, std::move(body));
}

}  // namespace ecron::management
