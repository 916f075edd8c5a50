#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "ecron/model/job.hpp"
#include "ecron/store/port.hpp"

namespace ecron::store {

/// The part of an enabled job that the planner reads at start. The views are valid during the call only.
struct StoredPlan {
    JobKey key{};
    std::string_view id;
    std::string_view cron_time;
    model::JobType type{};
    std::string_view plan;     // written by model::write_plan
    std::string_view context;  // set only if the previous service left no plan
    std::string_view tenant;
    Instant created_at{};
    Instant effective_from{};
    ChangeNumber revision{};
    bool has_plan{true};
};

/// A summary of runs that will not happen.
struct Missed {
    JobKey job{};
    Instant from{};
    Instant to{};
    std::int64_t count{};
    std::string reason{};  // "misfire"
};

/// An entry of the change log: a change of a job, or a request to the leader of its shard. Numbers are
/// assigned in commit order without gaps.
struct Change {
    ChangeNumber number{};
    std::string
        kind{};      // create, update, enable, notify, delete, spent; run, cancel, callback, pause, resume
    JobId job_id{};  // empty for pause and resume
    JobKey job_key{};
    TenantId tenant{};               // for pause and resume the paused tenant; empty: all tenants
    Instant at{};                    // by the store's clock
    std::string replaced{};          // JSON of the replaced schedule, see read_replaced(); may be empty
    ExecuteId execution{};           // set for run, cancel and callback
    std::string by{};                // for cancel: the requester
    std::optional<Instant> since{};  // for resume: the start of the pause that it ends

    bool is_pause() const { return kind == "pause" || kind == "resume"; }
    bool is_request() const { return kind == "run" || kind == "cancel" || kind == "callback"; }
    /// A one-shot was disabled by the claim of its only run. Nothing else of the job has changed.
    bool is_completion() const { return kind == "spent"; }
};

/// The jobs that changed, each once, in the order of their keys.
[[nodiscard]] std::vector<JobKey> changed_jobs(std::span<const Change> changes);
/// Those of them whose new definition the changes do not state: it must be read. A deleted job has none, and
/// a completed one-shot is disabled until a later change.
[[nodiscard]] std::vector<JobKey> jobs_to_read(std::span<const Change> changes);

/// The schedule that a change replaced. Its job may have been deleted.
struct ReplacedSchedule {
    std::string cron_time{};
    std::string plan{};
    model::JobType type{};
    bool enabled{};
    Instant created_at{};  // before 1970: unknown
    Instant effective_from{};
};
/// Returns nullopt if the change replaced no schedule.
std::optional<ReplacedSchedule> read_replaced(const Change& change);

/// What a planner reads: the jobs at start, and what has changed or was missed since.
class ChangeLog {
public:
    virtual ~ChangeLog() = default;
    /// Calls `each` on a reader's thread for each enabled job as it streams in. After an error some rows may
    /// already have been delivered: start over.
    virtual Awaitable<std::size_t> load_plans(std::function<void(const StoredPlan&)> each) = 0;
    virtual Awaitable<std::vector<Change>> changes_after(ChangeNumber number, std::size_t limit) = 0;
    /// Returns the newest changes of a job, which may be deleted, first; includes pauses of its tenant and of
    /// all tenants.
    virtual Awaitable<std::vector<Change>> changes_of(JobId job, TenantId tenant, std::size_t limit) = 0;
    /// Returns the summaries that overlap with the interval, oldest first.
    virtual Awaitable<std::vector<Missed>> missed_of(JobKey job, Instant from, Instant to) = 0;
};

}  // namespace ecron::store
