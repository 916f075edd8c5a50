#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// The order and the result of one attempt: values passed between scheduler, pool and runners.
namespace ecron::execution {

/// What a job runs, prepared once per revision and shared by all its executions.
struct Task {
    JobId job_id{};
    JobKey job_key{};
    std::string job_name{};
    model::JobType job_type{};
    TenantId tenant{};
    ChangeNumber revision{};
    model::Context context{};

    [[nodiscard]] std::size_t memory() const;
};
using TaskPtr = std::shared_ptr<const Task>;

struct AttemptOrder {
    ExecuteId execute_id{};
    int attempt{1};
    Instant scheduled_at{};
    TaskPtr task{};
    std::string traceparent{};  // for what the attempt calls
    bool resumed{false};        // this attempt was already started, by a process that no longer exists
    /// Asked when the attempt gets a slot, possibly long after it was submitted. False: it is returned as
    /// withheld.
    std::function<bool()> may_start{};
};

struct AttemptResult {
    model::ExecutionState outcome{
        model::ExecutionState::failure};  // success, failure or interrupt (cancelled)
    bool withheld{false};                 // it was not started: AttemptOrder::may_start
    bool timed_out{false};                // no end within the timeout
    bool accepted{false};                 // 2xx response; the end is reported by callback
    int code{0};
    bool incomplete{false};  // the response was truncated: its status code does not decide about a retry
    std::string reason{};
    std::string detail{};  // JSON object
    std::string output{};
    Instant begin_at{};
    Instant end_at{};
    std::optional<Millis> retry_after{};  // requested by the target
};

/// Returns the wait before the next attempt after attempt `number` with this result, or nullopt if there is
/// none: a random time up to min(max, initial * multiplier^(number-1)), not before the end of `retry_after`
/// as far as the retry policy allows it, and never less than `floor`. `uniform` is in [0, 1).
std::optional<Millis> next_attempt_after(const model::Retry& retry, int number, const AttemptResult& result,
                                         double uniform, Millis floor = Millis{0});

}  // namespace ecron::execution
