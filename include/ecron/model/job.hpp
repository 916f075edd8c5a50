#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/cron/schedule.hpp"

/// What somebody wants run, when, and how: values without behaviour. The numbers are those of the database.
namespace ecron::model {

/// Unknown: a row holds a value that ecron does not know. Such a job does not run.
enum class JobType : std::uint8_t { unknown = 0, timed = 1, scheduled = 2, real_time = 3 };
enum class Mode : std::uint8_t { unknown = 0, http = 1, exe = 2, https = 3 };

/// What becomes of runs missed by more than the grace: the newest runs, each runs, or none; a summary tells
/// of the rest.
enum class Misfire : std::uint8_t { once, all, skip };
/// What a run does while one before it is still going: gives way, runs beside it, waits, or replaces it.
enum class Overlap : std::uint8_t { skip, allow, queue, replace };
/// What ends a run that was answered 2xx: the answer, a later callback, or either: 202 means callback.
enum class Completion : std::uint8_t { response, callback, automatic };
/// What becomes of a run whose node died.
enum class NodeLoss : std::uint8_t { retry, interrupt };

using NameValues = std::vector<std::pair<std::string, std::string>>;

/// Inclusive range of HTTP status codes or exit codes.
struct CodeRange {
    int first{};
    int last{};
    bool operator==(const CodeRange&) const = default;
};

/// How attempts follow one another: after attempt n a random time up to min(max, initial * multiplier^(n-1)),
/// but not before the target's `Retry-After`, of which at most `after_max` (unset: `max`) is waited.
struct Retry {
    int max_attempts{3};
    Millis initial{1'000};
    double multiplier{2};
    Millis max{300'000};
    std::optional<Millis> after_max{};
    std::vector<CodeRange> on{};  // empty: retry every failure; else these codes and failures without one
    bool operator==(const Retry&) const = default;
};

/// When a job runs: what the planner needs besides the expression. Unset members take the configured default.
struct Plan {
    std::string timezone{};
    cron::Dialect dialect{cron::Dialect::cron};
    cron::DstPolicy dst{};
    std::optional<Misfire> misfire{};
    std::optional<Millis> misfire_grace{};
    std::optional<Millis> start_deadline{};
    std::optional<Overlap> overlap{};
    Millis jitter{0};
    std::optional<Instant> begin_at{};  // no run before it or after end_at: inclusive, whole seconds
    std::optional<Instant> end_at{};
    std::string concurrency_key{};  // at most max_concurrency runs of all jobs with this key at once
    int max_concurrency{1};
    bool repeats{false};  // a `timed` job taken over from the old service, which fires at every match
    bool operator==(const Plan&) const = default;
};

/// `job_context` as it was sent. Body, kubernetes and labels stay JSON text: ecron passes them on, it does
/// not look in.
struct Context {
    Mode mode{Mode::http};
    std::string exec{};
    std::string method{"POST"};          // GET, PUT, DELETE or POST
    std::optional<NameValues> params{};  // in the order given
    std::optional<NameValues> headers{};
    std::optional<std::string> body{};        // a JSON object
    std::optional<std::string> kubernetes{};  // a JSON object
    std::optional<NameValues> environment{};  // of a command
    std::string working_directory{};          // of a command; empty: the configured one
    std::string webhook{};                    // notify.webhook
    std::vector<std::string> notify_on{};     // empty: the ends
    std::string execute_id{};                 // only as input of a message or of POST /jobexecution

    Plan plan{};
    std::optional<Millis> timeout{};
    std::optional<Retry> retry{};
    std::optional<Completion> completion{};
    std::optional<Millis> callback_timeout{};
    std::optional<NodeLoss> on_node_loss{};
    int priority{0};
    std::optional<std::string> labels{};  // a JSON object, text to text
    std::optional<Millis> retention{};
    bool operator==(const Context&) const = default;
};

/// A stored job. `context` is the canonical JSON text of its Context: every member that answers must have.
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
    ChangeNumber revision{};   // the change that made it what it is
    Instant effective_from{};  // since when this schedule holds; moves only with what decides when it runs
};

}  // namespace ecron::model
