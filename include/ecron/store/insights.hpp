#pragma once
#include "ecron/store/listings.hpp"

/// What jobs have done lately and what is wrong now, for pages. Each query examines a bounded number of rows.
namespace ecron::store {

/// A job and its owner. Executions of other tenants that name the job are not its own.
struct OwnedJob {
    JobId id{};
    TenantId tenant{};
};

struct LastRunsQuery {
    std::vector<OwnedJob> jobs{};
    std::size_t per_job{20};
};

/// Executions by their start, in seconds; those that have not started, by their due time.
struct HistoryQuery {
    static constexpr std::size_t kExamined = 40'000;
    static constexpr std::size_t kPendingExamined = 10'000;

    /// nullopt: all tenants. Rows of the previous service, whose tenant is not in a column, count only then.
    std::optional<TenantId> tenant{};
    Instant from{}, to{};  // half-open, whole seconds
    Seconds step{};        // positive
    Instant now{};
    std::size_t examined{kExamined};  // rows at most, the newest ones
};

/// Executions of a part of a history. `late` counts those of any state that began a minute or more after
/// their due time, or are due for a minute and have not begun.
struct HistoryBucket {
    std::int64_t success{}, abandon{}, interrupt{}, failure{}, executing{}, pending{}, late{};
    bool operator==(const HistoryBucket&) const = default;
};
inline constexpr Millis kLate{60'000};

struct History {
    std::vector<HistoryBucket> buckets{};  // from `from` on
    Instant complete_from{};               // executions that started before are not all counted
};

/// An enabled job whose execution that ended last was abandoned.
struct FailingJob {
    static constexpr std::size_t kExamined = 20;  // executions of each job, the newest ones

    JobPlace job{};
    ExecuteId execution{};           // that ended last; the members below are empty if it is no longer stored
    std::string reason{};            // of its last attempt
    int code{};                      // HTTP status or exit code; 0: none
    std::optional<Instant> since{};  // end of the first execution of the streak
    int streak{};                    // executions that ended without success since the last success
    bool is_streak_complete{true};   // false: older executions were not examined
    std::optional<Instant> last_success{};  // end of the last one; nullopt: not among those examined
};

/// What went wrong since an instant.
struct IncidentQuery {
    std::optional<TenantId> tenant{};
    Instant since{}, now{};
    std::size_t examined{20'000};  // executions at most, the newest ones; ten thousand of the others
};
struct Incidents {
    std::int64_t late{};          // executions, as in a history
    std::int64_t missed{};        // occurrences
    std::int64_t dead_letters{};  // that are kept, whenever they died
};

class Insights {
public:
    virtual ~Insights() = default;
    /// Returns the newest executions that have started, newest first, for each job in the order of the query.
    virtual Awaitable<std::vector<std::vector<ExecutionSummary>>> last_runs(LastRunsQuery query) = 0;
    virtual Awaitable<History> count_history(HistoryQuery query) = 0;
    /// Newest jobs first.
    virtual Awaitable<std::vector<FailingJob>> failing_jobs(std::optional<TenantId> tenant,
                                                            std::size_t limit) = 0;
    /// Returns the executions under way that started first.
    virtual Awaitable<std::vector<ExecutionSummary>> longest_running(std::optional<TenantId> tenant,
                                                                     std::size_t limit) = 0;
    virtual Awaitable<Incidents> incidents(IncidentQuery query) = 0;
};

}  // namespace ecron::store
