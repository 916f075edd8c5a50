#pragma once
#include <deque>

#include "analysis/scheduler/plan_change.hpp"
#include "analysis/shard/claims.hpp"

namespace ecron::analysis {

/// A loaded job and the instant from which it is planned.
struct LoadedJob {
    PlannedJob job;
    Instant from;
    std::optional<Instant> claimed{};
};

/// The end of a pause of one tenant or of all.
struct Resume {
    ChangeNumber number{};
    std::optional<Group> tenant{};
    Instant at{};
    std::optional<Instant> since{};
};

/// Follower mode: the shard's jobs are loaded once, changes come from the change log, and the planner is kept
/// at the stored watermark. A takeover therefore needs only what came after the watermark.
class Follower {
public:
    Follower(ShardState& shard, Claims& claims, MissedRecords& missed)
        : context_(shard.context),
          shard_(shard),
          claims_(claims),
          missed_(missed) {}

    // --- loading
    void begin_load(const store::ShardState& state);
    void put(const std::vector<LoadedJob>& jobs);
    asio::awaitable<void> end_load();
    [[nodiscard]] bool is_loaded() const { return loaded_; }
    [[nodiscard]] const store::ShardState& position() const { return position_; }

    // --- changes
    /// The leader plans a change immediately. A follower keeps it until the leader has recorded that it
    /// planned the change, because the leader may have used the previous definition up to its watermark.
    void changed(const PlanChange& change);
    void pause(std::optional<Group> tenant, std::optional<Instant> since);
    void resume(const Resume& resume);

    // --- the leader's progress
    [[nodiscard]] bool is_advancing() const { return advancing_; }
    asio::awaitable<void> follow(store::ShardState state);
    /// A term begins: plans from the last leader's watermark, and the changes that it had not recorded as
    /// planned.
    asio::awaitable<void> lead_from(store::Term term);
    /// Returns true if the planner has followed or led beyond an instant, to which it cannot return.
    [[nodiscard]] bool has_passed(Instant watermark) const {
        return position_.watermark && *position_.watermark > watermark;
    }
    /// The jobs must be loaded again.
    void unload() { loaded_ = false; }
    /// The term ended. The planner must be reloaded unless everything that it decided and received is stored.
    void drop(bool committed);
    /// Returns true if every change that the planner received is recorded as planned.
    [[nodiscard]] bool has_recorded_changes() const { return shard_.term->planned >= applied_; }

private:
    void apply_until(ChangeNumber planned);
    void replay_since(const store::Term& term);
    void load_replaced(const store::Term& term);
    void replay_from(const Resume& resume);
    asio::awaitable<void> skip_until(Instant watermark);

    SchedulerContext& context_;
    ShardState& shard_;
    Claims& claims_;
    MissedRecords& missed_;
    bool loaded_{false};
    bool advancing_{false};           // the planner is advancing to a watermark
    store::ShardState position_;      // how far the planner has followed another leader
    std::deque<PlanChange> pending_;  // changes that the leader has not recorded as planned
    std::deque<Resume> pending_resumes_;
    ChangeNumber applied_{};  // the newest change that this term's planner received directly
};

}  // namespace ecron::analysis
