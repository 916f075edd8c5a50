#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/json_writer.hpp"
#include "ecron/store/listings.hpp"

/// Times of executions as responses show them, in milliseconds where attempts are recorded.
namespace ecron::management {

[[nodiscard]] std::optional<Instant> begin_of(const store::ExecutionSummary& summary);
[[nodiscard]] std::optional<Instant> end_of(const store::ExecutionSummary& summary);
/// From begin to end; nullopt if it has not begun or not ended.
[[nodiscard]] std::optional<Millis> duration_of(const store::ExecutionSummary& summary);
/// Delay of the first attempt: behind the due time, or, after a retry, which has another one, behind the
/// scheduled time.
[[nodiscard]] std::optional<Millis> lateness_of(const store::ExecutionSummary& summary);

[[nodiscard]] std::string_view name_of(model::Trigger trigger);
/// Returns nullopt if there is no such trigger.
[[nodiscard]] std::optional<model::Trigger> trigger_from(std::string_view name);

/// Returns "" for nullopt.
[[nodiscard]] std::string millis_text(const std::optional<Instant>& instant);
/// Writes null for nullopt.
void write_millis(JsonWriter& json, std::string_view name, const std::optional<Millis>& millis);

}  // namespace ecron::management
