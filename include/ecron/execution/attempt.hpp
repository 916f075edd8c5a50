#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// What is to be carried out, and how that went: values that pass between scheduler, pool and runners.
namespace ecron::execution {

/// What a job wants run, made ready once per revision and shared by all its runs.
struct Task {
    JobId job_id{};
    JobKey job_key{};
    std::string job_name{};
    model::JobType job_type{};
    TenantId tenant{};
    ChangeNumber revision{};
    std::string snapshot{};  // canonical context when the job is not stored as it runs
    model::Context context{};

    [[nodiscard]] std::size_t memory() const;
};
using TaskPtr = std::shared_ptr<const Task>;

struct AttemptOrder {
    ExecuteId execute_id{};
    int attempt{1};
    Instant nominal{};
    TaskPtr task{};
    bool resumed{false};  // this very attempt was begun before, by a process that is gone
};

struct AttemptResult {
    model::ExecutionState outcome{
        model::ExecutionState::failure};  // success, failure or interrupt (cancelled)
    bool accepted{false};                 // 2xx, and the end comes by callback
    int code{0};
    bool incomplete{false};  // the answer did not come to its end: its code does not decide about a retry
    std::string reason{};
    std::string detail{};  // JSON object
    std::string output{};
    Instant begin_at{};
    Instant end_at{};
    std::optional<Millis> retry_after{};  // the target's own wish
};

/// Whether attempt `number` with this result is followed by another, and after how long: a random time up to
/// min(max, initial * multiplier^(number-1)), not before the end of `retry_after` as far as
/// the retry policy allows it, and never before `floor`. `dice` is in [0, 1).
std::optional<Millis> next_attempt_after(const model::Retry& retry, int number, const AttemptResult& result,
                                         double dice, Millis floor = Millis{0});

}  // namespace ecron::execution
