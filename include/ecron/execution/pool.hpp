#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// Carries attempts out and tells how they went. Bounded: at most `limit` at once; what is beyond waits in
/// turns over the tenants, so that one tenant's midnight does not starve the rest. Threads: the io_context's
/// only.
namespace ecron::execution {

struct Options {
    std::size_t limit{1'000};
    Millis connect_timeout{10'000};
    Millis http_timeout{60'000};
    std::size_t output_limit{64 * 1024};
    std::string callback_path{};  // the `webhook` header is this path, a slash and the execute id
};

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
};

struct AttemptResult {
    model::ExecutionState outcome{
        model::ExecutionState::failure};  // success, failure or interrupt (cancelled)
    bool accepted{false};                 // 2xx, and the end comes by callback
    int code{0};
    std::string reason{};
    std::string detail{};  // JSON object
    std::string output{};
    Instant begin_at{};
    Instant end_at{};
    std::optional<Millis> retry_after{};  // the target's own wish
};

class Pool {
public:
    using Done = std::move_only_function<void(AttemptResult)>;

    virtual ~Pool() = default;
    /// Runs the attempt now or as soon as there is a slot; Done is called once, later.
    virtual void submit(AttemptOrder order, Done done) = 0;
    /// Ends a waiting or running attempt; its Done says interrupt. Unknown ids are ignored.
    virtual void cancel(const ExecuteId& id) = 0;
    [[nodiscard]] virtual std::size_t running() const = 0;
    [[nodiscard]] virtual std::size_t waiting() const = 0;
    /// When an attempt really began, for those that run.
    [[nodiscard]] virtual std::optional<Instant> began(const ExecuteId& id) const = 0;
};

/// The pool that really runs them. What it is given outlives it.
std::unique_ptr<Pool> make_pool(http::Client& client, const Clock& clock, Options options);

/// Whether attempt `number` with this result is followed by another, and after how long: a random time up to
/// min(max, initial * multiplier^(number-1)), not before `retry_after`. `dice` is in [0, 1).
std::optional<Millis> next_attempt_after(const model::Retry& retry, int number, const AttemptResult& result,
                                         double dice);

}  // namespace ecron::execution
