#pragma once
#include <set>

#include "ecron/store/store.hpp"
#include "simulation/database.hpp"
#include "simulation/link.hpp"
#include "simulation/process.hpp"

namespace ecron::sim {

/// Mutations between scheduler and database, to test that the checker notices.
struct StoreMutations {
    bool hasty_watermark{false};  // a claim moves the watermark past occurrences of later batches
    bool ends_withdrawn{false};   // a withdrawn row is ended instead of deleted
    bool recovers_from_update{
        false};  // jobs are planned from their last update instead of the start of their schedule
    bool drops_refused{false};  // an outcome with a rejected payload is dropped
    bool keeps_permits{false};  // a round permits starts for as long as the session is believed to live
};

/// The store of one process: the common database behind a connection that may fail. Functions that the
/// scheduler does not use return `internal`.
class ModelStore final : public store::Store,
                         public store::Election,
                         public store::JobStore,
                         public store::ChangeLog,
                         public store::ExecutionStore,
                         public store::ExecutionReports,
                         public store::ExecutionQueries,
                         public store::Pauses {
public:
    ModelStore(Process& process, const Clock& clock, Database& database, Link& link,
               StoreMutations mutations);
    ~ModelStore() override;

    void close() override {}
    /// The process was killed: the locks are released once the server notices.
    void killed();
    /// The server ends the session, and the process notices in its next round.
    void session_ended() { database_.disconnect(session_); }

    store::Awaitable<store::ElectionState> campaign(store::CampaignRound round) override;
    [[nodiscard]] bool leads(Shard shard) const override;
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const override { return beat_; }
    [[nodiscard]] bool permits_starts(Shard shard, Epoch epoch) const override;
    store::Awaitable<store::Term> begin_term(Shard shard, NodeId node) override;
    store::Awaitable<void> end_term(Shard shard) override;
    store::Awaitable<void> leave(NodeId node) override;
    store::Awaitable<store::Cluster> cluster() override;

    store::Awaitable<std::size_t> load_plans(std::function<void(const store::StoredPlan&)> each) override;
    store::Awaitable<std::vector<model::Execution>> unended(std::size_t limit,
                                                            std::int64_t after_key) override;
    store::Awaitable<std::vector<model::Execution>> overdue(Instant due_before, std::size_t limit,
                                                            std::int64_t after_key) override;

    using JobStore::create_job;
    store::Awaitable<model::Job> create_job(model::Job job, std::string plan,
                                            std::optional<store::AuditEntry> audit) override;
    store::Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job, std::string plan,
                                             std::optional<ChangeNumber> if_match) override;
    store::Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                          std::vector<JobId> ids) override;
    store::Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant,
                                                          std::vector<JobId> ids, bool enabled) override;
    store::Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId>, std::vector<JobId>,
                                                          std::string) override;
    store::Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) override;
    store::Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                        std::vector<JobId> ids) override;
    store::Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) override;
    store::Awaitable<std::vector<model::Job>> list_jobs(store::JobFilter filter) override;
    store::Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant,
                                              std::optional<Instant> created_from,
                                              std::optional<Instant> created_until) override;
    store::Awaitable<std::vector<store::Change>> changes_after(ChangeNumber number,
                                                               std::size_t limit) override;
    store::Awaitable<std::vector<store::Change>> changes_of(JobId job, TenantId tenant,
                                                            std::size_t limit) override;
    store::Awaitable<std::vector<store::Missed>> missed_of(JobKey job, Instant from, Instant to) override;

    store::Awaitable<store::Claimed> claim(store::Claim claim) override;
    store::Awaitable<std::optional<Instant>> rewind(Shard shard, Epoch epoch, Instant to) override;
    store::Awaitable<void> withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids) override;
    store::Awaitable<model::Execution> insert_execution(model::Execution execution,
                                                        store::NotifyLeader tell) override;
    store::Awaitable<void> ask_cancel(model::Execution execution, std::string by) override;
    store::Awaitable<store::Begun> begin_attempt(ExecuteId id, int attempt, model::Execution after,
                                                 std::optional<store::Slot> slot,
                                                 std::vector<store::Announcement> announcements) override;
    store::Awaitable<bool> announce(store::Outcome outcome) override;
    store::Awaitable<bool> finish(store::Outcome outcome) override;

    store::Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                                     ExecuteId id) override;
    store::Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) override;
    store::Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) override;
    store::Awaitable<std::vector<model::Execution>> list_executions(store::ExecutionFilter filter) override;
    store::Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) override;
    store::Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                            std::vector<model::Execution> executions,
                                                            store::Announcements announcements) override;
    store::Awaitable<void> record_result(ExecuteId id, std::string result, store::NotifyLeader tell) override;
    store::Awaitable<bool> end_history(ExecuteId id, model::ExecutionState end, std::string reason) override;

    store::Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) override;
    store::Awaitable<store::ActivePauses> pauses() override;

    [[nodiscard]] store::Health health() const override { return {.available = true}; }
    [[nodiscard]] store::Statistics statistics() const override { return {}; }
    [[nodiscard]] const std::string& id_key() const override;

private:
    /// One request; `carry_out` is a database transaction that runs at its commit.
    template <class T, class CarryOut> store::Awaitable<T> ask(Link::Kind kind, CarryOut carry_out);
    /// Returns why the database permanently rejects an outcome as it is; nullopt if it does not.
    [[nodiscard]] static std::optional<Error> refusal_of(const store::Outcome& outcome);
    void lose_session();
    void learn(std::size_t shard, Epoch epoch);

    Process& process_;
    const Clock& clock_;
    Database& database_;
    Link& link_;
    const StoreMutations mutations_;

    Database::Session session_{Database::Session::none};
    std::set<Shard> held_;
    std::optional<SteadyInstant> beat_;
    std::vector<Epoch> epochs_;  // newest known term of each shard
    std::optional<SteadyInstant> renewed_;
    bool told_can_lead_{false};
};

}  // namespace ecron::sim
