#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/job.hpp"

/// One planned or requested run of a job, with all its attempts. The numbers are those of the database.
namespace ecron::model {

enum class ExecutionState : std::uint8_t {
    unknown = 0,  // a row holds a value that ecron does not know; nothing is done with it
    success = 1,
    executing = 2,
    failure = 3,    // an attempt failed, the next one is waiting for its time
    interrupt = 4,  // ended without an outcome of its own: cancelled, deleted, refused; the reason says why
    abandon = 5,    // given up after the last attempt
    pending = 6,    // waiting for its instant, a slot or a node
};
[[nodiscard]] constexpr bool is_end(ExecutionState state) {
    return state == ExecutionState::success || state == ExecutionState::interrupt ||
           state == ExecutionState::abandon || state == ExecutionState::unknown;
}

/// What asked for it. History: written by the old service or inserted over PUT /jobstatus; never run.
enum class Trigger : std::uint8_t { history = 0, schedule = 1, manual = 2, message = 3 };

struct Executor {
    std::string executor_id{};
    Instant executed_at{};
    std::string extra{};  // members that ecron does not know, as JSON text without braces
};

struct Execution {
    ExecuteId id{};
    JobId job_id{};
    JobKey job_key{};  // 0: the job is not stored (a snapshot, or history)
    JobType job_type{JobType::scheduled};
    std::string job_name{};
    ExecutionState state{ExecutionState::pending};
    std::optional<Instant> begin_at{};  // whole seconds in the store
    std::optional<Instant> end_at{};
    std::vector<Executor> executors{};  // of the newest attempts, at most kMostExecutors
    int execute_times{0};               // attempts begun

    // kept in ext_info for those who read it there
    TenantId tenant{};  // empty: shown to admins only
    bool deleted{false};
    std::string result{};  // JSON object a callback gave, or empty
    std::string reason{};  // why it ended or did not run: overlap, deadline, node_lost, cancelled, …
    std::string extra{};   // members of ext_info that ecron does not know, as JSON text without braces
    std::string missed{};  // JSON {"from","to","count"} of the runs this one stands for, or empty

    // ecron's own
    std::int64_t key{0};  // its row (f_key_id), which lists and recovery page by; 0: not stored yet
    Trigger trigger{Trigger::history};
    std::optional<Instant> nominal{};  // the expression's instant
    std::optional<Instant> due{};      // nominal + jitter; of a failure: when the next attempt is due
    int attempt{0};                    // the attempt under way or last ended; 1 is the first
    int losses{0};                     // attempts that ended with their node
    bool accepted{false};              // the target took it on and will call back
    NodeId node{};
    Epoch epoch{};
    ChangeNumber revision{};  // of the job it was claimed with
    std::string snapshot{};   // canonical context of a job that is not stored as it ran; else empty
};

inline constexpr std::size_t kMostExecutors = 32;

/// How many attempts have entered themselves among the executors, those included that were dropped again. A
/// run asked for counts its first attempt (execute_times) before that one does.
[[nodiscard]] int entered_attempts(const Execution& execution);

/// One more attempt began. Of very many the newest executors are kept; every attempt has its own record
/// beside.
void add_executor(Execution& execution, Executor executor);

/// How one attempt went, kept beside its execution.
struct Attempt {
    ExecuteId execute_id{};
    int number{0};
    Instant begin_at{};
    Instant end_at{};
    NodeId node{};
    ExecutionState outcome{ExecutionState::failure};  // success, failure or interrupt
    int code{0};                                      // HTTP status or exit code; 0: none
    std::string reason{};                             // readable cause of a failure
    std::string detail{};  // JSON object: timing phases, address, headers of interest, sizes
    std::string output{};  // first bytes of the answer, as they came
};

}  // namespace ecron::model
