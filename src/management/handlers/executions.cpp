#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/off_loop.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/model/attempts.hpp"
#include "ecron/store/execute_ids.hpp"
#include "management/authorization/permissions.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr std::string_view kSubject = "execute_id";

http::Response refuse_execution(const Call& call, const Error& error) {
    return refuse(call.api.options.language, error, kSubject);
}
http::Response no_execution(const Call& call) {
    return refuse_execution(call, Error{Errc::not_found, {}, {}});
}

/// The id is the client's, or is derived from the Idempotency-Key, so that a repeated request runs the job
/// only once.
std::optional<ExecuteId> execute_id_of(const Call& call, const model::JobInput& input) {
    if (!input.context.execute_id.empty()) return ExecuteId{input.context.execute_id};
    const std::string_view key = call.request.header("Idempotency-Key");
    if (key.empty()) return std::nullopt;
    const std::string subject = call.caller.tenant.value() + '\n' + std::string{key};
    return ExecuteId{keyed_uuid(call.api.store.id_key(), subject, Instant{})};
}

/// The id for a job in the request that has none. With a known execution id it is derived from the id and the
/// job, so that a repeated request is recognized and one with another job is distinguished.
JobId unnamed_job_id(const Call& call, const model::Job& job, const std::optional<ExecuteId>& id) {
    if (!id) return JobId{random_uuid()};
    const std::string subject = fmt::format("{}\n{}\n{}\n{}\n{}", call.caller.tenant.value(), id->value(),
                                            job.name, model::to_text(job.type), job.context);
    return JobId{keyed_uuid(call.api.store.id_key(), subject, Instant{})};
}

/// Shows the execution as executing, which clients understand as running, even while it waits for a slot.
void show_as_executing(const Context& api, model::Execution& execution) {
    if (execution.state != model::ExecutionState::pending) return;
    execution.state = model::ExecutionState::executing;
    execution.execute_times = std::max(execution.execute_times, 1);
    if (!execution.begin_at) execution.begin_at = api.clock.now();
    if (execution.executors.empty())
        execution.executors.push_back({api.options.executor_id, *execution.begin_at});
}

http::Response run_answer(const Context& api, model::Execution execution) {
    show_as_executing(api, execution);
    std::string body;
    model::append_json(body, execution, model::ExtInfo::empty);
    return json_answer(200, std::move(body));
}

/// Error: not_found if the id of a job in the request belongs to another tenant's job.
boost::asio::awaitable<Result<void>> names_foreign(const Call& call, JobId job) {
    const std::optional<TenantId>& whose = call.caller.whose;
    if (!whose) co_return Result<void>{};
    if (!job.value().empty()) {
        const auto stored = co_await call.api.store.find_job(std::nullopt, std::move(job));
        if (!stored) co_return std::unexpected(stored.error());
        if (*stored && (*stored)->tenant != *whose) co_return fail(Errc::not_found, {}, {"job_id"});
    }
    co_return Result<void>{};
}

/// Returns the store's id for the id that the client gave, in the tenant's id space.
boost::asio::awaitable<Result<std::optional<ExecuteId>>> stored_id(const Call& call,
                                                                   std::optional<ExecuteId> given) {
    if (!given || !call.caller.whose) co_return given;
    auto known = co_await store::id_of(call.api.store, *call.caller.whose, std::move(*given));
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
boost::asio::awaitable<bool> awaits_report(const Call& call) {
    const auto execution =
        co_await call.api.store.find_execution(call.caller.whose, ExecuteId{call.variable});
    co_return execution && *execution && !model::is_end((*execution)->state) && (*execution)->result.empty();
}

}  // namespace

Answer run_job(Call call) {
    const Instant now = call.api.clock.now();
    auto input = co_await off_loop(call.request.body.size(), [&] {
        return model::read_job(call.request.body, model::Purpose::run_now, call.api.options.rules, now);
    });
    if (!input) co_return refuse(call.api.options.language, input.error());
    model::Job job = std::move(input->job);
    if (!input->has_mode) {
        auto stored = co_await call.api.store.find_job(call.caller.whose, job.id);
        if (!stored) co_return refuse(call.api.options.language, stored.error());
        if (!*stored) co_return refuse(call.api.options.language, Error{Errc::not_found, {}, {"job_id"}});
        job = std::move(**stored);
        if (auto forbidden = co_await forbids_mode(call, job)) co_return std::move(*forbidden);
    } else {
        // The job is not stored, but it is a definition by the caller that can read the tenant's secrets, so
        // it needs the same permission as a stored one.
        if (!call.caller.identity.may.has(auth::Permission::write))
            co_return forbid(call.api, call.caller.identity, auth::Permission::write);
        if (auto forbidden = forbids_mode(call, input->context)) co_return std::move(*forbidden);
        if (auto forbidden = forbids_environment(call, input->context)) co_return std::move(*forbidden);
        job.tenant = call.caller.tenant;
        if (auto forbidden = forbids_pod(call, job.tenant, input->context)) co_return std::move(*forbidden);
    }
    const auto foreign = co_await names_foreign(call, input->has_mode ? job.id : JobId{});
    if (!foreign) co_return refuse_execution(call, foreign.error());
    auto id = co_await stored_id(call, execute_id_of(call, *input));
    if (!id) co_return refuse_execution(call, id.error());
    if (job.id.value().empty()) job.id = unnamed_job_id(call, job, *id);
    auto execution = co_await call.api.runs.run_now(std::move(job), model::Trigger::manual, std::move(*id));
    if (!execution) co_return refuse_execution(call, execution.error());
    call.note(execution->id.value(), {}, execution->tenant);
    http::Response response = run_answer(call.api, std::move(*execution));
    add_warnings(response, input->warnings);
    co_return response;
}

Answer show_execution(Call call) {
    if (!can_be_id(call.variable)) co_return no_execution(call);
    const ExecuteId id{call.variable};
    const auto execution = co_await call.api.store.find_execution(call.caller.whose, id);
    if (!execution) co_return refuse_execution(call, execution.error());
    if (!*execution) co_return no_execution(call);
    auto attempts = co_await call.api.store.attempts((*execution)->id);
    if (!attempts) co_return refuse_execution(call, attempts.error());
    add_attempt_under_way(**execution, *attempts);

    std::string body;
    model::append_json(body, **execution);
    body.back() = ',';  // for one more member
    body += R"("attempts":[)";
    for (const model::Attempt& attempt : *attempts) {
        if (&attempt != &attempts->front()) body += ',';
        model::append_json(body, attempt);
    }
    body += "]}";
    co_return json_answer(200, std::move(body));
}

Answer cancel_execution(Call call) {
    if (!can_be_id(call.variable)) co_return no_execution(call);
    const auto execution = co_await call.api.runs.cancel(call.caller.whose, ExecuteId{call.variable},
                                                         call.caller.identity.tenant.value());
    if (!execution) co_return refuse_execution(call, execution.error());
    call.note(execution->id.value(), {}, execution->tenant);
    std::string body;
    model::append_json(body, *execution);
    co_return json_answer(200, std::move(body));
}

Answer take_callback(Call call) {
    std::optional<std::string> result = model::read_result(call.request.body);
    if (!result) co_return empty_answer();  // targets that report something else were never refused
    if (!can_be_id(call.variable)) co_return no_execution(call);
    if (call.caller.over_rate > Millis{0}) {
        const bool is_due = co_await awaits_report(call);
        if (!is_due) co_return refuse_too_many(call.api.options.language, call.caller.over_rate);
    }
    const auto taken =
        co_await call.api.runs.callback(call.caller.whose, ExecuteId{call.variable}, std::move(*result));
    if (!taken) co_return refuse_execution(call, taken.error());
    co_return empty_answer();
}

}  // namespace ecron::management
