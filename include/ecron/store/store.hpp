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
#include "ecron/store/audit.hpp"
#include "ecron/store/history.hpp"
#include "ecron/store/messages.hpp"
#include "ecron/store/outbox.hpp"

/// Durable state: jobs, executions, attempts, the change log, watermarks and the outbox, in SQLite or
/// MySQL/MariaDB.
///
/// Threads: every call is made on the io_context's thread and completes there; SQL runs on the store's own
/// threads: one writer and a few readers. Writes that wait while a transaction runs share the next
/// transaction (group commit); a write completes after its commit. Waiting reads by key share one statement.
/// Errors: unavailable (the database is unreachable or too slow; nothing was stored unless the text says
/// otherwise), conflict, not_found, too_large; internal for unexpected errors. Error texts contain neither
/// SQL nor values.
namespace ecron::store {

enum class Driver : std::uint8_t { sqlite, mysql };
/// Number of processes that share the work of one database. `one`: one process leads all shards, others stand
/// by.
enum class Nodes : std::uint8_t { one, many };

struct Options {
    Driver driver{Driver::sqlite};
    std::string path{"ecron.db"};  // SQLite only
    std::string host{"127.0.0.1"};
    std::uint16_t port{3306};
    std::string database{};
    std::string user{};
    SecretText password{};
    std::string ca_file{};
    Seconds connect_timeout{5};
    Seconds read_timeout{10};
    Seconds write_timeout{10};
    std::size_t readers{3};
    std::size_t row_cache_bytes{32U << 20U};  // SQLite only, where one process owns the store
    std::size_t batch_rows{100};              // rows per statement
    std::size_t queue_limit{100'000};         // waiting writes; further ones fail as unavailable
    Nodes nodes{Nodes::one};                  // always `one` with SQLite
    bool messages{false};            // also write messages about changes and outcomes for the message queue
    Seconds lease{5};                // of a node; also how long a silent session keeps its locks
    std::size_t jobs_per_tenant{0};  // 0: unlimited; further jobs are denied with the field "limit_jobs"
    /// 0: unlimited; writes that exceed it are denied with the field "limit_bytes", and outcomes lose their
    /// payload; see read_bytes().
    std::size_t bytes_per_tenant{0};
    /// For a database that the store creates; an existing one keeps its number of shards.
    std::size_t new_shards{1};
    Millis claim_ahead{250};  // a claim's watermark may exceed the store's clock by this much plus one second
};

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

inline constexpr std::size_t kMaxShards = 64;

/// One round of the leadership campaign of `node`: the maximum number of shards to hold, and the shards to
/// release. A node with a maximum of 0 does not count among the nodes that share the shards.
struct CampaignRound {
    NodeId node{};
    std::size_t max_shards{};
    std::vector<Shard> release{};
};

/// State of this node after a campaign round.
struct ElectionState {
    std::vector<Shard> held{};  // in order; locks confirmed in this round
    Instant store_now{};        // by the store's clock
    Millis clock_ahead{};       // this node's clock minus the store's, corrected by half the round trip
    Millis clock_error{};       // maximum deviation of clock_ahead from the true difference
    std::size_t shards{1};      // total number of shards
    std::size_t live_nodes{1};  // nodes that can lead and hold a lease, including this one
    std::size_t free{0};        // shards that were unowned when the round ended, except those released in it
    std::size_t led_by_others{0};  // shards whose locks other sessions held when the round began
    /// Send time of the last successful renewal of this node's lease.
    std::optional<SteadyInstant> lease_renewed{};
};

struct ShardState {
    Shard shard{};
    NodeId node{};  // node that began the last term
    Epoch epoch{};
    std::optional<Instant> watermark{};
    ChangeNumber planned{};
};
struct NodeState {
    NodeId node{};
    Instant lease_until{};  // by the store's clock
    bool alive{};
    Millis clock_ahead{};  // its clock minus the store's, as it last reported
};
struct Cluster {
    Instant now{};  // by the store's clock
    std::vector<NodeState> nodes{};
    std::vector<ShardState> shards{};
};

/// A watermark further ahead of the store's clock was written while the clock was wrong. More than
/// claim_ahead and the tolerance for clocks can amount to.
inline constexpr Millis kWatermarkTolerance{10'000};

/// A summary of runs that will not happen.
struct Missed {
    JobKey job{};
    Instant from{};
    Instant to{};
    std::int64_t count{};
    std::string reason{};  // "misfire"
};

/// A term of leadership of a shard, and how far planning had progressed when it began.
struct Term {
    Epoch epoch{};
    Instant watermark{};           // every run due up to here was claimed
    ChangeNumber planned{};        // the planner had applied the changes up to this one
    ChangeNumber head{};           // the newest change
    std::vector<Missed> missed{};  // summaries, of any shard, that reach beyond the watermark
};

/// A completed one-shot, and the instant since which the schedule of its occurrence is in effect.
struct CompletedOneShot {
    JobKey job{};
    Instant since{};
};

/// States, in one fenced transaction, that everything due up to `watermark` is claimed by these rows or
/// covered by these summaries. A summary that begins up to the watermark may end beyond it.
struct Claim {
    Shard shard{};
    Epoch epoch{};
    Instant watermark{};
    ChangeNumber planned{};
    std::vector<model::Execution> executions{};  // state pending, attempt 1, node set
    std::vector<CompletedOneShot>
        completed{};               // disabled in the same transaction unless their schedule has changed
    std::vector<Missed> missed{};  // of several with the same job and beginning, the first one is kept
};
struct Claimed {
    std::vector<bool>
        mine;  // in the order of the claim; false: the row belongs to another term and must not be run
    std::vector<model::Job> disabled;  // the completed one-shots, as stored now
};

/// The end of an attempt: a compare-and-set on (execution, attempt) from a non-terminal state.
struct Outcome {
    struct Owner {
        NodeId node{};
        Epoch epoch{};
        /// False: the attempt never began, and its start cannot have been recorded in the meantime.
        bool may_have_begun{true};
    };

    ExecuteId id{};
    int attempt{0};
    model::Execution
        after{};  // state, end_at, executors, execute_times, reason, result, due, accepted, losses
    std::optional<model::Attempt> record{};     // nullopt: the attempt never began
    std::vector<Announcement> announcements{};  // written to the outbox in the same transaction
    int next_attempt{0};  // 0: unchanged; otherwise the execution continues with this attempt
    std::optional<Owner>
        owner{};  // the row must still have this owner, as stated by its claim or start; nullopt: any owner
};

/// Announcements by execution.
using Announcements = std::unordered_map<ExecuteId, std::vector<Announcement>>;

/// Capacity for executions of one concurrency key across all nodes: at most `limit` of them hold a slot.
struct Slot {
    std::string key{};
    std::uint32_t limit{1};
};
enum class Begun : std::uint8_t { yes, no, no_slot };

/// Whether the leader of the job's shard is notified of a request through the change log.
enum class NotifyLeader : std::uint8_t { no, yes };

struct JobFilter {
    std::optional<TenantId> tenant{};  // nullopt: all tenants
    std::size_t limit{20};
    std::size_t offset{0};
    std::optional<Instant> created_until{};
    std::optional<model::JobType> type{};
    std::optional<JobKey> before{};  // cursor: returns rows older than this one
};

/// Cursor of a list of executions: continue after the row with this start and key.
struct ExecutionCursor {
    std::optional<Instant> begin{};  // whole seconds; nullopt: not started
    std::int64_t key{};
};

struct ExecutionFilter {
    std::optional<TenantId> tenant{};
    std::vector<JobId> jobs{};
    std::optional<model::JobType> type{};
    std::vector<model::ExecutionState>
        states{};  // empty: the default states (not pending; not interrupts that never started)
    std::optional<Instant> begin_from{};
    std::optional<Instant> begin_until{};
    std::size_t limit{1'000};
    std::optional<ExecutionCursor> before{};
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
};

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

/// Why the database refuses writes although it responds.
enum class WriteRefusal : std::uint8_t { none, disk_full, read_only };

struct Health {
    bool available{false};
    WriteRefusal writes_refused{WriteRefusal::none};  // reset to `none` by the next successful write
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

    /// Connects, locks the file (SQLite: a second process is refused with an error that names the holder) and
    /// migrates the schema. Blocks; must be called before the io_context runs. Errors for MySQL: unavailable
    /// if the server is unreachable, so that the caller can retry; denied if it refuses the user, the schema
    /// or a required right.
    static Result<std::unique_ptr<Store>> open(boost::asio::io_context& io, Options options,
                                               const Clock& clock);
    /// The same without blocking, for MySQL: until the server is reachable and its schema is up to date, all
    /// calls fail as unavailable; the store retries in the background with back-off. `failed` is called on
    /// the io_context's thread, once, if this process can never use the database (a schema that needs a newer
    /// version). SQLite: same as open().
    using Failed = std::function<void(const Error&)>;
    static Result<std::unique_ptr<Store>> open_in_background(boost::asio::io_context& io, Options options,
                                                             const Clock& clock, Failed failed);
    virtual ~Store() = default;
    virtual void close() = 0;  // finishes what waits, then ends the threads

    // --- leadership and the cluster
    /// Runs one round of the leadership campaign, expected about every 100 ms: renews this node's lease if it
    /// is one second old, confirms the held locks, releases the named ones, and acquires free ones until
    /// `max_shards` are held, without queueing for any. Does not wait for the lease. SQLite: every shard is
    /// held. Errors: unavailable if the state is unknown or another process still has a lease under this
    /// node's name; the locks count as lost. conflict if that process has renewed its lease since; the error
    /// names it, and this process should exit.
    virtual Awaitable<ElectionState> campaign(CampaignRound round) = 0;
    /// Returns true if the shard's lock is held and the last successful round was sent less than 3 s ago.
    [[nodiscard]] virtual bool leads(Shard shard) const = 0;
    /// Returns when the last successful round was sent. A claim may serve as its own start only within 3 s of
    /// it.
    [[nodiscard]] virtual std::optional<SteadyInstant> last_heartbeat() const = 0;
    /// Begins a term: increments the epoch and returns how far planning has progressed. Error: denied if the
    /// lock is not held.
    virtual Awaitable<Term> begin_term(Shard shard, NodeId node) = 0;
    virtual Awaitable<void> end_term(Shard shard) = 0;  // the lock is released on completion
    virtual Awaitable<void> leave(NodeId node) = 0;     // ends the node's lease immediately
    virtual Awaitable<Cluster> cluster() = 0;

    // --- loading; the function runs on a reader's thread for each row as it streams in. After an error some
    // rows may already have been delivered: start over.
    virtual Awaitable<std::size_t> load_plans(std::function<void(const StoredPlan&)> each) = 0;
    /// Returns unfinished executions of ecron (not of the previous service) after `after_key`, in row order
    /// (`key`).
    virtual Awaitable<std::vector<model::Execution>> unended(std::size_t limit, std::int64_t after_key) = 0;
    /// Returns those of unended() that are pending or executing, do not wait for a callback, and were due
    /// before the given instant.
    virtual Awaitable<std::vector<model::Execution>> under_way(Instant due_before, std::size_t limit,
                                                               std::int64_t after_key) = 0;

    // --- jobs. The tenant is checked where one is given; nullopt: any tenant
    virtual Awaitable<model::Job> create_job(model::Job job, std::string plan) = 0;  // conflict: {"job_name"}
    /// `if_match`: the required revision; otherwise conflict {"revision"}.
    virtual Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job,
                                              std::string plan, std::optional<ChangeNumber> if_match) = 0;
    virtual Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids) = 0;
    virtual Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids, bool enabled) = 0;
    virtual Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant,
                                                           std::vector<JobId> ids, std::string webhook) = 0;
    /// Several jobs are returned in the requested order, each once; unknown ones are omitted.
    virtual Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) = 0;
    virtual Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                         std::vector<JobId> ids) = 0;
    virtual Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) = 0;
    virtual Awaitable<std::vector<model::Job>> list_jobs(JobFilter filter) = 0;
    virtual Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant,
                                               std::optional<Instant> created_from,
                                               std::optional<Instant> created_until) = 0;
    virtual Awaitable<std::vector<Change>> changes_after(ChangeNumber number, std::size_t limit) = 0;
    /// Returns the newest changes of a job, which may be deleted, first; includes pauses of its tenant and of
    /// all tenants.
    virtual Awaitable<std::vector<Change>> changes_of(JobId job, TenantId tenant, std::size_t limit) = 0;
    /// Returns the summaries that overlap with the interval, oldest first.
    virtual Awaitable<std::vector<Missed>> missed_of(JobKey job, Instant from, Instant to) = 0;

    // --- executions in progress
    /// Errors: denied if the epoch is no longer current; unavailable also if the claim would move the
    /// watermark more than claim_ahead plus one second ahead of the store's clock.
    virtual Awaitable<Claimed> claim(Claim claim) = 0;
    /// Sets back a watermark that is ahead of the store's clock by more than kWatermarkTolerance: to `to`, or
    /// to the newest scheduled time of an execution that retention has deleted, if that is later. Occurrences
    /// that are planned again have the rows of their first claims, so none runs twice. Summaries of
    /// occurrences after the new watermark end there. Ends the term. Returns the new watermark; nullopt if
    /// nothing has changed. Error: denied if the epoch is no longer current.
    virtual Awaitable<std::optional<Instant>> rewind(Shard shard, Epoch epoch, Instant to) = 0;
    /// Deletes claimed rows that were not started, so that their ids become available again.
    virtual Awaitable<void> withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids) = 0;
    /// Inserts an execution that is requested now (manual, message). Error: conflict if the id exists. The
    /// leader is notified by the change "run".
    virtual Awaitable<model::Execution> insert_execution(model::Execution execution, NotifyLeader tell) = 0;
    /// Requests the leader of the execution's shard to cancel it: change "cancel".
    virtual Awaitable<void> ask_cancel(model::Execution execution, std::string by) = 0;
    /// Records that attempts have begun: compare-and-set from pending or failure to executing. `no`: the
    /// state was different. With a slot, the slot is taken in the same transaction; `no_slot`: none was free
    /// and nothing was changed. `announcements` is written to the outbox in the same transaction.
    virtual Awaitable<Begun> begin_attempt(ExecuteId id, int attempt, model::Execution after,
                                           std::optional<Slot> slot,
                                           std::vector<Announcement> announcements) = 0;
    /// Returns false if the execution was at another attempt or had ended; nothing was changed. Frees the
    /// slot that the execution holds.
    virtual Awaitable<bool> finish(Outcome outcome) = 0;

    // --- executions, for the API
    virtual Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                                      ExecuteId id) = 0;
    virtual Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) = 0;
    /// Returns the runs of a job by scheduled time, oldest first.
    virtual Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) = 0;
    virtual Awaitable<std::optional<model::Execution>> latest_execution(std::optional<TenantId> tenant,
                                                                        JobId job) = 0;
    /// Ordered by start, newest first, then by row; executions that have not started come last. Deleted ones
    /// are omitted.
    virtual Awaitable<std::vector<model::Execution>> list_executions(ExecutionFilter filter) = 0;
    virtual Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) = 0;
    /// PUT /jobstatus: inserts executions as history, or overwrites them where the state transition is
    /// permitted; returns the refused ids. If one of ecron's own executions changes, its announcements are
    /// written to the outbox in the same transaction.
    virtual Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                             std::vector<model::Execution> executions,
                                                             Announcements announcements) = 0;
    /// Stores the result of a callback. Executions of ecron keep their state; an executing one of the
    /// previous service ends as a success now. The leader is notified by the change "callback".
    virtual Awaitable<void> record_result(ExecuteId id, std::string result, NotifyLeader tell) = 0;

    // --- pausing, for all tenants (nullopt) or one; changes "pause" and "resume"
    virtual Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) = 0;
    struct Pause {
        TenantId tenant{};
        Instant since{};  // by the store's clock
    };
    struct Pauses {
        std::optional<Instant> all{};
        std::vector<Pause> tenants{};
    };
    virtual Awaitable<Pauses> pauses() = 0;

    /// Deletes one batch of expired history: finished executions with their attempts, except those scheduled
    /// later than one hour before the watermark; at the end of a round also missed-run summaries, changes
    /// that every shard has planned and that are over a day old, and dead letters.
    virtual Awaitable<Trimmed> trim_history(HistoryRule rule, JobId after) = 0;

    // --- bytes by tenant, for bytes_per_tenant (UsageMeter). Jobs are counted exactly; executions, attempts
    // and dead letters are the last measurement plus what this process has written since.
    /// Measures one page; returns true once the sums of a whole round are stored for all nodes.
    virtual Awaitable<bool> measure_bytes() { co_return true; }
    /// Reads the sums of the last measurement.
    virtual Awaitable<void> read_bytes() { co_return Result<void>{}; }

    /// The outbox of execution outcomes.
    [[nodiscard]] virtual Outbox& outbox() = 0;
    /// The audit log.
    [[nodiscard]] virtual AuditLog& audit() = 0;
    /// Messages to be published; nullptr if the store keeps none.
    [[nodiscard]] virtual MessageQueue* messages() { return nullptr; }

    [[nodiscard]] virtual Health health() const = 0;
    [[nodiscard]] virtual Statistics statistics() const = 0;
    /// The key from which execute ids of planned runs are derived; created by the first migration.
    [[nodiscard]] virtual const std::string& id_key() const = 0;
};

/// Changes the number of shards, 1 to kMaxShards; blocks. New shards start at the oldest watermark and
/// change number of the old ones. Error: conflict if a node is alive.
Result<void> set_shards(const Options& options, std::size_t shards, const Clock& clock);

}  // namespace ecron::store
