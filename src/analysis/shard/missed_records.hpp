#pragma once
#include <unordered_map>
#include <unordered_set>

#include "analysis/shard/missed.hpp"
#include "analysis/shard/shard_state.hpp"

namespace ecron::analysis {

/// Records of missed occurrences until they are committed, which is no later than the watermark passes their
/// first occurrence. The row of the run that represents them includes a summary.
class MissedRecords {
public:
    explicit MissedRecords(ShardState& shard) : context_(shard.context), shard_(shard) {}

    void add(const Missed& missed);
    /// Attaches the records from number `first` on to the claims of the same decisions that represent them.
    void attach(const std::vector<Decision>& decisions, std::size_t first);
    [[nodiscard]] std::size_t size() const { return records_.size(); }
    [[nodiscard]] bool empty() const { return records_.empty(); }

    /// Removes the records that begin up to the watermark: occurrences behind it are never examined again;
    /// those beyond it are recorded by the next term.
    [[nodiscard]] std::vector<MissedSummary> take_until(Instant watermark);
    /// Leaves out occurrences that have rows or that the last term recorded: it may have claimed runs beyond
    /// its final watermark (of its next instant, and of changed jobs), and they are planned again.
    asio::awaitable<std::vector<MissedSummary>> without_known(std::vector<MissedSummary> summaries);
    /// The same for the summaries of these claims. Returns false if the term ended.
    asio::awaitable<bool> check_summaries(std::vector<RunId> runs);
    /// Removes and formats the summary for a run's row; empty if there is none.
    [[nodiscard]] std::string take_summary(RunId run);

    /// A term begins: the earlier term may have claimed some runs of this instant.
    void begin_term(Instant first_undecided) { first_undecided_ = first_undecided; }
    /// Occurrences of the job that are planned again may have been claimed or recorded.
    void doubt(JobKey job) { doubtful_.insert(job); }
    void doubt_none() { doubtful_.clear(); }
    /// The term ended.
    void drop();

private:
    [[nodiscard]] bool is_doubtful(const MissedSummary& one) const;
    asio::awaitable<std::unordered_set<JobKey>> claimed_of(std::vector<ExecuteId> ids);
    asio::awaitable<std::vector<Instant>> known_of(MissedSummary summary, JobId job);

    SchedulerContext& context_;
    ShardState& shard_;
    std::vector<MissedSummary> records_;                  // until the watermark has passed them
    std::unordered_map<RunId, MissedSummary> summaries_;  // for the row of the run that represents them
    Instant first_undecided_{};
    std::unordered_set<JobKey> doubtful_;
};

}  // namespace ecron::analysis
