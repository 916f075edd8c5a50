#pragma once
#include <string_view>
#include <unordered_map>

#include "ecron/model/execution.hpp"
#include "ecron/store/change_log.hpp"
#include "ecron/store/outbox.hpp"

namespace ecron::store {

/// A watermark further ahead of the store's clock was written while the clock was wrong. More than
/// claim_ahead and the tolerance for clocks can amount to.
inline constexpr Millis kWatermarkTolerance{10'000};

/// A completed one-shot, and the instant since which the schedule of its occurrence is in effect.
struct CompletedOneShot {
    JobKey job{};
    Instant since{};
};

/// The announcement of a summary of missed occurrences. It is written to the outbox if the summary is new or
/// extends the one that was recorded.
struct MissedAnnouncement {
    Missed missed{};
    ExecuteId execution{};  // that the first occurrence would have had
    TenantId tenant{};
    Announcement announcement{};
};

/// States, in one fenced transaction, that everything due up to `watermark` is claimed by these rows or
/// covered by these summaries. A summary that begins up to the watermark may end beyond it.
struct Claim {
    Shard shard{};
    Epoch epoch{};
    Instant watermark{};
    ChangeNumber planned{};
    std::vector<model::Execution> executions{};  // state pending, attempt 1, node set
    /// Disabled in the same transaction unless their schedule has changed.
    std::vector<CompletedOneShot> completed{};
    std::vector<Missed> missed{};  // of several with the same job and beginning, the first one is kept
    std::vector<MissedAnnouncement> announcements{};
};
struct Claimed {
    /// In the order of the claim; false: the row belongs to another term and must not be run.
    std::vector<bool> mine;
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

/// Executions in progress, from the claim to the end of the last attempt.
class ExecutionStore {
public:
    virtual ~ExecutionStore() = default;
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
    /// Writes announcements of an execution that continues, and `after.announced`; the outcome names the
    /// attempt that the row is at. Returns false if the row is at another attempt or has ended; nothing was
    /// changed.
    virtual Awaitable<bool> announce(Outcome outcome) = 0;
    /// Returns false if the execution was at another attempt or had ended; nothing was changed. Frees the
    /// slot that the execution holds.
    virtual Awaitable<bool> finish(Outcome outcome) = 0;
};

/// Requester of the cancellation that the store records when a client ends an execution of ecron: its attempt
/// must stop although its row has ended. The colon separates it from the names of callers.
inline constexpr std::string_view kStopEnded{":ended"};

/// What clients and targets report about executions.
class ExecutionReports {
public:
    virtual ~ExecutionReports() = default;
    /// PUT /jobstatus: inserts executions as history, or overwrites them where the state transition is
    /// permitted; returns the refused ids. If one of ecron's own executions changes, its announcements are
    /// written to the outbox in the same transaction.
    virtual Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                             std::vector<model::Execution> executions,
                                                             Announcements announcements) = 0;
    /// Stores the result of a callback. Executions of ecron keep their state; an executing one of the
    /// previous service ends as a success now. The leader is notified by the change "callback".
    virtual Awaitable<void> record_result(ExecuteId id, std::string result, NotifyLeader tell) = 0;
    /// Ends an execution that a client or the previous service runs. Returns false, and changes nothing, if
    /// it has ended in the meantime or is one of ecron's own.
    virtual Awaitable<bool> end_history(ExecuteId id, model::ExecutionState end, std::string reason) = 0;
};

}  // namespace ecron::store
