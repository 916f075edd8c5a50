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
/// `slots`: some execution may hold a slot, which its end frees.
void apply_outcomes(Session& session, std::span<Write* const> writes, Repetition repetition, bool slots);
/// Where one is recorded already, it is overwritten.
void record_attempts(Session& session, std::span<const model::Attempt* const> attempts);
/// Why an attempt has an end that its node did not tell.
inline constexpr std::string_view kEndedByClient = "ended over PUT /jobstatus";
/// The start of one attempt inside the running transaction; false: the row was not as expected.
bool begin_one(Session& session, const Outcome& outcome);

class InsertExecution final : public Answering<Write, model::Execution> {
public:
    InsertExecution(model::Execution execution, Tell tell)
        : Answering(WriteKind::requests),
          execution_(std::move(execution)),
          tell_(tell) {}
    [[nodiscard]] const model::Execution& execution() const { return execution_; }
    [[nodiscard]] Tell tell() const { return tell_; }

private:
    model::Execution execution_;
    Tell tell_;
};
void apply_requests(Session& session, std::span<Write* const> writes, Repetition repetition);

}  // namespace ecron::store
