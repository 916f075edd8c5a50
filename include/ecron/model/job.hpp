#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/cron/schedule.hpp"

/// Job definitions as plain values. The enum values are those of the database.
namespace ecron::model {

/// Unknown: the row holds a value that this version does not know. Such a job does not run.
enum class JobType : std::uint8_t { unknown = 0, timed = 1, scheduled = 2, real_time = 3 };
enum class Mode : std::uint8_t { unknown = 0, http = 1, exe = 2, https = 3 };

/// Handling of occurrences missed by more than the grace period: the newest runs, each runs, or none runs; a
/// summary covers the others.
enum class Misfire : std::uint8_t { once, all, skip };
/// Handling of a due run while a previous one is active: it is skipped, runs in parallel, waits, or replaces
/// it.
enum class Overlap : std::uint8_t { skip, allow, queue, replace };
/// What completes a run after a 2xx response: the response, a later callback, or automatic: 202 means
/// callback.
enum class Completion : std::uint8_t { response, callback, automatic };
/// Handling of a run whose node died.
enum class NodeLoss : std::uint8_t { retry, interrupt };

using NameValues = std::vector<std::pair<std::string, std::string>>;

/// An inclusive range of HTTP status codes or exit codes.
struct CodeRange {
    int first{};
    int last{};
    bool operator==(const CodeRange&) const = default;
};

/// Retry policy: after attempt n, a random delay up to min(max, initial * multiplier^(n-1)), but at least the
/// target's `Retry-After`, which is limited to `after_max` (unset: `max`).
struct Retry {
    int max_attempts{3};
    Millis initial{1'000};
    double multiplier{2};
    Millis max{300'000};
    std::optional<Millis> after_max{};
    std::vector<CodeRange> on{};  // empty: retry every failure; else these codes and failures without a code
    bool operator==(const Retry&) const = default;
};

/// The policies that the planner needs in addition to the expression. Unset members take the configured
/// default.
struct Plan {
    std::string timezone{};
    cron::Dialect dialect{cron::Dialect::cron};
    cron::DstPolicy dst{};
    std::optional<Misfire> misfire{};
    std::optional<Millis> misfire_grace{};
    std::optional<Millis> start_deadline{};
    std::optional<Overlap> overlap{};
    Millis jitter{0};
    std::optional<Instant> begin_at{};  // limits of the runs: inclusive, whole seconds
    std::optional<Instant> end_at{};
    std::string concurrency_key{};  // key of max_concurrency, which limits its jobs' concurrent runs
    int max_concurrency{1};
    bool repeats{false};  // a `timed` job imported from the previous service, which runs at every match
    bool operator==(const Plan&) const = default;
};

/// `job_context` as received. Body, kubernetes and labels are opaque JSON text.
struct Context {
    Mode mode{Mode::http};
    std::string exec{};
    std::string method{"POST"};          // GET, PUT, DELETE or POST
    std::optional<NameValues> params{};  // in the received order
    std::optional<NameValues> headers{};
    std::optional<std::string> body{};        // a JSON object
    std::optional<std::string> kubernetes{};  // a JSON object
    std::optional<NameValues> environment{};  // of a command
    std::string working_directory{};          // of a command; empty: the configured one
    bool shell{false};                        // /bin/sh interprets the command
    std::string webhook{};                    // notify.webhook
    std::vector<std::string> notify_on{};     // names of states and events; empty: terminal states
    std::string execute_id{};                 // only as input of a message or of POST /jobexecution

    Plan plan{};
    std::optional<Millis> timeout{};
    std::optional<Retry> retry{};
    std::optional<Completion> completion{};
    std::optional<Millis> callback_timeout{};
    std::optional<NodeLoss> on_node_loss{};
    int priority{0};
    std::optional<std::string> labels{};  // a JSON object with text values
    std::optional<Millis> retention{};
    std::optional<Millis> max_lateness{};  // of the first attempt, for the event `late`
    std::optional<Millis> max_duration{};  // of an execution, for the event `running_long`
    bool operator==(const Context&) const = default;
};

/// A stored job. `context` is the canonical JSON text of its Context, with every member that responses
/// require.
struct Job {
    JobId id{};
    JobKey key{};
    std::string name{};
    std::string cron_time{};
    JobType type{JobType::scheduled};
    std::string context{};
    TenantId tenant{};
    bool enabled{false};
    std::string remarks{};
    Instant created_at{};
    Instant updated_at{};
    ChangeNumber revision{};   // the change that produced this version
    Instant effective_from{};  // start of validity of this schedule; changes only if the occurrences change
};

}  // namespace ecron::model
