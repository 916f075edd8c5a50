#include "model/words.hpp"

#include "ecron/model/json.hpp"

namespace ecron::model {

std::string_view to_text(JobType type) { return word_of(type, kJobTypes); }
std::string_view to_text(ExecutionState state) { return word_of(state, kStates); }
std::string_view to_text(Mode mode) { return word_of(mode, kModes); }
std::optional<JobType> job_type_from(std::string_view text) { return value_of(text, kJobTypes); }
std::optional<ExecutionState> state_from(std::string_view text) { return value_of(text, kStates); }

}  // namespace ecron::model
