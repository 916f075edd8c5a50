#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// Jobs and executions as JSON, in and out, as docs/api.md describes them. Pure. Threads: any.
///
/// Input is UTF-8 and nests at most 64 deep; null means absent, unknown members are ignored, of a repeated
/// member the last counts, text may hold anything but NUL. Durations are "1m30s" texts or numbers of seconds.
/// What is accepted:
///
///   job_id, execute_id         at most 36 characters
///   job_cron_time              at most 256 bytes; of a real-time job it may be empty: runs on request only
///   exec                       http, https: a URL of theirs; exe: words (command_line.hpp) of which the
///   first
///                              is not empty, unless kubernetes is given
///   info.method                GET, HEAD, POST, PUT, PATCH, DELETE in any case; others read as POST, with a
///                              warning
///   info.headers               names are RFC 9110 tokens, none begins with X-Ecron-, values hold no line
///                              breaks
///   info.environment           names are letters, digits and _, not beginning with a digit or ECRON_
///   info.working_directory     an absolute path
///   notify.webhook             empty or a URL as in exec (base/http_url.hpp)
///   notify.on                  of executing, success, failure, interrupt, abandon
///   misfire_grace              0 to 30d
///   start_deadline             1ms to 30d
///   jitter                     0 to 24h
///   timeout                    1ms to 24h
///   retry.max_attempts         1 to 1000
///   retry.initial, retry.max   1ms to 7d, initial <= max
///   retry.after_max            0 to 30d
///   retry.multiplier           1 to 100
///   retry.on                   at most 32 of: 404, "500-599", "5xx"; codes are 1 to 599
///   callback_timeout           1s to 30d
///   priority                   -1000 to 1000
///   concurrency_key            at most 128 characters
///   max_concurrency            1 to 10000
///   labels                     at most 32; names up to 63, values up to 256 characters
///   retention                  1m to 3650d
///   repeats                    true: a `timed` job of the old service, which runs at every match
namespace ecron::model {

/// One thing wrong with an input. `cause` is among the texts that clients match (messages.hpp). `field` is
/// the path of the member ("job_context.exec"); the members that the old service checked keep the bare names
/// it gave them ("job_name", "begin_at", "end_at", "mode", "job_cron_time", "job_type"); empty: the whole
/// text. `explanation` says what was found and what is expected, with the position where there is one.
struct Problem {
    std::string cause;
    std::string field;
    std::string explanation;
    bool after_lookup{false};  // clients of PUT expect "no such job" to be found before this one
    bool operator==(const Problem&) const = default;
};
/// In the order of checks; the first one gives the answer's cause. At most 50.
using Problems = std::vector<Problem>;

/// A job as a client sent it.
struct JobInput {
    Job job;  // id, name, cron_time, type, enabled, remarks, tenant as given; context canonical
    Context context;
    bool has_type{true};                  // false (run_now only): no type was given, it reads as real_time
    bool has_mode{true};                  // false (run_now only): a job_id alone, the stored job is meant
    std::vector<std::string> warnings{};  // sentences about what is accepted and probably not meant
};

/// What a job may leave open, from the configuration.
struct Rules {
    std::string default_timezone{"UTC"};
    std::size_t name_limit{64};  // characters
    std::size_t remarks_limit{256};
    Retry retry{};          // what a job's `retry` does not mention
    Millis retry_floor{0};  // minimum wait before another attempt, whatever a job asks for
};

/// Which checks apply: a new or replaced job needs a name and a schedule, one to be run at once does not.
enum class Purpose : std::uint8_t { store, run_now };

/// Reads and checks a job; every problem is listed at once. `now` judges past instants. `replaces` is the
/// stored job that a PUT changes: an expression that it already has is accepted as it was then, and `H` and
/// `@every` keep to its id and creation. `id` is that of a job to be created, which `H` is chosen by; empty:
/// the job_id of the text, if any.
std::expected<JobInput, Problems> read_job(std::string_view json, Purpose purpose, const Rules& rules,
                                           Instant now, const Job* replaces = nullptr, const JobId& id = {});
/// Bodies of PUT …/enable and PUT …/notify: `{"enable":true}` (absent: false), `{"webhook":"…"}` (absent:
/// "").
std::expected<bool, Problems> read_enable(std::string_view json);
struct WebhookInput {
    std::string url{};
    std::optional<Problem> problem{};  // why no job may be given it; one that has it keeps it
};
std::expected<WebhookInput, Problems> read_webhook(std::string_view json);
/// The body of a callback: a JSON object as compact text, "" for null; nothing for any other text.
std::optional<std::string> read_result(std::string_view json);

/// Reads a stored context, also one of the old service (missing members, nulls, numbers for modes and times,
/// an empty text). A member that does not read takes its default; only text that is no JSON object or null is
/// an error.
Result<Context> read_context(std::string_view json);
/// The canonical text of a context: every member that answers contain, in the order of the API; what was not
/// given is null or "". ecron's own members follow, where given.
std::string write_context(const Context& context);
/// The canonical text of a context that the old service stored; broken text reads as the defaults, and HEAD
/// and PATCH as the POST that it sent for them.
std::string canonical_context(std::string_view stored);
/// The compact text kept in its own column so that loading need not read contexts; empty: all defaults.
std::string write_plan(const Plan& plan);
Result<Plan> read_plan(std::string_view text);

/// Parses the job's expression under its plan. `takeover` accepts what the old service accepted. An RFC 3339
/// instant is for timed jobs only. A real-time job with an expression runs by it, as the old service had it.
std::expected<cron::Parsed, cron::ParseError> schedule_of(std::string_view cron_time, JobType type,
                                                          const Plan& plan, const JobId& id,
                                                          Instant created_at, const Rules& rules,
                                                          cron::Strictness strictness);

/// Why a stored job is not planned whatever its schedule says: its row holds a type or a mode that ecron does
/// not know. Empty: it is.
std::string_view unplannable(JobType type, Mode mode);

/// `ext_info` as kept, or `{}` as the answer to POST /jobexecution has it.
enum class ExtInfo : std::uint8_t { full, empty };

/// Appends a job or an execution as the API answers it. The stored context is spliced in as it is. Beside the
/// members of the old service: `revision` of a job; `scheduled_at` and `attempt` of ecron's own executions,
/// `reason` and `missed` in their ext_info, each where there is one.
void append_json(std::string& out, const Job& job);
void append_json(std::string& out, const Execution& execution, ExtInfo ext_info = ExtInfo::full);
void append_json(std::string& out, const Attempt& attempt);

/// What the topic of job changes is told: `{"method":…,"data":{job}}` with the kind of the change log as
/// method, `spent` as the `enable` that it is. A create and an update tell the whole job, the others what
/// they changed, and every other member as the zero value of its type.
std::string change_message(std::string_view kind, const Job& job);

/// `f_executor` and `f_ext_info` as the database keeps them.
std::string write_executors(const std::vector<Executor>& executors);
std::vector<Executor> read_executors(std::string_view json);
std::string write_ext_info(const Execution& execution);
/// Fills tenant, deleted, result, reason, missed, extra; NULL, "null" and broken text leave them empty.
/// Without a number `is_deleted` the tenant stays empty too: such rows of the old service are shown to admins
/// only.
void read_ext_info(std::string_view json, Execution& execution);

/// The same text with `is_deleted` 1, all else kept; text that is no JSON object stays as it is.
std::string mark_deleted(std::string_view ext_info);

/// The array of statuses of PUT /jobstatus: elements of illegal type or status are left out, of a repeated
/// execute_id the last stays, and one that ends before it begins is refused by itself.
struct Statuses {
    std::vector<Execution> accepted{};
    std::vector<ExecuteId> refused{};
};
std::expected<Statuses, Problems> read_statuses(std::string_view json);

[[nodiscard]] std::string_view to_text(JobType type);
[[nodiscard]] std::string_view to_text(ExecutionState state);
[[nodiscard]] std::string_view to_text(Mode mode);
[[nodiscard]] std::optional<JobType> job_type_from(std::string_view text);  // also "cron" for scheduled
[[nodiscard]] std::optional<ExecutionState> state_from(std::string_view text);

}  // namespace ecron::model
