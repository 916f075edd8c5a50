#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/off_loop.hpp"
#include "ecron/base/trace.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/model/attempts.hpp"
#include "management/authorization/permissions.hpp"
#include "management/definition_warnings.hpp"
#include "management/execution_times.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr std::string_view kSubject = "execute_id";

/// The id is the client's, or is derived from the Idempotency-Key, so that a repeated request runs the job
/// only once.
std::optional<ExecuteId> execute_id_of(const ApiRequest& request, const model::JobInput& input) {
    if (!input.context.execute_id.empty()) return ExecuteId{input.context.execute_id};
    const std::string_view key = request.http.header("Idempotency-Key");
    if (key.empty()) return std::nullopt;
    const std::string subject = request.caller.tenant.value() + '\n' + std::string{key};
    return ExecuteId{keyed_uuid(request.api.store.queries->id_key(), subject, Instant{})};
}

/// The id for a job in the request that has none. With a known execution id it is derived from the id and the
/// job, so that a repeated request is recognized and one with another job is distinguished.
boost::asio::awaitable<JobId> unnamed_job_id(const ApiRequest& request, const model::Job& job,
                                             const std::optional<ExecuteId>& id) {
    if (!id) co_return JobId{random_uuid()};
    const auto& key = request.api.store.queries->id_key();
    co_return co_await off_loop(request.work_on(job.context.size()), [&] {
        const std::string subject = fmt::format("{}\n{}\n{}\n{}\n{}", request.caller.tenant.value(),
                                                id->value(), job.name, model::to_text(job.type), job.context);
        return JobId{keyed_uuid(key, subject, Instant{})};
    });
}

/// Shows the execution as executing, which clients understand as running, even while it waits for a slot.
void show_as_executing(const ApiContext& api, model::Execution& execution) {
    if (execution.state != model::ExecutionState::pending) return;
    execution.state = model::ExecutionState::executing;
    execution.execute_times = std::max(execution.execute_times, 1);
    if (!execution.begin_at) execution.begin_at = api.clock.now();
    if (execution.executors.empty())
        execution.executors.push_back({api.options.executor_id, *execution.begin_at});
}

http::Response run_response(const ApiContext& api, model::Execution execution) {
    show_as_executing(api, execution);
    std::string body;
    model::append_json(body, execution, model::ExtInfo::empty);
    return json_response(200, std::move(body));
}

/// Error: not_found if the id of a job in the request belongs to another tenant's job.
boost::asio::awaitable<Result<void>> names_foreign(const ApiRequest& request, JobId job) {
    const std::optional<TenantId>& visible_tenant = request.caller.visible_tenant;
    if (!visible_tenant) co_return Result<void>{};
    if (!job.value().empty()) {
        const auto stored = co_await request.api.store.jobs->find_job(std::nullopt, std::move(job));
        if (!stored) co_return std::unexpected(stored.error());
        if (*stored && (*stored)->tenant != *visible_tenant) co_return fail(Errc::not_found, {}, {"job_id"});
    }
    co_return Result<void>{};
}

/// Returns the store's id for the id that the client gave, in the tenant's id space.
boost::asio::awaitable<Result<std::optional<ExecuteId>>> stored_id(const ApiRequest& request,
                                                                   std::optional<ExecuteId> given) {
    if (!given || !request.caller.visible_tenant) co_return given;
    auto known =
        co_await store::id_of(*request.api.store.queries, *request.caller.visible_tenant, std::move(*given));
    if (!known) co_return std::unexpected(known.error());
    co_return std::move(known->id);
}

void add_attempt_under_way(const model::Execution& execution, std::vector<model::Attempt>& attempts) {
    auto running = model::attempt_under_way(execution);
    if (!running) return;
    const bool is_recorded =
        std::ranges::find(attempts, running->number, &model::Attempt::number) != attempts.end();
    if (!is_recorded) attempts.push_back(std::move(*running));
}

/// Returns true if an execution of the caller has neither ended nor received a report. Its first report is
/// accepted regardless of the tenant's rate, since a target may not repeat it.
boost::asio::awaitable<bool> awaits_report(const ApiRequest& request) {
    const auto execution = co_await request.api.store.queries->find_execution(request.caller.visible_tenant,
                                                                              ExecuteId{request.variable});
    co_return execution && *execution && !model::is_end((*execution)->state) && (*execution)->result.empty();
}

}  // namespace

AsyncResponse run_job(ApiRequest request) {
    const Instant now = request.api.clock.now();
    auto input = co_await off_loop(request.work_on_body(), [&] {
        return model::read_job(request.http.body, model::Purpose::run_now, request.api.options.rules, now);
    });
    if (!input) co_return request.error(input.error());
    model::Job& job = input->job;
    if (!input->has_mode) {
        auto stored = co_await request.api.store.jobs->find_job(request.caller.visible_tenant, job.id);
        if (!stored) co_return request.error(stored.error());
        if (!*stored) co_return request.not_found("job_id");
        job = std::move(**stored);
        if (auto forbidden = co_await check_modes(request, {&job, 1})) co_return std::move(*forbidden);
    } else {
        // The job is not stored, but it is a definition by the caller that can read the tenant's secrets, so
        // it needs the same permission as a stored one.
        if (!request.caller.identity.may.has(auth::Permission::write))
            co_return forbidden_response(request, auth::Permission::write);
        input->job.tenant = request.caller.tenant;
        if (auto refused = co_await check_definition(request, *input)) co_return std::move(*refused);
        co_await warn_of_mode(request, *input);
    }
    const auto foreign = co_await names_foreign(request, input->has_mode ? job.id : JobId{});
    if (!foreign) co_return request.error(foreign.error(), kSubject);
    auto id = co_await stored_id(request, execute_id_of(request, *input));
    if (!id) co_return request.error(id.error(), kSubject);
    if (job.id.value().empty()) job.id = co_await unnamed_job_id(request, job, *id);
    model::RunRequest run{
        .id = std::move(*id),
        .traceparent = read_traceparent(request.http.header("traceparent")).value_or(std::string{})};
    auto execution = co_await request.api.runs.run_now(std::move(job), std::move(run));
    if (!execution) co_return request.error(execution.error(), kSubject);
    request.record(execution->id.value(), {}, execution->tenant);
    http::Response response = run_response(request.api, std::move(*execution));
    add_warnings(response, request.language(), input->warnings);
    co_return response;
}

AsyncResponse show_execution(ApiRequest request) {
    if (!can_be_id(request.variable)) co_return request.not_found(kSubject);
    const ExecuteId id{request.variable};
    auto execution = co_await request.api.store.queries->find_execution(request.caller.visible_tenant, id);
    if (!execution) co_return request.error(execution.error(), kSubject);
    if (!*execution) co_return request.not_found(kSubject);
    auto attempts = co_await request.api.store.queries->attempts((*execution)->id);
    if (!attempts) co_return request.error(attempts.error(), kSubject);
    add_attempt_under_way(**execution, *attempts);
    request.translate_reason((*execution)->reason);
    for (model::Attempt& attempt : *attempts) request.translate_reason(attempt.reason);

    store::ExecutionSummary times{**execution, {}, {}};
    if (!attempts->empty()) times.begin = attempts->front().begin_at;
    if (!attempts->empty() && times.execution.end_at) times.end = attempts->back().end_at;
    std::string body;
    model::append_json(body, **execution);
    body.back() = ',';  // for more members
    JsonWriter json{body};
    json.member("trigger", name_of(times.execution.trigger));
    write_millis(json, "duration_ms", duration_of(times));
    write_millis(json, "lateness_ms", lateness_of(times));
    body += R"(,"attempts":[)";
    for (const model::Attempt& attempt : *attempts) {
        if (&attempt != &attempts->front()) body += ',';
        model::append_json(body, attempt);
    }
    body += "]}";
    co_return json_response(200, std::move(body));
}

AsyncResponse cancel_execution(ApiRequest request) {
    if (!can_be_id(request.variable)) co_return request.not_found(kSubject);
    auto execution = co_await request.api.runs.cancel(
        request.caller.visible_tenant, ExecuteId{request.variable}, request.caller.identity.tenant.value());
    if (!execution) co_return request.error(execution.error(), kSubject);
    request.record(execution->id.value(), {}, execution->tenant);
    request.translate_reason(execution->reason);
    std::string body;
    model::append_json(body, *execution);
    co_return json_response(200, std::move(body));
}

AsyncResponse take_callback(ApiRequest request) {
    auto result =
        co_await off_loop(request.work_on_body(), [&] { return model::read_result(request.http.body); });
    if (!result) co_return empty_response();  // targets that report something else were never refused
    if (!can_be_id(request.variable)) co_return request.not_found(kSubject);
    if (request.caller.over_rate > Millis{0}) {
        const bool is_due = co_await awaits_report(request);
        if (!is_due) co_return rate_limit_response(request.language(), request.caller.over_rate);
    }
    const auto taken = co_await request.api.runs.callback(request.caller.visible_tenant,
                                                          ExecuteId{request.variable}, std::move(*result));
    if (!taken) co_return request.error(taken.error(), kSubject);
    co_return empty_response();
}

}  // namespace ecron::management
