#pragma once
#include <vector>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "ecron/store/store.hpp"

/// What is told of executions. Pure.
///
/// A job with `notify.webhook` is told of its executions' ends, or of the states that `notify.on` names. The
/// body is the execution as the API shows it, with the attempt that ended as `last_attempt` (null where none
/// did), its output cut short. The message id follows from execution, attempt and state, so that it is the
/// same however often the outcome is written or the message sent.
namespace ecron::notify {

/// Whether the job wants to hear of executions that come to that state.
[[nodiscard]] bool tells(const model::Context& job, model::ExecutionState state);

/// For the transaction that makes an execution what `after` says. `attempt`: the one that it is about;
/// `record`: how it went, where one ended.
std::vector<store::Announcement> announcements(const model::Context& job, const model::Execution& after,
                                               int attempt, const model::Attempt* record);

/// Puts into an outcome what is told of it. An attempt that its target has taken on goes on, and its start
/// was told when it began.
void announce(const model::Context& job, store::Outcome& outcome);

}  // namespace ecron::notify
