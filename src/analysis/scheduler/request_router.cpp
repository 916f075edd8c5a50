#include "analysis/scheduler/request_router.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/refusal.hpp"

namespace ecron::analysis {
namespace {

constexpr Millis kLongestWaitForEnd{10'000};
constexpr Millis kLookForEnd{50};

std::unexpected<Error> not_leading() {
    return fail(Errc::unavailable, "this node does not lead at the moment, try again");
}

std::unexpected<Error> no_execution() {
    return fail(Errc::not_found, "This execution does not exist", {"execute_id"});
}

std::unexpected<Error> has_ended(model::ExecutionState state) {
    return fail(Errc::conflict,
                fmt::format("the execution has already ended ({}); POST /jobexecution runs the job again",
                            model::to_text(state)),
                {"execute_id"});
}

bool is_here(Stage stage) { return stage != Stage::remote && stage != Stage::offered; }

bool can_begin(model::ExecutionState state) {
    return state == model::ExecutionState::pending || state == model::ExecutionState::failure;
}

}  // namespace

void RequestRouter::job_deleted(const model::Job& job, std::string_view by) {
    if (!feed_.is_loaded()) return;
    shards_.of(job.id).requests().job_deleted_by(job.key, by);
    feed_.notify();
}

asio::awaitable<Result<model::Execution>> RequestRouter::run_now(model::Job job, model::RunRequest request) {
    if (!feed_.is_loaded()) co_return not_leading();
    execution::TaskPtr task = co_await context_.prepare_task(job);
    if (task == nullptr) co_return fail(Errc::invalid, "Invalid parameter", {"job_context"});
    if (context_.runs.present(context_.interner.intern(job.tenant.value())) >= context_.options.claim_window)
        co_return fail(Errc::unavailable, "too many executions of this tenant are under way, try again");
    if (context_.window() == 0)
        co_return fail(Errc::unavailable, "too many executions are under way, try again");
    if (!request.id) request.id = ExecuteId{random_uuid()};
    const ExecuteId chosen = *request.id;
    ShardScheduler& shard = shards_.of(job.id);
    TenantId tenant = job.tenant;
    const JobId job_id = job.id;
    Result<model::Execution> stored;
    if (shard.leads())
        stored = co_await shard.requests().run_now(std::move(job), std::move(task), std::move(request));
    else
        stored = co_await request_run(std::move(job), std::move(request));
    if (stored || stored.error().code != Errc::conflict) co_return stored;
    co_return co_await same_execution(std::move(tenant), job_id, chosen, stored.error());
}

/// The leader of the shard learns of it from the change log.
asio::awaitable<Result<model::Execution>> RequestRouter::request_run(model::Job job,
                                                                     model::RunRequest request) {
    model::Execution row = context_.requested_run(job, std::move(request));
    SchedulerContext::add_snapshot(row, std::move(job));
    co_return co_await context_.store.executions->insert_execution(std::move(row), store::NotifyLeader::yes);
}

/// The id already exists: the same job means the same request.
asio::awaitable<Result<model::Execution>> RequestRouter::same_execution(TenantId tenant, JobId job,
                                                                        ExecuteId id, Error conflict) {
    auto existing = co_await context_.store.queries->find_execution(std::move(tenant), std::move(id));
    const bool same = existing && *existing && (*existing)->job_id == job;
    if (same) co_return std::move(**existing);
    conflict.what =
        "is the id of an execution of another job; use another execute_id, or another Idempotency-Key";
    co_return std::unexpected(std::move(conflict));
}

asio::awaitable<Result<model::Execution>> RequestRouter::cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                                std::string by) {
    if (!feed_.is_loaded()) co_return not_leading();
    auto found = co_await context_.store.queries->find_execution(tenant, id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return no_execution();
    if (model::is_end((*found)->state)) co_return has_ended((*found)->state);
    id = (*found)->id;
    const bool is_history = (*found)->trigger == model::Trigger::history;
    ShardScheduler& shard = shards_.of((*found)->job_id);
    const bool known = !is_history && shard.leads() && shard.requests().stop(id, "cancelled", by);
    if (is_history) {
        // It has no leader: the request itself ends it, unless its own end was reported first.
        const Result<bool> ended =
            co_await context_.store.reports->end_history(id, model::ExecutionState::interrupt, "cancelled");
        if (!ended) co_return std::unexpected(ended.error());
    } else if (!known) {
        model::Execution row = std::move(**found);
        const Result<void> asked = co_await context_.store.executions->ask_cancel(std::move(row), by);
        if (!asked) co_return std::unexpected(asked.error());
        feed_.notify();
    }
    log::info("cancelled execution: execute_id={} by={}", id, by);
    co_return co_await wait_for_end(std::move(tenant), std::move(id));
}

asio::awaitable<Result<model::Execution>> RequestRouter::wait_for_end(std::optional<TenantId> tenant,
                                                                      ExecuteId id) {
    const SteadyInstant deadline = context_.clock.steady() + kLongestWaitForEnd;
    for (;;) {
        auto row = co_await context_.store.queries->find_execution(tenant, id);
        if (!row) co_return std::unexpected(row.error());
        if (!*row) co_return no_execution();
        if ((*row)->state == model::ExecutionState::interrupt) co_return std::move(**row);
        if (model::is_end((*row)->state)) co_return has_ended((*row)->state);
        if (context_.clock.steady() >= deadline) co_return std::move(**row);  // its end is under way
        const ShardScheduler& shard = shards_.of((*row)->job_id);
        co_await sleep(context_.io, shard.leads() ? Millis{5} : kLookForEnd);
    }
}

asio::awaitable<Result<void>> RequestRouter::callback(std::optional<TenantId> tenant, ExecuteId id,
                                                      std::string result) {
    if (!feed_.is_loaded()) co_return not_leading();
    auto found = co_await context_.store.queries->find_execution(tenant, id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return no_execution();
    id = (*found)->id;
    ShardScheduler& shard = shards_.of((*found)->job_id);
    const bool here = shard.leads() && shard.find(id) != nullptr && is_here(shard.find(id)->stage);
    const bool ended = model::is_end((*found)->state);
    // Executions that the previous service started have no leader; the callback itself ends them.
    const bool is_history = (*found)->trigger == model::Trigger::history;
    const auto tell = here || ended || is_history ? store::NotifyLeader::no : store::NotifyLeader::yes;
    Result<void> kept = co_await context_.store.reports->record_result(id, result, tell);
    if (!kept && store::is_refused_content(kept.error())) {
        log::warn("result rejected, ending the execution without it execute_id={} error=\"{}\"", id,
                  kept.error().what);
        result = store::refused_result(kept.error().what);
        kept = co_await context_.store.reports->record_result(id, result, tell);
    }
    if (!kept || ended || is_history) co_return kept;
    if (here) {
        co_await shard.requests().take_result(id, std::move(result));
        co_return kept;
    }
    feed_.notify();
    const bool accepted = (*found)->accepted;
    if (accepted) co_await wait_for_end(std::move(tenant), std::move(id));
    co_return kept;
}

asio::awaitable<Result<void>> RequestRouter::report_failure(ExecuteId id, bool given_up) {
    if (!feed_.is_loaded()) co_return not_leading();
    ExecuteId asked = id;
    auto found = co_await context_.store.queries->find_execution(std::nullopt, std::move(asked));
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return no_execution();
    if (model::is_end((*found)->state)) co_return has_ended((*found)->state);
    if ((*found)->trigger == model::Trigger::history) {
        const auto end = given_up ? model::ExecutionState::abandon : model::ExecutionState::failure;
        const Result<bool> ended = co_await context_.store.reports->end_history((*found)->id, end, {});
        if (!ended) co_return std::unexpected(ended.error());
        if (!*ended)
            co_return fail(
                Errc::conflict,
                "the execution has ended in the meantime; GET /jobexecution/:execute_id shows its state",
                {"execute_id"});
        co_return Result<void>{};
    }
    if (!(*found)->accepted)
        co_return fail(Errc::unavailable, "the execution does not wait for a report yet");
    ShardScheduler& shard = shards_.of((*found)->job_id);
    if (shard.leads()) {
        shard.requests().fail(id, given_up);
        co_return Result<void>{};
    }
    model::Execution row = std::move(**found);
    std::string wish = given_up ? kGivenUp : kFailed;
    const Result<void> told = co_await context_.store.executions->ask_cancel(std::move(row), std::move(wish));
    feed_.notify();
    co_return told;
}

asio::awaitable<Result<void>> RequestRouter::begin_offered(ExecuteId id, int attempt) {
    if (context_.stopping || !feed_.is_loaded() || context_.window() == 0)
        co_return fail(Errc::unavailable, "this node has no room");
    auto found = co_await context_.store.queries->find_execution(std::nullopt, std::move(id));
    if (!found) co_return std::unexpected(found.error());
    const bool open =
        *found && (*found)->attempt == attempt && can_begin((*found)->state) && !(*found)->accepted;
    if (!open) co_return Result<void>{};
    ShardScheduler& shard = shards_.of((*found)->job_id);
    model::Execution row = std::move(**found);
    co_await shard.offers().accept(std::move(row));
    co_return Result<void>{};
}

}  // namespace ecron::analysis
