#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/job.hpp"

/// One scheduled or requested execution of a job with all its attempts. The enum values are those of the
/// database.
namespace ecron::model {

enum class ExecutionState : std::uint8_t {
    unknown = 0,  // the row holds a value that this version does not know; such rows are ignored
    success = 1,
    executing = 2,
    failure = 3,    // an attempt failed and the next one is waiting for its due time
    interrupt = 4,  // ended without an outcome of its own: cancelled, deleted, rejected; see `reason`
    abandon = 5,    // failed after the last attempt
    pending = 6,    // waiting for its due time, a slot or a node
};
[[nodiscard]] constexpr bool is_end(ExecutionState state) {
    return state == ExecutionState::success || state == ExecutionState::interrupt ||
           state == ExecutionState::abandon || state == ExecutionState::unknown;
}

/// What a job's webhook can subscribe to (`notify.on`) besides the states.
enum class Event : std::uint8_t {
    missed,        // occurrences were missed
    late,          // the first attempt began later than `max_lateness` permits
    skipped,       // an execution was due and did not start, because of overlap or its deadline
    recovered,     // the first success after an abandoned execution of the job
    running_long,  // the execution takes longer than `max_duration`
};

/// Source of the request. History: written by the previous service or inserted through PUT /jobstatus; never
/// run.
enum class Trigger : std::uint8_t { history = 0, schedule = 1, manual = 2, message = 3 };

/// How an execution is requested. An id makes the request idempotent.
struct RunRequest {
    Trigger trigger{Trigger::manual};
    std::optional<ExecuteId> id{};
    std::string traceparent{};  // of the request (trace.hpp); empty: none
};

struct Executor {
    std::string executor_id{};
    Instant executed_at{};
    std::string extra{};  // unknown members, as JSON text without braces
};

struct Execution {
    ExecuteId id{};
    JobId job_id{};
    JobKey job_key{};  // 0: the job is not stored (a snapshot, or history)
    JobType job_type{JobType::scheduled};
    std::string job_name{};
    ExecutionState state{ExecutionState::pending};
    std::optional<Instant> begin_at{};  // stored in whole seconds
    std::optional<Instant> end_at{};
    std::vector<Executor> executors{};  // of the newest attempts, at most kMaxExecutors
    int execute_times{0};               // number of attempts started

    // stored in ext_info, where clients read it
    TenantId tenant{};  // empty: shown to admins only
    bool deleted{false};
    std::string result{};  // the callback's JSON object, or empty
    std::string reason{};  // why it ended or did not run: overlap, deadline, node_lost, cancelled, …
    std::string extra{};   // unknown members of ext_info, as JSON text without braces
    std::string missed{};  // JSON {"from","to","count"} of the occurrences that this one represents, or empty
    std::string traceparent{};       // of the request for it; empty: none
    std::vector<Event> announced{};  // late, running_long: announced once for the execution

    // specific to ecron
    std::int64_t key{0};  // its row (f_key_id), the page key of lists and recovery; 0: not stored
    Trigger trigger{Trigger::history};
    std::optional<Instant> scheduled_at{};  // the scheduled time
    std::optional<Instant> due{};  // scheduled time + jitter; after a failure: when the next attempt is due
    int attempt{0};                // the current or last attempt; 1 is the first
    int losses{0};                 // attempts that ended because of the loss of their node
    bool accepted{false};          // the target accepted it and will send a callback
    NodeId node{};
    Epoch epoch{};
    ChangeNumber revision{};  // of the job when it was claimed
    std::string snapshot{};   // canonical context of a job that is not stored in this form; else empty
};

inline constexpr std::size_t kMaxExecutors = 32;

/// Returns the number of attempts that were added to the executors, including dropped ones. A requested
/// execution counts its first attempt (execute_times) before that attempt is added.
[[nodiscard]] int entered_attempts(const Execution& execution);

/// Adds the executor of a new attempt. Only the newest kMaxExecutors are kept; every attempt also has its
/// own record.
void add_executor(Execution& execution, Executor executor);

/// The record of one attempt.
struct Attempt {
    ExecuteId execute_id{};
    int number{0};
    Instant begin_at{};
    Instant end_at{};
    NodeId node{};
    ExecutionState outcome{ExecutionState::failure};  // success, failure or interrupt
    int code{0};                                      // HTTP status or exit code; 0: none
    std::string reason{};                             // human-readable cause of a failure
    std::string detail{};  // JSON object: timing phases, address, selected headers, sizes
    std::string output{};  // first bytes of the response, unchanged
};

}  // namespace ecron::model
