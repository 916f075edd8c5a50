#pragma once
#include <string>
#include <vector>

#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "ecron/store/store.hpp"

/// Creates the webhook messages of executions. Pure.
///
/// A job with `notify.webhook` has a message for each end of an execution, or for the states and events in
/// `notify.on`. The body is the execution as in the API, with the attempt that ended as `last_attempt` (null
/// if none; its output truncated), `type` (the state or event), the `labels` of the job and, if it is known,
/// the `url` of the execution. The message id is derived from execution, attempt and type, so it is the same
/// however often the outcome is written or the message sent.
namespace ecron::notify {

/// Returns true if the job requests messages for that state or event.
[[nodiscard]] bool subscribes_to(const model::Context& job, model::ExecutionState state);
[[nodiscard]] bool subscribes_to(const model::Context& job, model::Event event);

/// Returns which of `late` and `running_long` the execution, as it is at `now`, has to announce and has not
/// announced. The caller adds them to `announced` in the transaction that stores their messages.
[[nodiscard]] std::vector<model::Event> due_events(const model::Context& job,
                                                   const model::Execution& execution, Instant now);

class Announcer {
public:
    /// `executions_url`: to which the id of an execution is appended; empty: messages contain no URL.
    explicit Announcer(std::string executions_url = {}) : executions_url_(std::move(executions_url)) {}

    /// Returns the message about the state for the transaction that stores `after`. `attempt`: the attempt
    /// concerned; `record`: its record if it has ended.
    [[nodiscard]] std::vector<store::Announcement> announcements(const model::Context& job,
                                                                 const model::Execution& after, int attempt,
                                                                 const model::Attempt* record) const;
    /// Returns the messages about events of an execution. `record`: of the attempt that has ended, if any.
    [[nodiscard]] std::vector<store::Announcement> announcements(const model::Context& job,
                                                                 const model::Execution& after,
                                                                 const std::vector<model::Event>& events,
                                                                 const model::Attempt* record) const;
    /// Replaces the messages of an outcome: about `events`, its state, and the events that follow from its
    /// state. An attempt that its target accepted continues, and its state was announced at its start.
    void announce(const model::Context& job, store::Outcome& outcome,
                  const std::vector<model::Event>& events = {}) const;
    /// Returns the message about missed occurrences; `first` identifies the job and the first of them.
    [[nodiscard]] store::Announcement missed(const model::Context& job, const model::Execution& first,
                                             const store::Missed& missed) const;

private:
    [[nodiscard]] std::string body_of(const model::Context& job, const model::Execution& execution,
                                      const model::Attempt* record, std::string_view type) const;

    std::string executions_url_;
};

}  // namespace ecron::notify
