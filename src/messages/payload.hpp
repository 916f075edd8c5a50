#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/json.hpp"

/// Parses message payloads. Pure. Error: invalid, with a sentence for the dead-letter message.
namespace ecron::messages {

/// Parses a job to run immediately.
Result<model::JobInput> read_immediate(std::string_view json, const model::Rules& rules, Instant now);

/// A status that ends an execution.
struct Ending {
    ExecuteId id{};
    model::ExecutionState state{};  // never executing or pending
    std::string result{};           // a JSON object
};
/// Returns nullopt for a status that ends nothing or that ecron itself published.
Result<std::optional<Ending>> read_status(std::string_view json);

/// Checks that the message states a change of jobs.
Result<void> read_change(std::string_view json);

/// An attempt that any node may carry out.
struct AttemptMessage {
    ExecuteId id{};
    int attempt{};
};
std::string write_attempt(const AttemptMessage& offer);
Result<AttemptMessage> read_attempt(std::string_view json);

}  // namespace ecron::messages
