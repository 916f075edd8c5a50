#pragma once
#include "ecron/store/store.hpp"
#include "store/jobs/last_states.hpp"
#include "store/work/writer.hpp"

/// Changes of executions: requested, begun, ended. Each is a compare-and-set on (execution, attempt, state),
/// with many rows in one statement if the database is remote.
namespace ecron::store {

class OutcomeWrite final : public Answering<Write, bool> {
public:
    enum class Step : std::uint8_t { begin, announce, finish };
    OutcomeWrite(Step the_step, Outcome the_outcome)
        : Answering(WriteKind::outcomes),
          step(the_step),
          outcome(std::move(the_outcome)) {}
    [[nodiscard]] std::string_view payer() const override { return outcome.after.tenant.value(); }
    [[nodiscard]] std::size_t bytes() const override {
        const std::size_t output = outcome.record ? outcome.record->output.size() : 0;
        return outcome.after.result.size() + output;
    }
    [[nodiscard]] bool is_patient() const override { return step == Step::finish; }
    /// The attempt of the row after the write.
    [[nodiscard]] int attempt_after() const {
        return outcome.next_attempt == 0 ? outcome.attempt : outcome.next_attempt;
    }

    const Step step;
    Outcome outcome;
};
/// What outcomes change besides their rows. `has_slots`: executions may hold slots, which their end frees.
struct OutcomeEffects {
    LastStates& last_states;
    bool has_slots{};
};
void apply_outcomes(Session& session, std::span<Write* const> writes, CommitAttempt attempt,
                    const OutcomeEffects& effects);
/// Overwrites existing records.
void record_attempts(Session& session, std::span<const model::Attempt* const> attempts);
/// The reason of an attempt whose end was not reported by its node.
inline constexpr std::string_view kEndedByClient = "ended over PUT /jobstatus";
/// Starts one attempt inside the running transaction. Returns false if the row was not as expected.
bool begin_one(Session& session, const Outcome& outcome);

class InsertExecution final : public Answering<Write, model::Execution> {
public:
    InsertExecution(model::Execution the_execution, NotifyLeader the_tell)
        : Answering(WriteKind::requests),
          execution(std::move(the_execution)),
          tell(the_tell) {}
    [[nodiscard]] std::string_view payer() const override { return execution.tenant.value(); }
    [[nodiscard]] std::size_t bytes() const override {
        return execution.result.size() + execution.snapshot.size();
    }

    const model::Execution execution;
    const NotifyLeader tell;
};
void apply_requests(Session& session, std::span<Write* const> writes, CommitAttempt attempt);

/// Writes one change for each execution, in the running transaction.
void tell_leader(Session& session, std::string_view kind, std::span<const model::Execution* const> executions,
                 std::string_view by = {});

Result<void> ask_cancel(Session& session, const model::Execution& execution, const std::string& by);

}  // namespace ecron::store
