#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

/// Changes of executions: requested, begun, ended. Each is a compare-and-set on (execution, attempt, state),
/// with many rows in one statement if the database is remote.
namespace ecron::store {

class OutcomeWrite final : public Answering<Write, bool> {
public:
    enum class Step : std::uint8_t { begin, finish };
    OutcomeWrite(Step step, Outcome outcome)
        : Answering(WriteKind::outcomes),
          step_(step),
          outcome_(std::move(outcome)) {}
    [[nodiscard]] std::string_view payer() const override { return outcome_.after.tenant.value(); }
    [[nodiscard]] std::size_t bytes() const override {
        const std::size_t output = outcome_.record ? outcome_.record->output.size() : 0;
        return outcome_.after.result.size() + output;
    }
    [[nodiscard]] Step step() const { return step_; }
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }
    /// The attempt of the row after the write.
    [[nodiscard]] int attempt_after() const {
        return outcome_.next_attempt == 0 ? outcome_.attempt : outcome_.next_attempt;
    }

private:
    Step step_;
    Outcome outcome_;
};
/// `slots`: executions may hold slots, which their end frees.
void apply_outcomes(Session& session, std::span<Write* const> writes, CommitAttempt attempt, bool slots);
/// Overwrites existing records.
void record_attempts(Session& session, std::span<const model::Attempt* const> attempts);
/// The reason of an attempt whose end was not reported by its node.
inline constexpr std::string_view kEndedByClient = "ended over PUT /jobstatus";
/// Starts one attempt inside the running transaction. Returns false if the row was not as expected.
bool begin_one(Session& session, const Outcome& outcome);

class InsertExecution final : public Answering<Write, model::Execution> {
public:
    InsertExecution(model::Execution execution, NotifyLeader tell)
        : Answering(WriteKind::requests),
          execution_(std::move(execution)),
          tell_(tell) {}
    [[nodiscard]] std::string_view payer() const override { return execution_.tenant.value(); }
    [[nodiscard]] std::size_t bytes() const override {
        return execution_.result.size() + execution_.snapshot.size();
    }
    [[nodiscard]] const model::Execution& execution() const { return execution_; }
    [[nodiscard]] NotifyLeader tell() const { return tell_; }

private:
    model::Execution execution_;
    NotifyLeader tell_;
};
void apply_requests(Session& session, std::span<Write* const> writes, CommitAttempt attempt);

}  // namespace ecron::store
