#pragma once
#include <functional>

#include "analysis/scheduler/plan_change.hpp"
#include "analysis/scheduler/shards.hpp"

namespace ecron::analysis {

/// State that every node keeps, leader or not: the jobs of all shards, read once, and all their later
/// changes.
class ChangeFeed {
public:
    /// `on_loaded` is called when the jobs of shards have been loaded.
    ChangeFeed(SchedulerContext& context, Shards& shards, std::function<void()> on_loaded)
        : context_(context),
          shards_(shards),
          on_loaded_(std::move(on_loaded)),
          wake_(context.io) {}

    asio::awaitable<void> run();
    /// The change log may have new entries.
    void notify() { wake_.notify(); }
    [[nodiscard]] bool is_loaded() const { return loaded_; }  // the jobs of all shards, at least once
    /// Reads new entries of the change log. Returns false if the store did not respond.
    asio::awaitable<bool> read();
    /// The API has changed a job. A change that arrives out of order is left to the change log, so that none
    /// is planned without its predecessors, and so is one of a large job.
    void job_changed(const model::Job& job);

private:
    asio::awaitable<bool> load();
    asio::awaitable<bool> recall_pauses(ChangeNumber planned, std::vector<bool> wanted);
    asio::awaitable<bool> load_jobs(std::vector<bool> wanted);
    asio::awaitable<bool> read_missing_changes(std::vector<bool> wanted);
    asio::awaitable<std::optional<std::vector<ChangedJob>>> jobs_of(
        const std::vector<store::Change>& changes);
    void take_change(const store::Change& change, const std::vector<ChangedJob>& jobs);
    void take_pause(const store::Change& change, const std::vector<bool>& wanted);
    void take_job_change(const store::Change& change, const std::vector<ChangedJob>& jobs);

    SchedulerContext& context_;
    Shards& shards_;
    const std::function<void()> on_loaded_;
    Wakeup wake_;
    bool loaded_{false};
};

}  // namespace ecron::analysis
