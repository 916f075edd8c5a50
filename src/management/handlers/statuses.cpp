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
AsyncResponse latest_of(ApiRequest request, Query query, std::vector<JobId> jobs) {
    std::vector<model::Execution> latest;
    for (const JobId& job : jobs) {
        auto execution =
            co_await store::latest_execution(*request.api.store.queries, request.caller.visible_tenant, job);
        if (!execution) co_return request.error(execution.error());
        if (*execution) latest.push_back(std::move(**execution));
    }
    std::ranges::sort(latest, is_newer);
    const std::size_t count = latest.size();
    co_return list_response(request, query, std::move(latest), count, cursor_of);
}

/// Returns true if all of the jobs are stored. A single job, which is what clients poll for, may come from
/// the row cache.
boost::asio::awaitable<Result<bool>> all_stored(ApiContext& api, std::optional<TenantId> tenant,
                                                std::vector<JobId> jobs) {
    if (jobs.size() == 1) {
        const auto job = co_await api.store.jobs->find_job(std::move(tenant), std::move(jobs.front()));
        if (!job) co_return std::unexpected(job.error());
        co_return job->has_value();
    }
    const std::size_t count = jobs.size();
    const auto found = co_await api.store.jobs->find_jobs(std::move(tenant), std::move(jobs));
    if (!found) co_return std::unexpected(found.error());
    co_return found->size() == count;
}

/// All executions that match the filter. A small list is returned at once; more than a page is streamed.
AsyncResponse all_of(ApiRequest request, store::ExecutionFilter filter) {
    filter.limit = kFirstPage;
    auto first = co_await request.api.store.queries->list_executions(filter);
    if (!first) co_return request.error(first.error());
    if (first->size() < kFirstPage) co_return rows_response(std::move(*first));
    http::Response response = json_response(200, {});
    response.stream = std::make_shared<ListStream<model::Execution>>(
        std::move(*first), kFirstPage,
        [&store = request.api.store, filter = std::move(filter)](const model::Execution& last,
                                                                 std::size_t count) {
            store::ExecutionFilter rest = filter;
            rest.before = cursor_behind(last);
            rest.limit = count;
            return store.queries->list_executions(std::move(rest));
        });
    co_return response;
}

AsyncResponse statuses(ApiRequest request, Query query, std::vector<std::string> ids) {
    auto filter = filter_of(query, request.caller.visible_tenant);
    if (!filter) co_return request.error(filter.error());
    const bool names_job = std::ranges::any_of(ids, [](const std::string& id) { return !id.empty(); });
    if (!names_job && !filter->narrows) co_return request.error(400, cause::kNoQuery);

    for (std::string& id : ids) {
        if (!can_be_id(id)) co_return request.not_found("job_id");
        filter->rows.jobs.emplace_back(std::move(id));
    }
    if (!filter->rows.jobs.empty()) {
        const auto stored =
            co_await all_stored(request.api, request.caller.visible_tenant, filter->rows.jobs);
        if (!stored) co_return request.error(stored.error());
        if (!*stored) co_return request.not_found("job_id");
        if (!filter->narrows)
            co_return co_await latest_of(std::move(request), std::move(query), std::move(filter->rows.jobs));
    }

    if (!filter->limited) co_return co_await all_of(std::move(request), std::move(filter->rows));
    const std::size_t limit = filter->rows.limit;
    if (limit == 0) co_return json_response(200, "[]");
    ++filter->rows.limit;
    auto executions = co_await request.api.store.queries->list_executions(std::move(filter->rows));
    if (!executions) co_return request.error(executions.error());
    co_return list_response(request, query, std::move(*executions), limit, cursor_of);
}

/// Returns the jobs of these executions by key.
boost::asio::awaitable<Result<std::map<JobKey, model::Job>>> jobs_of(ApiContext& api,
                                                                     std::vector<model::Execution> rows) {
    std::vector<JobKey> keys;
    for (const model::Execution& row : rows)
        if (row.snapshot.empty()) keys.push_back(row.job_key);
    std::map<JobKey, model::Job> jobs;
    if (keys.empty()) co_return jobs;
    auto found = co_await api.store.jobs->find_jobs_by_key(std::move(keys));
    if (!found) co_return std::unexpected(found.error());
    for (model::Job& job : *found) jobs.emplace(job.key, std::move(job));
    co_return jobs;
}

using JobsByKey = std::map<JobKey, model::Job>;

/// The context that the execution carries out; null if its job was deleted.
const std::string* definition_of(const model::Execution& row, const JobsByKey& jobs) {
    if (!row.snapshot.empty()) return &row.snapshot;
    const auto job = jobs.find(row.job_key);
    return job == jobs.end() ? nullptr : &job->second.context;
}

std::size_t bytes_of(const std::vector<model::Execution>& rows, const JobsByKey& jobs) {
    std::size_t bytes = 0;
    for (const model::Execution& row : rows)
        if (const std::string* const definition = definition_of(row, jobs)) bytes += definition->size();
    return bytes;
}

/// Returns the announcements for the jobs' receivers if a client changes one of ecron's own executions.
/// History is not announced.
boost::asio::awaitable<Result<store::Announcements>> announcements_of(const ApiRequest& request,
                                                                      std::vector<model::Execution> put) {
    ApiContext& api = request.api;
    const std::optional<TenantId>& tenant = request.caller.visible_tenant;
    std::vector<ExecuteId> ids;
    for (const model::Execution& execution : put) {
        ids.push_back(execution.id);
        if (tenant) ids.push_back(model::marked_id(execution.id, *tenant));
    }
    auto rows = co_await api.store.queries->find_executions(std::move(ids));
    if (!rows) co_return std::unexpected(rows.error());
    std::erase_if(*rows, [&](const auto& row) {
        return row.trigger == model::Trigger::history || (tenant && row.tenant != *tenant);
    });
    const auto jobs = co_await jobs_of(api, *rows);
    if (!jobs) co_return std::unexpected(jobs.error());
    const Instant now = api.clock.now();
    const notify::Announcer announcer{api.options.executions_url};
    co_return co_await off_loop(request.work_on(bytes_of(*rows, *jobs)), [&] {
        store::Announcements announcements;
        for (model::Execution& row : *rows) {
            const std::string* const definition = definition_of(row, *jobs);
            if (definition == nullptr) continue;
            const auto context = model::read_context(*definition);
            if (!context) continue;
            const auto update = std::ranges::find_if(
                put, [&](const auto& one) { return one.id.value() == model::chosen_id(row.id); });
            row.state = update->state;
            row.end_at.reset();
            if (model::is_end(row.state)) row.end_at = update->end_at.value_or(now);
            if (!update->result.empty()) row.result = update->result;
            auto messages = announcer.announcements(*context, row, row.attempt, nullptr);
            if (!messages.empty()) announcements.emplace(row.id, std::move(messages));
        }
        return announcements;
    });
}

}  // namespace

AsyncResponse list_statuses(ApiRequest request) {
    auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    std::vector<std::string> ids = query->all("job_id");
    co_return co_await statuses(std::move(request), std::move(*query), std::move(ids));
}

AsyncResponse statuses_of_job(ApiRequest request) {
    auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    std::vector<std::string> ids{request.variable};
    co_return co_await statuses(std::move(request), std::move(*query), std::move(ids));
}

AsyncResponse put_statuses(ApiRequest request) {
    auto statuses =
        co_await off_loop(request.work_on_body(), [&] { return model::read_statuses(request.http.body); });
    if (!statuses) co_return request.error(statuses.error());
    for (model::Execution& execution : statuses->accepted) {
        if (request.caller.visible_tenant || execution.tenant.value().empty())
            execution.tenant = request.caller.tenant;
        request.record(execution.id.value(), {}, execution.tenant);
    }
    auto announcements = co_await announcements_of(request, statuses->accepted);
    if (!announcements) co_return request.error(announcements.error());
    auto rejected = co_await request.api.store.reports->put_executions(
        request.caller.visible_tenant, std::move(statuses->accepted), std::move(*announcements));
    if (!rejected) co_return request.error(rejected.error());
    std::ranges::move(statuses->refused, std::back_inserter(*rejected));
    std::string body;
    JsonWriter json{body};
    json.begin_object().key("failed_job_id").begin_array();
    for (const ExecuteId& id : *rejected) json.text(id.value());
    json.end_array().end_object();
    co_return json_response(200, std::move(body));
}

}  // namespace ecron::management
