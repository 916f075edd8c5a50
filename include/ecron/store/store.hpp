#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "ecron/store/outbox.hpp"

/// What is durable: jobs, executions, attempts, the change log, the watermark, the outbox. SQLite or
/// MySQL/MariaDB.
///
/// Threads: every call is made on the io_context's thread and completes there; SQL runs on the store's own
/// threads, one writer and a few readers. Writes that wait while a transaction runs share the next one (group
/// commit); an answer means that it is committed. Waiting reads by key share one statement. Errors:
/// unavailable (the database is away or too slow; nothing was stored unless it says so), conflict, not_found,
/// too_large; internal for what should not be. SQL and values never stand in an error's text.
namespace ecron::store {

enum class Driver : std::uint8_t { sqlite, mysql };

struct Options {
    Driver driver{Driver::sqlite};
    std::string path{"ecron.db"};  // SQLite
    std::string host{"127.0.0.1"};
    std::uint16_t port{3306};
    std::string database{};
    std::string user{};
    SecretText password{};
    std::string charset{"utf8mb4"};
    std::string ca_file{};
    Seconds connect_timeout{5};
    Seconds read_timeout{10};
    Seconds write_timeout{10};
    std::size_t readers{3};
    std::size_t row_cache_bytes{32U << 20U};  // SQLite only: one process owns the store
    std::size_t batch_rows{100};              // rows a statement
    std::size_t queue_limit{100'000};         // writes waiting; over it: unavailable
    Seconds lease{5};
    Millis claim_ahead{250};  // a claim's watermark may be this much and a second ahead of the store's clock
};

/// What the planner reads of an enabled job at start. The texts are good during the call only.
struct StoredPlan {
    JobKey key{};
    std::string_view id;
    std::string_view cron_time;
    model::JobType type{};
    std::string_view plan;     // as model::write_plan wrote it
    std::string_view context;  // only where the old service left no plan; else empty
    std::string_view tenant;
    Instant created_at{};
    Instant effective_from{};
    ChangeNumber revision{};
    bool has_plan{true};
};

/// A term of leadership over a shard, and how far planning had come when it began.
struct Term {
    Epoch epoch{};
    Instant watermark{};     // every run due up to here was claimed
    ChangeNumber planned{};  // by a planner that knew the changes up to this one
    ChangeNumber head{};     // the newest change there is
};

/// Runs that will not happen, summarised.
struct Missed {
    JobKey job{};
    Instant from{};
    Instant to{};
    std::int64_t count{};
    std::string reason{};  // "misfire"
};

/// Everything due up to `watermark` is claimed by these rows or told by these summaries, in one fenced
/// transaction.
struct Claim {
    Epoch epoch{};
    Instant watermark{};
    ChangeNumber planned{};
    std::vector<model::Execution> executions{};  // state pending, attempt 1, node set
    std::vector<JobKey> spent{};                 // timed jobs whose only run is among them: disabled with it
    std::vector<Missed> missed{};                // of one job and beginning, the first that comes is kept
};
struct Claimed {
    std::vector<bool>
        mine;  // in the order of the claim; false: the row is another term's and not mine to run
    std::vector<model::Job> disabled;  // the spent jobs as they are now
};

/// The end of an attempt: compare-and-set on (execution, attempt) from an unended state.
struct Outcome {
    ExecuteId id{};
    int attempt{0};
    model::Execution
        after{};  // state, end_at, executors, execute_times, reason, result, due, accepted, losses
    std::optional<model::Attempt> record{};    // nothing: the attempt never began
    std::vector<Announcement> announcements{};  // put into the outbox, same transaction
    int next_attempt{0};                       // 0: unchanged; else the row goes on as that attempt
};

struct JobFilter {
    std::optional<TenantId> tenant{};  // nothing: every tenant's
    std::size_t limit{20};
    std::size_t offset{0};
    std::optional<Instant> created_until{};
    std::optional<model::JobType> type{};
    std::optional<JobKey> before{};  // cursor: older than this row
};

struct ExecutionFilter {
    std::optional<TenantId> tenant{};
    std::vector<JobId> jobs{};
    std::optional<model::JobType> type{};
    std::vector<model::ExecutionState>
        states{};  // empty: those shown by default (not pending; not unstarted interrupts)
    std::optional<Instant> begin_from{};
    std::optional<Instant> begin_until{};
    std::size_t limit{1'000};
    std::optional<std::int64_t> before{};  // cursor
};

/// A change of a job as the log keeps it; numbers come in commit order without gaps.
struct Change {
    ChangeNumber number{};
    std::string kind{};  // create, update, enable, notify, delete, spent
    JobId job_id{};
    JobKey job_key{};
    TenantId tenant{};
    Instant at{};
    std::string replaced{};  // JSON of the schedule before it (cron_time, plan, type, enabled,
                             // effective_from), or empty
};

struct Health {
    bool available{false};
    std::string problem{};
    Instant since{};
    std::size_t writes_waiting{};
    std::size_t reads_waiting{};
};

/// Counters since start, for metrics.
struct Statistics {
    std::uint64_t transactions{}, rows_written{}, rows_read{}, retries{}, reconnects{}, failures{};
    double commit_seconds{};
};

class Store {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    /// Connects, takes the file (SQLite: a second process is refused with the holder's name), migrates.
    /// Blocks; called before the io_context runs. A MySQL server that is away is an error of code
    /// unavailable: try again.
    static Result<std::unique_ptr<Store>> open(boost::asio::io_context& io, Options options,
                                               const Clock& clock);
    virtual ~Store() = default;
    virtual void close() = 0;  // finishes what waits, then ends the threads

    // --- leadership of the one shard
    /// Begins a term: raises the epoch and tells how far planning had come. On MySQL it takes the advisory
    /// lock first and answers conflict while another process has it.
    virtual Awaitable<Term> begin_term(NodeId node) = 0;
    /// True until the advisory lock's session was lost or the heartbeat was not good for 3 s.
    [[nodiscard]] virtual bool leads() const = 0;
    virtual Awaitable<void> end_term() = 0;

    // --- loading; the function runs on a reader's thread, row by row as they stream in. After an error some
    // rows have been given already: start over.
    virtual Awaitable<std::size_t> load_plans(std::function<void(const StoredPlan&)> each) = 0;
    /// Executions of ecron's own that have not ended, in the order of their rows (`key`), those after
    /// `after_key`.
    virtual Awaitable<std::vector<model::Execution>> unended(std::size_t limit, std::int64_t after_key) = 0;

    // --- jobs. The tenant is checked wherever one is given; nothing: any tenant's.
    virtual Awaitable<model::Job> create_job(model::Job job, std::string plan) = 0;  // conflict: {"job_name"}
    /// `if_match`: the revision it must have, else conflict {"revision"}.
    virtual Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job,
                                              std::string plan, std::optional<ChangeNumber> if_match) = 0;
    virtual Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids) = 0;
    virtual Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids, bool enabled) = 0;
    virtual Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids, std::string webhook) = 0;
    /// Several are answered in the order asked for, each once; those that there are not are left out.
    virtual Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) = 0;
    virtual Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                         std::vector<JobId> ids) = 0;
    virtual Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) = 0;
    virtual Awaitable<std::vector<model::Job>> list_jobs(JobFilter filter) = 0;
    virtual Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant,
                                               std::optional<Instant> created_from,
                                               std::optional<Instant> created_until) = 0;
    virtual Awaitable<std::vector<Change>> changes_after(ChangeNumber number, std::size_t limit) = 0;

    // --- the run path
    /// denied: the epoch is no longer this one's. unavailable also where the watermark is further ahead than
    /// the store's clock allows (claim_ahead and a second).
    virtual Awaitable<Claimed> claim(Claim claim) = 0;
    /// Deletes claimed rows that were not started, so that their ids are free again.
    virtual Awaitable<void> withdraw(Epoch epoch, std::vector<ExecuteId> ids) = 0;
    /// Inserts an execution that is requested now (manual, message); conflict: the id exists.
    virtual Awaitable<model::Execution> insert_execution(model::Execution execution) = 0;
    /// Says that attempts have begun: compare-and-set from pending or failure to executing. false: it was not
    /// so.
    virtual Awaitable<bool> begin_attempt(ExecuteId id, int attempt, model::Execution after) = 0;
    /// False: the execution was no longer at that attempt, or had ended; nothing was changed.
    virtual Awaitable<bool> finish(Outcome outcome) = 0;

    // --- executions, for the API
    virtual Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                                      ExecuteId id) = 0;
    virtual Awaitable<std::optional<model::Execution>> latest_execution(std::optional<TenantId> tenant,
                                                                        JobId job) = 0;
    virtual Awaitable<std::vector<model::Execution>> list_executions(ExecutionFilter filter) = 0;
    virtual Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) = 0;
    /// PUT /jobstatus: inserts as history or overwrites where the arrows of the states allow it; answers
    /// those refused.
    virtual Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                             std::vector<model::Execution> executions) = 0;
    /// Keeps what a callback gave; changes no state.
    virtual Awaitable<void> record_result(ExecuteId id, std::string result) = 0;

    // --- pausing, as a whole (no tenant) or per tenant
    virtual Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) = 0;
    struct Pauses {
        bool all{false};
        std::vector<TenantId> tenants{};
    };
    virtual Awaitable<Pauses> pauses() = 0;

    /// What is to be told of outcomes.
    [[nodiscard]] virtual Outbox& outbox() = 0;

    [[nodiscard]] virtual Health health() const = 0;
    [[nodiscard]] virtual Statistics statistics() const = 0;
    /// The key that planned execute ids are derived with; the first migration makes it.
    [[nodiscard]] virtual const std::string& id_key() const = 0;
};

}  // namespace ecron::store
