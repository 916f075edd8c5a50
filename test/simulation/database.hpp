#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ecron/store/store.hpp"
#include "simulation/history.hpp"
#include "simulation/timeline.hpp"

namespace ecron::sim {

/// Safeguards that a mutation removes, to test that the checker notices.
struct Mutations {
    bool no_fence{false};
    bool no_unique_key{false};
    bool spends_for_nothing{false};  // a job is disabled without the row of its only run
};

/// The common database of all stores. Each function is an immediate, atomic transaction. It returns what the
/// real store returns; its clock is the true time. Locks belong to sessions and end with them.
class Database {
public:
    template <class T> using Answer = Result<T>;
    enum class Session : std::uint64_t { none };

    Database(const Timeline& timeline, std::size_t shards, Millis lease, Millis claim_ahead, History& history,
             Mutations mutations);

    [[nodiscard]] Instant now() const { return timeline_.instant(); }
    [[nodiscard]] std::size_t shards() const { return shards_.size(); }
    [[nodiscard]] Shard shard_of(const JobId& job) const;
    [[nodiscard]] Instant watermark(Shard shard) const;

    /// The first terms begin this far ahead of the clock, as if it had been ahead and was set back.
    void begin_ahead(Millis ahead) { ahead_ = ahead; }

    // --- leadership
    Session connect();
    /// The server notices the end of the session and releases its locks.
    void disconnect(Session session);
    Answer<store::ElectionState> campaign(Session session, const store::CampaignRound& round, bool renews,
                                          Millis clock_ahead);
    Answer<store::Term> begin_term(Shard shard, const NodeId& node);
    [[nodiscard]] std::vector<Epoch> newest_epochs() const;
    void release(Session session, Shard shard);
    void leave(const NodeId& node);
    [[nodiscard]] store::Cluster cluster();

    // --- jobs
    struct JobRow {
        model::Job job;
        std::string plan;
    };
    [[nodiscard]] const std::map<JobKey, JobRow>& jobs() const { return jobs_; }
    [[nodiscard]] const JobRow* find_job(const JobId& id) const;
    [[nodiscard]] const JobRow* find_job(JobKey key) const;
    Answer<model::Job> create_job(model::Job job, const std::string& plan);
    Answer<model::Job> replace_job(model::Job job, const std::string& plan,
                                   std::optional<ChangeNumber> if_match);
    Answer<model::Job> enable_job(const JobId& id, bool enabled);
    std::vector<model::Job> delete_jobs(const std::vector<JobId>& ids);
    [[nodiscard]] const std::vector<store::Change>& changes() const { return changes_; }
    void set_paused(const std::optional<TenantId>& tenant, bool paused);
    [[nodiscard]] store::ActivePauses pauses() const;

    // --- executions
    Answer<store::Claimed> claim(const store::Claim& claim);
    Answer<std::optional<Instant>> rewind(Shard shard, Epoch epoch, Instant to);
    Answer<void> withdraw(Shard shard, Epoch epoch, const std::vector<ExecuteId>& ids);
    Answer<model::Execution> insert(model::Execution execution, store::NotifyLeader tell);
    void ask_cancel(const model::Execution& execution, const std::string& by);
    Answer<void> record_result(const ExecuteId& id, const std::string& result, store::NotifyLeader tell);
    store::Begun begin_attempt(const ExecuteId& id, int attempt, const model::Execution& after,
                               const std::optional<store::Slot>& slot,
                               const std::vector<store::Announcement>& announcements);
    bool finish(const store::Outcome& outcome);
    bool announce(const store::Outcome& outcome);
    [[nodiscard]] const model::Execution* find(const ExecuteId& id) const;
    /// Returns rows after `after_key`, in row order.
    [[nodiscard]] std::vector<model::Execution> unended(std::size_t limit, std::int64_t after_key) const;
    [[nodiscard]] std::vector<model::Execution> overdue(Instant due_before, std::size_t limit,
                                                        std::int64_t after_key) const;
    [[nodiscard]] std::vector<model::Execution> runs_of(const JobId& job, Instant from, Instant to) const;
    [[nodiscard]] std::size_t unended_count() const { return unended_.size(); }
    [[nodiscard]] const std::vector<MissedNote>& missed() const { return history_.missed; }

private:
    struct ShardRow {
        NodeId node;
        Epoch epoch{};
        std::optional<Instant> watermark{};
        ChangeNumber planned{};
        Session lock{Session::none};
    };
    struct NodeRow {
        Instant lease_until{};
        Millis clock_ahead{};
        bool can_lead{};
        Session session{Session::none};  // holds the lock of the name
    };
    struct Row {
        model::Execution execution;
        std::uint32_t life{};
    };

    [[nodiscard]] bool lives(Session session) const;
    Answer<void> fence(Shard shard, Epoch epoch, Fenced what);
    ChangeNumber add_change(std::string kind, const model::Job& job, const JobRow* before);
    void tell(std::string kind, const model::Execution& execution, const std::string& by);
    using Noted = std::vector<model::Event>;
    [[nodiscard]] Noted noted_of(const ExecuteId& id) const;
    void keep_notes(const ExecuteId& id, const Noted& noted);
    void tell(const ExecuteId& id, const std::vector<store::Announcement>& announcements, const Noted& noted);
    void note_job(const model::Job& job, bool deleted);
    bool compare_and_set(const ExecuteId& id, int attempt, bool from_executing, const model::Execution& after,
                         int next_attempt, const std::optional<store::Outcome::Owner>& owner);
    void insert_row(model::Execution execution);
    void note_missed(const store::Missed& missed);
    void disable_completed(const store::CompletedOneShot& completed);

    const Timeline& timeline_;
    const Millis lease_;
    const Millis claim_ahead_;
    History& history_;
    const Mutations mutations_;
    Millis ahead_{0};

    std::uint64_t last_session_{0};
    std::unordered_map<std::uint64_t, Instant> sessions_;  // last activity of each session
    std::vector<ShardRow> shards_;
    std::map<NodeId, NodeRow> nodes_;

    std::map<JobKey, JobRow> jobs_;
    std::unordered_map<JobId, JobKey> job_ids_;
    std::set<std::pair<TenantId, std::string>> names_;
    std::vector<store::Change> changes_;
    std::map<std::optional<TenantId>, Instant> pauses_;

    std::unordered_map<ExecuteId, Row> rows_;
    std::map<std::int64_t, ExecuteId> unended_;
    std::unordered_map<JobId, std::multimap<Instant, ExecuteId>> planned_;
    std::int64_t last_key_{0};
    std::map<std::pair<JobKey, Instant>, std::size_t> missed_places_;
    std::unordered_map<ExecuteId, std::string> slots_;
    std::unordered_map<std::string, std::uint32_t> slots_taken_;
};

}  // namespace ecron::sim
