#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// Reads and writes jobs and executions as JSON in the format of docs/api.md. Pure. Threads: any.
///
/// Input is UTF-8 with at most 64 levels of nesting. null is equivalent to an absent member, unknown members
/// are ignored, the last of a repeated member counts, and text may contain any character except NUL.
/// Durations are texts such as "1m30s" or numbers of seconds. Members, types and limits: fields.hpp.
namespace ecron::model {

/// A validation error. `cause` is one of the texts that clients match (messages.hpp). `field` is the path of
/// the member ("job_context.exec"); members that the previous service validated keep its bare names
/// ("job_name", "begin_at", "end_at", "mode", "job_cron_time", "job_type"); empty: the whole text.
/// `explanation` states the value found and the expected one, with the position if there is one.
struct Problem {
    std::string cause;
    std::string field;
    std::string explanation;
    bool after_lookup{false};               // PUT reports "no such job" before this error, as clients expect
    std::optional<std::size_t> position{};  // where the expression was refused, in characters
    bool operator==(const Problem&) const = default;
};
/// In the order of the checks; the first one is the response's cause. At most 50.
using Problems = std::vector<Problem>;

/// A job as received from a client.
struct JobInput {
    Job job;  // id, name, cron_time, type, enabled, remarks, tenant as received; context canonical
    Context context;
    std::optional<cron::Schedule> schedule{};  // of the expression; nullopt if there is none
    bool has_type{true};                       // false (run_now only): no type was given; read as real_time
    bool has_mode{true};  // false (run_now only): only a job_id, which refers to the stored job
    std::vector<std::string> warnings{};  // sentences about accepted values that are probably mistakes
};

/// Configured defaults and limits of jobs.
struct Rules {
    std::string default_timezone{"UTC"};
    std::size_t name_limit{64};  // characters
    std::size_t remarks_limit{256};
    Retry retry{};          // defaults for members absent from a job's `retry`
    Millis retry_floor{0};  // minimum delay before another attempt, regardless of the job
};

/// Selects the checks: a new or replaced job needs a name and a schedule, a job to run immediately does not.
enum class Purpose : std::uint8_t { store, run_now };

/// Parses and validates a job; returns all errors at once. `now`: for the check of past instants. `replaces`:
/// the stored job that a PUT changes; an expression that it already has is accepted as before, and `H` and
/// `@every` keep using its id and creation time. `id`: the id of a job to be created, for `H`; empty: the
/// job_id of the text, if any.
std::expected<JobInput, Problems> read_job(std::string_view json, Purpose purpose, const Rules& rules,
                                           Instant now, const Job* replaces = nullptr, const JobId& id = {});
/// Parse the bodies of PUT …/enable and PUT …/notify: `{"enable":true}` (absent: false, unless the body has
/// `enabled`), `{"webhook":"…"}` (absent: "").
std::expected<bool, Problems> read_enable(std::string_view json);
struct WebhookInput {
    std::string url{};
    std::optional<Problem> problem{};  // why it is rejected for jobs that do not already have it
};
std::expected<WebhookInput, Problems> read_webhook(std::string_view json);
/// Whether the text is JSON as every reader of this header parses it.
bool is_json(std::string_view text);
/// Parses the body of a callback: returns a JSON object as compact text, "" for null, nullopt for any other
/// text.
std::optional<std::string> read_result(std::string_view json);

/// Parses a stored context, including those of the previous service (missing members, nulls, numbers for
/// modes and times, an empty text). An invalid member takes its default. Error: the text is neither a JSON
/// object nor null.
Result<Context> read_context(std::string_view json);
/// Writes the canonical text of a context: every member that responses contain, in the order of the API;
/// absent members are null or "". Members specific to ecron follow if set.
std::string write_context(const Context& context);
/// Converts a context stored by the previous service to canonical text. Invalid text yields the defaults;
/// HEAD and PATCH become POST, which that service sent for them.
std::string canonical_context(std::string_view stored);
/// Writes the compact text for the plan's own column, which makes loading independent of contexts; empty: all
/// defaults.
std::string write_plan(const Plan& plan);
Result<Plan> read_plan(std::string_view text);

/// Parses the job's expression with its plan. `takeover` accepts what the previous service accepted. An RFC
/// 3339 instant is valid only for timed jobs. A real-time job with an expression follows it, as in the
/// previous service.
std::expected<cron::Parsed, cron::ParseError> schedule_of(std::string_view cron_time, JobType type,
                                                          const Plan& plan, const JobId& id,
                                                          Instant created_at, const Rules& rules,
                                                          cron::Strictness strictness);

/// Returns why a stored job is not planned regardless of its schedule: its row has an unknown type or mode.
/// Empty if it is planned.
std::string_view unplannable(JobType type, Mode mode);

/// `ext_info` as stored, or `{}` as in the response to POST /jobexecution.
enum class ExtInfo : std::uint8_t { full, empty };

/// Appends a job or an execution in API format. The stored context is inserted unchanged. In addition to the
/// members of the previous service: `revision` of a job; `scheduled_at` and `attempt` of ecron's own
/// executions, `reason`, `missed`, `traceparent` and `announced` in their ext_info, if set.
void append_json(std::string& out, const Job& job);
void append_json(std::string& out, const Execution& execution, ExtInfo ext_info = ExtInfo::full);
void append_json(std::string& out, const Attempt& attempt);

/// Writes the message for the topic of job changes: `{"method":…,"data":{job}}` with the kind of the change
/// log as method; `spent` is published as `enable`. A create and an update contain the whole job, the others
/// the changed members and zero values for the rest.
std::string change_message(std::string_view kind, const Job& job);

/// Write `f_executor` and `f_ext_info` in the database format.
std::string write_executors(const std::vector<Executor>& executors);
std::vector<Executor> read_executors(std::string_view json);
std::string write_ext_info(const Execution& execution);
/// Fills tenant, deleted, result, reason, missed, traceparent, announced and extra; NULL, "null" and invalid
/// text leave them empty. Without a numeric `is_deleted` the tenant stays empty, too: such rows of the
/// previous service are shown to admins only.
void read_ext_info(std::string_view json, Execution& execution);

/// Returns the text with `is_deleted` 1 and all else unchanged; text that is not a JSON object is returned
/// unchanged.
std::string mark_deleted(std::string_view ext_info);

/// The array of statuses of PUT /jobstatus: elements with an invalid type or status are omitted, the last of
/// a repeated execute_id is kept, and an element that ends before it begins is rejected individually.
struct Statuses {
    std::vector<Execution> accepted{};
    std::vector<ExecuteId> refused{};
};
std::expected<Statuses, Problems> read_statuses(std::string_view json);

[[nodiscard]] std::string_view to_text(JobType type);
[[nodiscard]] std::string_view to_text(ExecutionState state);
[[nodiscard]] std::string_view to_text(Mode mode);
[[nodiscard]] std::string_view to_text(Event event);
[[nodiscard]] std::optional<JobType> job_type_from(std::string_view text);  // also "cron"
[[nodiscard]] std::optional<ExecutionState> state_from(std::string_view text);

}  // namespace ecron::model
