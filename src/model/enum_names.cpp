#include "model/enum_names.hpp"

#include "ecron/model/json.hpp"

namespace ecron::model {

namespace {

/// Clients cannot use this name: it is not in the tables.
constexpr std::string_view kUnknown = "unknown";

}  // namespace

std::string_view to_text(JobType type) {
    return type == JobType::unknown ? kUnknown : name_of(type, kJobTypes);
}
std::string_view to_text(ExecutionState state) {
    return state == ExecutionState::unknown ? kUnknown : name_of(state, kStates);
}
std::string_view to_text(Mode mode) { return mode == Mode::unknown ? kUnknown : name_of(mode, kModes); }
std::string_view to_text(Event event) { return name_of(event, kEvents); }
std::optional<JobType> job_type_from(std::string_view text) { return value_of(text, kJobTypes); }
std::optional<ExecutionState> state_from(std::string_view text) { return value_of(text, kStates); }

}  // namespace ecron::model
