#pragma once
#include "ecron/store/store.hpp"
#include "store/writer.hpp"

/// What happens to executions: requested, begun, ended. Compare-and-set on (execution, attempt, state), many
/// rows in one statement where the database is a round trip away.
namespace ecron::store {

class OutcomeWrite final : public Answering<Write, bool> {
public:
    enum class Step : std::uint8_t { begin, finish };
    OutcomeWrite(Step step, Outcome outcome)
        : Answering(WriteKind::outcomes),
          step_(step),
          outcome_(std::move(outcome)) {}
    [[nodiscard]] Step step() const { return step_; }
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }
    /// The attempt that the row is at afterwards.
    [[nodiscard]] int attempt_after() const {
        return outcome_.next_attempt == 0 ? outcome_.attempt : outcome_.next_attempt;
    }

private:
    Step step_;
    Outcome outcome_;
};
void apply_outcomes(Session& session, std::span<Write* const> writes, Repetition repetition);

class InsertExecution final : public Answering<Write, model::Execution> {
public:
    explicit InsertExecution(model::Execution execution)
        : Answering(WriteKind::requests),
          execution_(std::move(execution)) {}
    [[nodiscard]] const model::Execution& execution() const { return execution_; }

private:
    model::Execution execution_;
};
void apply_requests(Session& session, std::span<Write* const> writes, Repetition repetition);

}  // namespace ecron::store
