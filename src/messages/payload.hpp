#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/json.hpp"

/// What messages say. Pure. Errors: invalid, with a sentence that its dead letter bears.
namespace ecron::messages {

/// A job to be run at once.
Result<model::JobInput> read_immediate(std::string_view json, const model::Rules& rules, Instant now);

/// A status that ends something.
struct Ending {
    ExecuteId id{};
    model::ExecutionState state{};  // never executing or pending
    std::string result{};           // JSON object
};
/// Nothing: a status that ends nothing, or one that ecron itself has told.
Result<std::optional<Ending>> read_status(std::string_view json);

/// Whether it says that jobs have changed.
Result<void> read_change(std::string_view json);

/// An attempt that any node may carry out.
struct Offer {
    ExecuteId id{};
    int attempt{};
};
std::string write_offer(const Offer& offer);
Result<Offer> read_offer(std::string_view json);

}  // namespace ecron::messages
