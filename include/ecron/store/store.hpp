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
/// How many processes share the work of one database. One: the first leads every shard, others stand by.
enum class Nodes : std::uint8_t { one, many };

struct Options {
    Driver driver{Driver::sqlite};
    std::string path{"ecron.db"};  // SQLite
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
    std::size_t row_cache_bytes{32U << 20U};  // SQLite only: one process owns the store
    std::size_t batch_rows{100};              // rows a statement
    std::size_t queue_limit{100'000};         // writes waiting; over it: unavailable
    Nodes nodes{Nodes::one};                  // SQLite: always one
    bool messages{false};                     // what changes and ends is to be published, too
    Seconds lease{5};                         // of a node, and how long a silent session keeps its locks
    std::size_t jobs_per_tenant{0};   // 0: any number; one more is denied with the field "limit_jobs" ...
    std::size_t bytes_per_tenant{0};  // 0: any number; what grows beyond is denied with "limit_bytes", and
                                      // outcomes lose their payload. See read_bytes()
    std::size_t new_shards{1};  // of a database that the store creates; an existing one keeps its number
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

inline constexpr std::size_t kMostShards = 64;

/// One round of the campaign for leadership: who asks, how many shards it may hold at most, and which it
/// gives back. A node that may hold none is not among those that share the shards.
struct CampaignRound {
    NodeId node{};
    std::size_t most{};
    std::vector<Shard> release{};
};

/// How this node stands after a round.
struct Standing {
    std::vector<Shard> held{};     // in order; locks confirmed just now
    Instant store_now{};           // the store's clock
    Millis clock_ahead{};          // this node's clock minus the store's, round trip halved
    Millis clock_error{};          // the true difference is at most this far from clock_ahead
    std::size_t shards{1};         // how many there are
    std::size_t live_nodes{1};     // that can lead and whose lease has not ended, and this one
    std::size_t free{0};           // shards that nobody held when the round ended, but those just given back
    std::size_t led_by_others{0};  // shards whose locks other sessions held when the round began
    std::optional<SteadyInstant> lease_renewed{};  // when the last good renewal of this node's lease was sent
};

struct ShardState {
    Shard shard{};
    NodeId node{};  // who began the last term
    Epoch epoch{};
    std::optional<Instant> watermark{};
    ChangeNumber planned{};
};
struct NodeState {
    NodeId node{};
    Instant lease_until{};  // on the store's clock
    bool alive{};
    Millis clock_ahead{};  // its clock minus the store's when it last said
};
struct Cluster {
    Instant now{};  // the store's clock
    std::vector<NodeState> nodes{};
    std::vector<ShardState> shards{};
};

/// Runs that will not happen, summarised.
struct Missed {
    JobKey job{};
    Instant from{};
    Instant to{};
    std::int64_t count{};
    std::string reason{};  // "misfire"
};

/// A term of leadership over a shard, and how far planning had come when it began.
struct Term {
    Epoch epoch{};
    Instant watermark{};         // every run due up to here was claimed
    ChangeNumber planned{};      // by a planner that knew the changes up to this one
    ChangeNumber head{};         // the newest change there is
    std::vector<Missed> told{};  // summaries, of whatever shard, that reach beyond the watermark
};

/// A timed job whose only run is claimed, and since when the schedule holds that named it.
struct Spent {
    JobKey job{};
    Instant since{};
};

/// Everything due up to `watermark` is claimed by these rows or told by these summaries, in one fenced
/// transaction. A summary that begins up to the watermark may end beyond it.
struct Claim {
    Shard shard{};
    Epoch epoch{};
    Instant watermark{};
    ChangeNumber planned{};
    std::vector<model::Execution> executions{};  // state pending, attempt 1, node set
    std::vector<Spent> spent{};                  // disabled, unless their schedule is another one by now
    std::vector<Missed> missed{};                // of one job and beginning, the first that comes is kept
};
struct Claimed {
    std::vector<bool>
        mine;  // in the order of the claim; false: the row is another term's and not mine to run
    std::vector<model::Job> disabled;  // the spent jobs as they are now
};

/// The end of an attempt: compare-and-set on (execution, attempt) from an unended state.
struct Outcome {
    struct Owner {
        NodeId node{};
        Epoch epoch{};
        bool may_have_begun{true};  // false: nor may its start have been recorded meanwhile
    };

    ExecuteId id{};
    int attempt{0};
    model::Execution
        after{};  // state, end_at, executors, execute_times, reason, result, due, accepted, losses
    std::optional<model::Attempt> record{};     // nothing: the attempt never began
    std::vector<Announcement> announcements{};  // put into the outbox, same transaction
    int next_attempt{0};                        // 0: unchanged; else the row goes on as that attempt
    std::optional<Owner>
        owner{};  // whose the row must still be, as its claim or start said; nothing: anybody's
};

/// What is told of each execution.
using Announcements = std::unordered_map<ExecuteId, std::vector<Announcement>>;

/// Room for executions of one concurrency key, wherever they run: at most `most` of them hold a slot.
struct Slot {
    std::string key{};
    std::uint32_t most{1};
};
enum class Begun : std::uint8_t { yes, no, no_slot };

/// Whether the leader of the job's shard is to learn of a request from the change log.
enum class Tell : std::uint8_t { nobody, leader };

struct JobFilter {
    std::optional<TenantId> tenant{};  // nothing: every tenant's
    std::size_t limit{20};
    std::size_t offset{0};
    std::optional<Instant> created_until{};
    std::optional<model::JobType> type{};
    std::optional<JobKey> before{};  // cursor: older than this row
};

/// Where a list of executions continues: behind the row with this start and key.
struct ExecutionCursor {
    std::optional<Instant> begin{};  // whole seconds; nullopt: it has not started
    std::int64_t key{};
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
    std::optional<ExecutionCursor> before{};
};

/// A change of a job, or a request to the leader of its shard, as the log keeps it; numbers come in commit
/// order without gaps.
struct Change {
    ChangeNumber number{};
    std::string
        kind{};      // create, update, enable, notify, delete, spent; run, cancel, callback, pause, resume
    JobId job_id{};  // pause and resume: empty
    JobKey job_key{};
    TenantId tenant{};               // pause and resume: whose, empty: everything
    Instant at{};                    // the store's clock
    std::string replaced{};          // JSON of the schedule before it, see read_replaced(), or empty
    ExecuteId execution{};           // run, cancel, callback: which
    std::string by{};                // cancel: who asked
    std::optional<Instant> since{};  // resume: when the pause that it ends began

    bool is_pause() const { return kind == "pause" || kind == "resume"; }
    bool is_request() const { return kind == "run" || kind == "cancel" || kind == "callback"; }
};

/// The schedule that a change replaced. The job it belonged to may be gone.
struct ReplacedSchedule {
    std::string cron_time{};
    std::string plan{};
    model::JobType type{};
    bool enabled{};
    Instant created_at{};  // before 1970: not known
    Instant effective_from{};
};
/// Nothing where the change replaced none.
std::optional<ReplacedSchedule> read_replaced(const Change& change);

/// Why the database refuses to store anything although it answers.
enum class WriteRefusal : std::uint8_t { none, disk_full, read_only };

struct Health {
    bool available{false};
    WriteRefusal writes_refused{WriteRefusal::none};  // none again after the next write that is stored
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
    /// unavailable: try again; one that refuses the user, the schema or a right is denied.
    static Result<std::unique_ptr<Store>> open(boost::asio::io_context& io, Options options,
                                               const Clock& clock);
    /// The same for MySQL without waiting: until the server is there and its schema up to date, whatever is
    /// asked of the store is unavailable; it tries again by itself, with back-off. `failed` is called on the
    /// io_context's thread, once, if the database can never be used by this process (a schema that needs a
    /// newer one). SQLite: as open().
    using Failed = std::function<void(const Error&)>;
    static Result<std::unique_ptr<Store>> open_in_background(boost::asio::io_context& io, Options options,
                                                             const Clock& clock, Failed failed);
    virtual ~Store() = default;
    virtual void close() = 0;  // finishes what waits, then ends the threads

    // --- leadership and the cluster
    /// One round of the campaign, every 100 ms or so: renews this node's lease where that is a second old,
    /// confirms the locks held, gives back those named, takes free ones until `most` are held, without
    /// queueing for them. SQLite: every shard is held. A round does not wait for the lease. unavailable:
    /// nothing is known, or another process still has a lease under this node's name; the locks count as
    /// lost. conflict: that process has renewed its lease since; the error names it, and this one should end.
    virtual Awaitable<Standing> campaign(CampaignRound round) = 0;
    /// The shard's lock is held, and the last good round was sent less than 3 s ago.
    [[nodiscard]] virtual bool leads(Shard shard) const = 0;
    /// When the last good round was sent; a claim is its own start only while this is less than 3 s ago.
    [[nodiscard]] virtual std::optional<SteadyInstant> last_beat() const = 0;
    /// Begins a term: raises the epoch and tells how far planning had come. denied: the lock is not held.
    virtual Awaitable<Term> begin_term(Shard shard, NodeId node) = 0;
    virtual Awaitable<void> end_term(Shard shard) = 0;  // the lock is free when it is answered
    virtual Awaitable<void> leave(NodeId node) = 0;     // the node's lease ends now
    virtual Awaitable<Cluster> cluster() = 0;

    // --- loading; the function runs on a reader's thread, row by row as they stream in. After an error some
    // rows have been given already: start over.
    virtual Awaitable<std::size_t> load_plans(std::function<void(const StoredPlan&)> each) = 0;
    /// Executions of ecron's own that have not ended, in the order of their rows (`key`), those after
    /// `after_key`.
    virtual Awaitable<std::vector<model::Execution>> unended(std::size_t limit, std::int64_t after_key) = 0;
    /// Of these the ones that are pending or executing, wait for no callback, and came due before an instant.
    virtual Awaitable<std::vector<model::Execution>> under_way(Instant due_before, std::size_t limit,
                                                               std::int64_t after_key) = 0;

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
    /// Newest first, of a job that may be gone; pauses of its tenant or of everything are among them.
    virtual Awaitable<std::vector<Change>> changes_of(JobId job, TenantId tenant, std::size_t limit) = 0;
    /// Summaries that overlap with a span, oldest first.
    virtual Awaitable<std::vector<Missed>> missed_of(JobKey job, Instant from, Instant to) = 0;

    // --- the run path
    /// denied: the epoch is no longer this one's. unavailable also where the watermark is further ahead than
    /// the store's clock allows (claim_ahead and a second).
    virtual Awaitable<Claimed> claim(Claim claim) = 0;
    /// Deletes claimed rows that were not started, so that their ids are free again.
    virtual Awaitable<void> withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids) = 0;
    /// Inserts an execution that is requested now (manual, message); conflict: the id exists. Told to the
    /// leader: change "run".
    virtual Awaitable<model::Execution> insert_execution(model::Execution execution, Tell tell) = 0;
    /// Asks the leader of the execution's shard to cancel it: change "cancel".
    virtual Awaitable<void> ask_cancel(model::Execution execution, std::string by) = 0;
    /// Says that attempts have begun: compare-and-set from pending or failure to executing. no: it was not
    /// so. With a slot: takes it in the same transaction; no_slot: there is none free, nothing was changed.
    /// `told` goes into the outbox, same transaction.
    virtual Awaitable<Begun> begin_attempt(ExecuteId id, int attempt, model::Execution after,
                                           std::optional<Slot> slot, std::vector<Announcement> told) = 0;
    /// False: the execution was no longer at that attempt, or had ended; nothing was changed. Frees the slot
    /// that the execution holds.
    virtual Awaitable<bool> finish(Outcome outcome) = 0;

    // --- executions, for the API
    virtual Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                                      ExecuteId id) = 0;
    virtual Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) = 0;
    /// The runs of a job by their nominal instant, oldest first.
    virtual Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) = 0;
    virtual Awaitable<std::optional<model::Execution>> latest_execution(std::optional<TenantId> tenant,
                                                                        JobId job) = 0;
    /// By start, newest first, then by row; those that have not started come last. Deleted ones are left out.
    virtual Awaitable<std::vector<model::Execution>> list_executions(ExecutionFilter filter) = 0;
    virtual Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) = 0;
    /// PUT /jobstatus: inserts as history or overwrites where the arrows of the states allow it; answers
    /// those refused. Where one of ecron's own is changed, what is told of it goes into the outbox, same
    /// transaction.
    virtual Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                             std::vector<model::Execution> executions,
                                                             Announcements told) = 0;
    /// Keeps what a callback gave. Of ecron's own executions it changes no state; one of history that is
    /// executing ends as a success now. The leader learns of it by change "callback".
    virtual Awaitable<void> record_result(ExecuteId id, std::string result, Tell tell) = 0;

    // --- pausing, as a whole (no tenant) or per tenant; changes "pause" and "resume"
    virtual Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) = 0;
    struct Pause {
        TenantId tenant{};
        Instant since{};  // the store's clock
    };
    struct Pauses {
        std::optional<Instant> all{};
        std::vector<Pause> tenants{};
    };
    virtual Awaitable<Pauses> pauses() = 0;

    /// Takes a step in removing what is old: ended executions with their attempts, none of them planned later
    /// than an hour before the watermark; at a round's end also summaries of missed runs, changes that every
    /// shard has planned by and that are over a day old, and dead letters.
    virtual Awaitable<Trimmed> trim_history(HistoryRule rule, JobId after) = 0;

    // --- bytes by tenant, for bytes_per_tenant (UsageMeter). Jobs are counted exactly. Executions, attempts
    // and dead letters are what was measured last, and what this process has written since.
    /// Takes a step in measuring; true: the sums are stored, for every node.
    virtual Awaitable<bool> measure_bytes() { co_return true; }
    /// Reads the sums that were measured last.
    virtual Awaitable<void> read_bytes() { co_return Result<void>{}; }

    /// What is to be told of outcomes.
    [[nodiscard]] virtual Outbox& outbox() = 0;
    /// Who changed what.
    [[nodiscard]] virtual AuditLog& audit() = 0;
    /// What is to be published; nullptr: a store that keeps no messages.
    [[nodiscard]] virtual MessageQueue* messages() { return nullptr; }

    [[nodiscard]] virtual Health health() const = 0;
    [[nodiscard]] virtual Statistics statistics() const = 0;
    /// The key that planned execute ids are derived with; the first migration makes it.
    [[nodiscard]] virtual const std::string& id_key() const = 0;
};

/// Divides planning anew, 1 to kMostShards; blocks. New shards begin at the oldest watermark and change
/// number of the old ones. conflict: a node lives.
Result<void> set_shards(const Options& options, std::size_t shards, const Clock& clock);

}  // namespace ecron::store
