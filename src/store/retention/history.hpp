#pragma once
#include "ecron/store/history.hpp"
#include "store/work/threads.hpp"

/// Retention in SQL. Only finished executions are deleted, and none that was scheduled later than one hour
/// before the watermark: a new term enumerates from there and must find the claimed rows. The change log
/// keeps all changes that some shard has not planned, and the last day, which other nodes may still be
/// reading.
namespace ecron::store {

struct OldExecutions {
    std::vector<std::int64_t> keys{};
    std::vector<JobId> wrong_states{};      // jobs whose recorded last state may be wrong
    std::vector<JobKey> orphaned_states{};  // when the round has ended
    JobId after{};
    bool round_ended{};
};
/// Examines some jobs; returns the keys of executions that may be deleted, at most one batch.
OldExecutions find_old(Session& session, const HistoryRule& rule, const JobId& after);

/// Returns the newest scheduled time of which an execution may have been deleted: planning never returns to
/// occurrences up to it, because nothing shows any more which of them ran.
Instant deleted_until(Session& session);
/// Records it, if nothing is recorded, for a database whose deletions are unknown: from its watermark.
void assume_deleted(Session& session);

/// Deletes those executions that may still be deleted, with their attempts; returns their number.
Result<std::size_t> remove_executions(Session& session, const std::vector<std::int64_t>& keys);

/// Deletes one batch each of old summaries, changes, dead letters and audit entries; returns their number.
Result<std::size_t> remove_others(Session& session, const HistoryRule& rule);

class SqlRetention final : public Retention {
public:
    explicit SqlRetention(Threads threads) : threads_(threads) {}
    Awaitable<Trimmed> trim_history(HistoryRule rule, JobId after) override;

private:
    Threads threads_;
};

}  // namespace ecron::store
