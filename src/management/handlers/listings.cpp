#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/execute_id.hpp"
#include "management/execution_times.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/paging.hpp"
#include "management/http/problem_list.hpp"
#include "management/http/responses.hpp"

/// GET /jobexecution and GET /missed.
namespace ecron::management {

using store::ExecutionSummary;
using store::MissedSummary;

std::size_t bytes_of(const ExecutionSummary& summary) {
    return sizeof summary + summary.execution.reason.size() + summary.execution.extra.size();
}
std::size_t bytes_of(const MissedSummary& missed) {
    return sizeof missed + missed.job_name.size() + missed.reason.size();
}

void append_row(std::string& out, const ExecutionSummary& summary) {
    const model::Execution& execution = summary.execution;
    JsonWriter json{out};
    json.begin_object().member("execute_id", model::chosen_id(execution.id));
    json.member("job_id", execution.job_id.value()).member("job_name", execution.job_name);
    json.member("job_type", model::to_text(execution.job_type));
    json.member("job_status", model::to_text(execution.state));
    json.member("trigger", name_of(execution.trigger));
    json.member("scheduled_at", millis_text(execution.scheduled_at));
    json.member("begin_at", millis_text(begin_of(summary))).member("end_at", millis_text(end_of(summary)));
    write_millis(json, "duration_ms", duration_of(summary));
    write_millis(json, "lateness_ms", lateness_of(summary));
    json.member("execute_times", std::int64_t{execution.execute_times});
    json.member("executor_id", execution.node.value()).member("reason", execution.reason);
    json.member("tenant_id", execution.tenant.value()).end_object();
}

void append_row(std::string& out, const MissedSummary& missed) {
    JsonWriter json{out};
    json.begin_object().member("missed_id", std::to_string(missed.key));
    json.member("job_id", missed.job.value()).member("job_name", missed.job_name);
    json.member("tenant_id", missed.tenant.value());
    json.member("from", format_rfc3339_millis(missed.from)).member("to", format_rfc3339_millis(missed.to));
    json.member("count", missed.count).member("reason", missed.reason);
    json.member("recorded_at", format_rfc3339_millis(missed.at)).end_object();
}

namespace {

std::size_t limit_of(const Query& query, ProblemList& problems) {
    const std::int64_t limit = problems.value(query.number("limit", 0, kListDefault));
    return static_cast<std::size_t>(std::min(limit, kListLimit));
}

Query::Range range_of(const Query& query, ProblemList& problems) { return problems.value(query.range()); }

store::ExecutionSearch execution_search(const Query& query, ProblemList& problems,
                                        const std::optional<TenantId>& tenant) {
    store::ExecutionSearch search{.tenant = tenant};
    if (const auto job = query.first("job_id")) search.job = JobId{std::string{*job}};
    if (const auto name = query.first("name")) search.job_name = std::string{*name};
    if (const auto state = query.first("state")) {
        search.state = model::state_from(*state);
        if (!search.state)
            problems.add("state", "must be success, executing, failure, interrupt, abandon or pending");
    }
    if (const auto trigger = query.first("trigger")) {
        search.trigger = trigger_from(*trigger);
        if (!search.trigger) problems.add("trigger", "must be schedule, manual, message or history");
    }
    const Query::Range range = range_of(query, problems);
    search.begin_from = range.begin;
    search.begin_until = range.end;
    search.limit = limit_of(query, problems);
    search.before = problems.value(query.execution_cursor());
    return search;
}

std::string cursor_of(const ExecutionSummary& summary) {
    return text_of(store::ExecutionCursor{summary.execution.begin_at, summary.execution.key});
}
std::string cursor_of(const MissedSummary& missed) { return std::to_string(missed.key); }

}  // namespace

AsyncResponse list_executions(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    ProblemList problems;
    store::ExecutionSearch search = execution_search(*query, problems, request.caller.visible_tenant);
    if (problems.any()) co_return request.error(problems.problems());
    const bool is_possible = !search.job || can_be_id(search.job->value());
    if (search.limit == 0 || !is_possible) co_return json_response(200, "[]");
    const std::size_t limit = search.limit++;
    auto found = co_await request.api.store.listings->search_executions(std::move(search));
    if (!found) co_return request.error(found.error());
    for (ExecutionSummary& summary : found->executions) request.translate_reason(summary.execution.reason);
    const auto next = found->next;
    http::Response response =
        list_response<ExecutionSummary>(request, *query, std::move(found->executions), limit, cursor_of);
    if (next) add_next_page(response, request, *query, text_of(*next));
    co_return response;
}

AsyncResponse list_missed(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    ProblemList problems;
    store::MissedSearch search{.tenant = request.caller.visible_tenant};
    if (const auto job = query->first("job_id")) search.job = JobId{std::string{*job}};
    const Query::Range range = range_of(*query, problems);
    search.from = range.begin;
    search.until = range.end;
    search.limit = limit_of(*query, problems);
    search.before = problems.value(query->cursor());
    if (problems.any()) co_return request.error(problems.problems());
    const bool is_possible = !search.job || can_be_id(search.job->value());
    if (search.limit == 0 || !is_possible) co_return json_response(200, "[]");
    const std::size_t limit = search.limit++;
    auto found = co_await request.api.store.listings->search_missed(std::move(search));
    if (!found) co_return request.error(found.error());
    co_return list_response<MissedSummary>(request, *query, std::move(*found), limit, cursor_of);
}

}  // namespace ecron::management
