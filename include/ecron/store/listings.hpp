#pragma once
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "ecron/store/execution_queries.hpp"
#include "ecron/store/port.hpp"

/// Searches for people: jobs by what they contain, executions and missed occurrences by filters, and counts.
namespace ecron::store {

enum class JobOrder : std::uint8_t { newest, oldest, by_name, by_name_descending };

/// Place of a job in a list, which is also the cursor behind it.
struct JobPlace {
    JobKey key{};
    JobId id{};  // not part of the cursor
    std::string name{};
};

/// Conditions that all must hold; absent ones do not limit the list.
struct JobSearch {
    std::optional<TenantId> tenant{};
    std::optional<Instant> created_until{};
    std::optional<model::JobType> type{};
    std::optional<std::string> name{};
    std::string name_contains{};  // regardless of the case of ASCII letters
    /// Part of the name, URL or command, remarks, or a label, regardless of the case of ASCII letters.
    std::string text{};
    model::NameValues labels{};  // at most kMaxLabels
    std::optional<bool> enabled{};
    std::optional<model::Mode> mode{};
    /// success, interrupt, abandon: state of the execution that ended last; the others: of one that has not.
    /// The former follows within Options::last_states_every, and after the loss of a process within a round
    /// of Retention.
    std::optional<model::ExecutionState> state{};
    JobOrder order{JobOrder::newest};
    std::size_t limit{20};
    std::size_t offset{0};         // counted from `after`, and among the examined jobs only
    std::size_t examined{10'000};  // jobs at most, by text, labels and mode
    std::size_t names{200'000};    // examined at most, by a part of the name
    std::optional<JobPlace> after{};

    static constexpr std::size_t kMaxLabels = 8;
};

/// Part of a list. A search by text, labels or mode examines a bounded number of jobs, and one by a part of
/// the name a bounded number of names: `next` is where it continues if it ended before the list did and
/// before the limit was reached.
struct JobPage {
    std::vector<JobPlace> places{};
    std::optional<JobPlace> next{};
};

struct ExecutionSearch {
    std::optional<TenantId> tenant{};
    std::optional<JobId> job{};
    std::optional<std::string> job_name{};  // the present name of the job
    std::optional<model::ExecutionState> state{};
    std::optional<model::Trigger> trigger{};
    std::optional<Instant> begin_from{}, begin_until{};
    std::size_t limit{20};
    std::size_t examined{20'000};  // rows at most
    std::optional<ExecutionCursor> before{};
};

/// An execution without its payloads. A reason that is stored with more than 4 KiB of other values is
/// omitted.
struct ExecutionSummary {
    model::Execution execution{};
    std::optional<Instant> begin{};  // of the first attempt, in milliseconds; nullopt: no attempt is recorded
    std::optional<Instant> end{};    // of the last attempt
};

/// Part of a list. A search examines a bounded number of executions: `next` is where it continues if it ended
/// before the list did and before the limit was reached.
struct ExecutionPage {
    std::vector<ExecutionSummary> executions{};
    std::optional<ExecutionCursor> next{};
};

/// The state of an execution, without anything that is large.
struct WatchedExecution {
    std::int64_t key{};
    ExecuteId id{};
    JobId job{};
    TenantId tenant{};  // empty for rows of the previous service
    model::ExecutionState state{};
    int attempt{};
};

/// Which executions to read: those behind a row, and some others.
struct ExecutionWatch {
    std::optional<std::int64_t> behind{};  // nullopt: all that have not ended, instead
    std::vector<std::int64_t> keys{};
    std::size_t limit{};  // of the former
};

/// In the order of their rows, each once.
struct WatchedExecutions {
    std::vector<WatchedExecution> executions{};
    std::int64_t newest{};   // the last row that was read, or that exists if no rows were requested
    bool is_complete{true};  // false: there are more than the limit
};

struct MissedSearch {
    std::optional<TenantId> tenant{};
    std::optional<JobId> job{};
    std::optional<Instant> from{}, until{};  // the summaries that overlap with it
    std::size_t limit{20};
    std::optional<std::int64_t> before{};  // cursor
};

/// Occurrences of a job that will not run. Jobs that were deleted have none.
struct MissedSummary {
    std::int64_t key{};
    JobId job{};
    std::string job_name{};
    TenantId tenant{};
    Instant from{}, to{};
    std::int64_t count{};
    std::string reason{};
    Instant at{};  // when it was decided
};

struct JobCounts {
    std::int64_t enabled{}, disabled{};
    std::int64_t succeeded{}, interrupted{}, abandoned{};  // jobs by the execution that ended last
    std::int64_t executing{}, pending{}, retrying{};       // executions that have not ended
};

class Listings {
public:
    virtual ~Listings() = default;
    virtual Awaitable<JobPage> search_jobs(JobSearch search) = 0;
    /// Newest start first, then by row; executions that have not started come last.
    virtual Awaitable<ExecutionPage> search_executions(ExecutionSearch search) = 0;
    virtual Awaitable<WatchedExecutions> watch_executions(ExecutionWatch watch) = 0;
    /// Newest first.
    virtual Awaitable<std::vector<MissedSummary>> search_missed(MissedSearch search) = 0;
    /// Returns the number of jobs whose execution that ended last was abandoned.
    virtual Awaitable<std::int64_t> count_failing() = 0;
    virtual Awaitable<JobCounts> count_by_state(std::optional<TenantId> tenant) = 0;
};

}  // namespace ecron::store
