#include "management/execution_times.hpp"

#include <array>

namespace ecron::management {

using store::ExecutionSummary;

namespace {

constexpr std::array<std::pair<std::string_view, model::Trigger>, 4> kTriggers{
    {{"history", model::Trigger::history},
     {"schedule", model::Trigger::schedule},
     {"manual", model::Trigger::manual},
     {"message", model::Trigger::message}}};

}  // namespace

std::string_view name_of(model::Trigger trigger) {
    return std::ranges::find(kTriggers, trigger, &std::pair<std::string_view, model::Trigger>::second)->first;
}

std::optional<model::Trigger> trigger_from(std::string_view name) {
    const auto* const found =
        std::ranges::find(kTriggers, name, &std::pair<std::string_view, model::Trigger>::first);
    return found == kTriggers.end() ? std::nullopt : std::optional{found->second};
}

/// Attempts have milliseconds, executions whole seconds.
std::optional<Instant> begin_of(const ExecutionSummary& summary) {
    return summary.begin ? summary.begin : summary.execution.begin_at;
}

std::optional<Instant> end_of(const ExecutionSummary& summary) {
    const std::optional<Instant>& end = summary.execution.end_at;
    if (!end || !model::is_end(summary.execution.state)) return std::nullopt;
    // A report of the target may end an execution after its last attempt.
    return summary.end && std::chrono::floor<Seconds>(*summary.end) >= *end ? summary.end : end;
}

std::optional<Millis> duration_of(const ExecutionSummary& summary) {
    const auto begin = begin_of(summary);
    const auto end = end_of(summary);
    return begin && end ? std::optional{std::max(Millis{0}, *end - *begin)} : std::nullopt;
}

std::optional<Millis> lateness_of(const ExecutionSummary& summary) {
    const model::Execution& execution = summary.execution;
    const auto& due = execution.attempt <= 1 && execution.due ? execution.due : execution.scheduled_at;
    if (!summary.begin || !due) return std::nullopt;
    return std::max(Millis{0}, *summary.begin - *due);
}

std::string millis_text(const std::optional<Instant>& instant) {
    return instant && *instant > Instant{} ? format_rfc3339_millis(*instant) : std::string{};
}

void write_millis(JsonWriter& json, std::string_view name, const std::optional<Millis>& millis) {
    if (millis)
        json.member(name, std::int64_t{millis->count()});
    else
        json.key(name).null();
}

}  // namespace ecron::management
