#pragma once
#include <vector>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "ecron/store/store.hpp"

/// Creates the webhook messages of executions. Pure.
///
/// A job with `notify.webhook` has a message for each end of an execution, or for the states in `notify.on`.
/// The body is the execution as in the API, with the attempt that ended as `last_attempt` (null if none), its
/// output truncated. The message id is derived from execution, attempt and state, so it is the same however
/// often the outcome is written or the message sent.
namespace ecron::notify {

/// Returns true if the job requests messages for that state.
[[nodiscard]] bool subscribes_to(const model::Context& job, model::ExecutionState state);

/// Returns the messages for the transaction that stores `after`. `attempt`: the attempt concerned; `record`:
/// its record if it has ended.
std::vector<store::Announcement> announcements(const model::Context& job, const model::Execution& after,
                                               int attempt, const model::Attempt* record);

/// Adds the messages to an outcome. An attempt that its target accepted continues and was announced at its
/// start.
void announce(const model::Context& job, store::Outcome& outcome);

}  // namespace ecron::notify
