#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// Jobs and executions as JSON, in and out, as docs/api.md describes them. Pure.
namespace ecron::model {

/// One thing wrong with an input. `cause` is among the texts that clients match ("Job name is empty", "Cron time
/// error", "Illegal job type", "Invalid parameter", …); `field` is the path of the member ("job_context.exec");
/// `explanation` says what was found and what is expected, with the position where there is one.
struct Problem {
    std::string cause;
    std::string field;
    std::string explanation;
};
/// In the order of checks; the first one gives the answer's cause.
using Problems = std::vector<Problem>;

/// A job as a client sent it, read but not yet judged against the clock.
struct JobInput {
    Job job;          // id, name, cron_time, type, enabled, remarks, tenant as given; context canonical
    Context context;
    bool has_type{true};
    std::vector<std::string> warnings{};
};

/// What a job may leave open, from the configuration.
struct Rules {
    std::string default_timezone{"UTC"};
    std::size_t name_limit{64};      // characters
    std::size_t remarks_limit{256};
};

/// Which checks apply: a new or replaced job needs a name and a schedule, one to be run at once does not.
enum class Purpose : std::uint8_t { store, run_now };

/// Reads and checks a job. `now` judges past instants; `id` is what `H` spreads by. Every problem is listed at once.
std::expected<JobInput, Problems> read_job(std::string_view json, Purpose purpose, const Rules& rules, Instant now);
/// Reads a stored context, also one of the old service (missing members, nulls, an empty text).
Result<Context> read_context(std::string_view json);
/// The canonical text of a context: every member that answers contain, in the order of the API; what was not given null.
std::string write_context(const Context& context);
/// The compact text kept in its own column so that loading need not read contexts; empty: all defaults.
std::string write_plan(const Plan& plan);
Result<Plan> read_plan(std::string_view text);

/// Parses the job's expression under its plan. `takeover` accepts what the old service accepted.
std::expected<cron::Parsed, cron::ParseError> schedule_of(std::string_view cron_time, JobType type, const Plan& plan,
                                                          const JobId& id, Instant created_at, const Rules& rules,
                                                          cron::Strictness strictness);

/// Appends a job or an execution as the API answers it. The stored context is spliced in as it is.
void append_json(std::string& out, const Job& job);
void append_json(std::string& out, const Execution& execution);
void append_json(std::string& out, const Attempt& attempt);

/// `f_executor` and `f_ext_info` as the database keeps them.
std::string write_executors(const std::vector<Executor>& executors);
std::vector<Executor> read_executors(std::string_view json);
std::string write_ext_info(const Execution& execution);
/// Fills tenant, deleted, result, reason, missed; NULL, "null" and broken text leave them empty.
void read_ext_info(std::string_view json, Execution& execution);

/// The array of statuses of PUT /jobstatus; elements of illegal type or status are left out.
std::expected<std::vector<Execution>, Problems> read_statuses(std::string_view json);

[[nodiscard]] std::string_view to_text(JobType type);
[[nodiscard]] std::string_view to_text(ExecutionState state);
[[nodiscard]] std::string_view to_text(Mode mode);
[[nodiscard]] std::optional<JobType> job_type_from(std::string_view text);  // also "cron" for scheduled
[[nodiscard]] std::optional<ExecutionState> state_from(std::string_view text);

}  // namespace ecron::model
