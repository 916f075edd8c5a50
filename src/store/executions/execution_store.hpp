#pragma once
#include "ecron/base/log.hpp"
#include "ecron/base/log_limit.hpp"
#include "ecron/store/executions.hpp"
#include "ecron/store/refusal.hpp"
#include "store/executions/claims.hpp"
#include "store/executions/executions.hpp"
#include "store/executions/outcomes.hpp"
#include "store/executions/slots.hpp"
#include "store/jobs/row_cache.hpp"
#include "store/outbox/sql_outbox.hpp"
#include "store/retention/usage.hpp"
#include "store/sql/state.hpp"

namespace ecron::store {

class SqlExecutionStore final : public ExecutionStore, public ExecutionReports {
public:
    /// What an execution changes besides its row. `cache`: nullptr if other processes use the database.
    struct Effects {
        State& state;
        TenantUsage& usage;
        LastStates& last_states;
        RowCache* cache;
        const SqlOutbox& outbox;
        const SqlMessages& messages;
    };
    SqlExecutionStore(Threads threads, const Clock& clock, Effects effects)
        : threads_(threads),
          clock_(clock),
          effects_(effects) {}

    Awaitable<Claimed> claim(Claim claim) override {
        const bool announces = !claim.announcements.empty();
        std::vector<CompletedOneShot> completed;
        if (effects_.cache != nullptr) completed = claim.completed;
        Result<Claimed> claimed = co_await threads_.write<ClaimWrite>(std::move(claim));
        if (announces && claimed) effects_.outbox.written();
        for (const CompletedOneShot& one : completed) effects_.cache->removed(one.job);
        co_return claimed;
    }
    Awaitable<std::optional<Instant>> rewind(Shard shard, Epoch epoch, Instant to) override {
        return threads_.write({}, store::rewind, shard, epoch, to);
    }
    Awaitable<void> withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids) override {
        return threads_.write({}, store::withdraw, shard, epoch, std::move(ids));
    }
    Awaitable<model::Execution> insert_execution(model::Execution execution, NotifyLeader tell) override {
        const TenantId tenant = execution.tenant;
        const std::int64_t bytes = stored_bytes(execution);
        if (!effects_.usage.has_room(tenant, bytes)) co_return co_await refuse_insert(execution.id);
        effects_.usage.wrote(tenant, bytes, clock_.now());
        Result<model::Execution> inserted =
            co_await threads_.write<InsertExecution>(std::move(execution), tell);
        if (!inserted) effects_.usage.wrote(tenant, -bytes, clock_.now());
        co_return inserted;
    }
    Awaitable<void> ask_cancel(model::Execution execution, std::string by) override {
        return threads_.write({}, store::ask_cancel, std::move(execution), std::move(by));
    }
    Awaitable<Begun> begin_attempt(ExecuteId id, int attempt, model::Execution after,
                                   std::optional<Slot> slot,
                                   std::vector<Announcement> announcements) override {
        const bool announces = !announcements.empty();
        Outcome outcome{.id = std::move(id),
                        .attempt = attempt,
                        .after = std::move(after),
                        .announcements = std::move(announcements)};
        const Result<Begun> begun = co_await begin(std::move(outcome), std::move(slot));
        if (announces && begun && *begun == Begun::yes) effects_.outbox.written();
        co_return begun;
    }
    Awaitable<bool> announce(Outcome outcome) override {
        const Result<bool> written =
            co_await threads_.write<OutcomeWrite>(OutcomeWrite::Step::announce, std::move(outcome));
        if (written && *written) effects_.outbox.written();
        co_return written;
    }
    Awaitable<bool> finish(Outcome outcome) override {
        const bool announces = !outcome.announcements.empty();
        fit_into_room(outcome);
        const Result<bool> finished =
            co_await threads_.write<OutcomeWrite>(OutcomeWrite::Step::finish, std::move(outcome));
        if (announces && finished && *finished) effects_.outbox.written();
        if (finished && *finished) effects_.messages.written();
        co_return finished;
    }

    Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                     std::vector<model::Execution> executions,
                                                     Announcements announcements) override {
        const bool announces = !announcements.empty();
        BytesByTenant bytes;
        for (const model::Execution& execution : executions)
            bytes[tenant.value_or(execution.tenant)] += stored_bytes(execution);
        Result<std::vector<ExecuteId>> refused = co_await threads_.write<PutExecutions>(
            std::move(tenant), std::move(executions), std::move(announcements), effects_.last_states);
        for (const auto& [of, sum] : bytes)
            if (refused) effects_.usage.wrote(of, sum, clock_.now());
        if (announces && refused) effects_.outbox.written();
        co_return refused;
    }
    Awaitable<void> record_result(ExecuteId id, std::string result, NotifyLeader tell) override {
        return threads_.write({}, store::record_result, std::move(id), std::move(result), tell);
    }
    Awaitable<bool> end_history(ExecuteId id, model::ExecutionState end, std::string reason) override {
        return threads_.write({}, store::end_history, std::move(id), end, std::move(reason));
    }

private:
    /// An existing id means a repeated request, whether or not its tenant has capacity.
    Awaitable<model::Execution> refuse_insert(ExecuteId id) {
        const auto found = co_await threads_.find<FindExecution>(std::nullopt, std::move(id));
        if (found && *found)
            co_return fail(Errc::conflict, "an execution with that id exists", {"execute_id"});
        co_return std::unexpected(no_room());
    }

    Awaitable<Begun> begin(Outcome outcome, std::optional<Slot> slot) {
        if (slot) {
            effects_.state.slots = true;
            WriteRules rules{.payer = outcome.after.tenant.value()};
            co_return co_await threads_.write(std::move(rules), begin_in_slot, std::move(outcome),
                                              std::move(*slot));
        }
        const Result<bool> begun =
            co_await threads_.write<OutcomeWrite>(OutcomeWrite::Step::begin, std::move(outcome));
        if (!begun) co_return std::unexpected(begun.error());
        co_return *begun ? Begun::yes : Begun::no;
    }

    /// The state of an outcome is always stored; its payload is dropped if the tenant has no capacity for it.
    void fit_into_room(Outcome& outcome) {
        const TenantId& tenant = outcome.after.tenant;
        if (!effects_.usage.has_room(tenant, stored_bytes(outcome))) {
            for (const auto& [of, lines] : cut_lines_.ended(clock_.steady()))
                log::warn("stored outcomes without their payload tenant={} count={}", of, lines);
            if (cut_lines_.takes(tenant.value(), clock_.steady()))
                log::warn(
                    "stored outcome without its payload, limit_bytes is reached execute_id={} tenant={}",
                    outcome.id, tenant);
            drop_payload(outcome, no_room().what);
        }
        effects_.usage.wrote(tenant, stored_bytes(outcome), clock_.now());
    }

    Threads threads_;
    const Clock& clock_;
    Effects effects_;
    log::LineLimit cut_lines_;
};

}  // namespace ecron::store
