#pragma once
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "ecron/store/insights.hpp"
#include "ecron/store/store.hpp"
#include "management/fake_audit.hpp"
#include "management/fake_dead_letters.hpp"

namespace ecron::management::test {

/// A store in memory with the behavior of the real one that the API depends on. Calls that the API never
/// makes return an error.
class FakeStore final : public store::Store,
                        public store::Election,
                        public store::JobStore,
                        public store::ChangeLog,
                        public store::ExecutionReports,
                        public store::ExecutionQueries,
                        public store::Listings,
                        public store::Insights,
                        public store::Pauses {
public:
    FakeStore() {
        Store::election = this;
        Store::jobs = this;
        Store::changes = this;
        Store::reports = this;
        Store::queries = this;
        Store::listings = this;
        Store::insights = this;
        Store::pauses = this;
        Store::dead_letters = &letters;
        Store::audit = &audited;
    }

    std::vector<model::Job> jobs;             // oldest first
    std::deque<model::Execution> executions;  // a reference to one stays valid when another is added
    std::vector<model::Attempt> tries;
    store::ActivePauses paused;
    store::Cluster state_of_cluster;
    std::vector<Shard> led;
    std::vector<store::Change> history;  // newest first
    std::vector<store::Missed> summaries;
    store::Health state{.available = true};
    std::int64_t changes{0};
    std::vector<store::Change> log;         // of jobs, oldest first
    int loads{0};                           // of all plans
    bool away{false};                       // every call answers unavailable
    std::optional<int> pages_until_away{};  // of executions
    int races{0};                           // number of replacements that another client's change precedes
    int names_appear{0};  // number of creations that another client's job of that name precedes
    FakeDeadLetters letters;
    store::JobSearch searched;  // the last search
    std::optional<store::JobPlace> search_stops_at{};
    std::vector<store::LastRunsQuery> run_reads;  // of the last runs of jobs
    std::vector<store::FailingJob> failures;      // of any tenant
    store::Incidents wrong;                       // of any tenant
    store::HistoryQuery history_read;             // the last one
    store::History counted;
    std::size_t watches{0};          // reads of executions that are watched
    store::Announcements announced;  // with the last statuses put
    FakeAudit audited;

    void close() override {}
    store::Awaitable<store::ElectionState> campaign(store::CampaignRound) override {
        return unused<store::ElectionState>();
    }
    [[nodiscard]] bool leads(Shard shard) const override {
        return std::ranges::find(led, shard) != led.end();
    }
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const override { return std::nullopt; }
    [[nodiscard]] bool permits_starts(Shard, Epoch) const override { return false; }
    store::Awaitable<store::Term> begin_term(Shard, NodeId) override { return unused<store::Term>(); }
    store::Awaitable<void> end_term(Shard) override { return unused<void>(); }
    store::Awaitable<void> leave(NodeId) override { return unused<void>(); }
    store::Awaitable<store::Cluster> cluster() override;
    store::Awaitable<std::size_t> load_plans(std::function<void(const store::StoredPlan&)> each) override;
    store::Awaitable<std::vector<model::Execution>> unended(std::size_t, std::int64_t) override {
        return unused<std::vector<model::Execution>>();
    }
    store::Awaitable<std::vector<model::Execution>> overdue(Instant, std::size_t, std::int64_t) override {
        return unused<std::vector<model::Execution>>();
    }

    using JobStore::create_job;
    store::Awaitable<model::Job> create_job(model::Job job, std::string plan,
                                            std::optional<store::AuditEntry> audit) override;
    store::Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job, std::string plan,
                                             std::optional<ChangeNumber> if_match) override;
    store::Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                          std::vector<JobId> ids) override;
    store::Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant,
                                                          std::vector<JobId> ids, bool enabled) override;
    store::Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant,
                                                          std::vector<JobId> ids,
                                                          std::string webhook) override;
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

    store::Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                                     ExecuteId id) override;
    store::Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) override;
    store::Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) override;
    store::Awaitable<std::vector<model::Execution>> list_executions(store::ExecutionFilter filter) override;
    store::Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) override;
    store::Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                            std::vector<model::Execution> given,
                                                            store::Announcements announcements) override;
    store::Awaitable<void> record_result(ExecuteId, std::string, store::NotifyLeader) override {
        return unused<void>();
    }
    store::Awaitable<bool> end_history(ExecuteId, model::ExecutionState, std::string) override {
        return unused<bool>();
    }

    store::Awaitable<store::WatchedExecutions> watch_executions(store::ExecutionWatch watch) override;
    store::Awaitable<store::JobPage> search_jobs(store::JobSearch search) override;
    store::Awaitable<store::ExecutionPage> search_executions(store::ExecutionSearch search) override;
    store::Awaitable<std::vector<store::MissedSummary>> search_missed(store::MissedSearch search) override;
    store::Awaitable<std::int64_t> count_failing() override;
    store::Awaitable<store::JobCounts> count_by_state(std::optional<TenantId> tenant) override;

    store::Awaitable<std::vector<std::vector<store::ExecutionSummary>>> last_runs(
        store::LastRunsQuery query) override;
    store::Awaitable<store::History> count_history(store::HistoryQuery query) override;
    store::Awaitable<std::vector<store::FailingJob>> failing_jobs(std::optional<TenantId> tenant,
                                                                  std::size_t limit) override;
    store::Awaitable<std::vector<store::ExecutionSummary>> longest_running(std::optional<TenantId> tenant,
                                                                           std::size_t limit) override;
    store::Awaitable<store::Incidents> incidents(store::IncidentQuery query) override;

    store::Awaitable<void> set_paused(std::optional<TenantId> tenant, bool is_paused) override;
    store::Awaitable<store::ActivePauses> pauses() override;

    [[nodiscard]] store::Health health() const override { return state; }
    [[nodiscard]] store::Statistics statistics() const override {
        return {.transactions = 7, .commit_seconds = 0.25};
    }
    [[nodiscard]] const std::string& id_key() const override { return key_; }

private:
    template <class T> store::Awaitable<T> unused() {
        co_return fail(Errc::internal, "unexpected call of the API");
    }
    ChangeNumber changed(const model::Job& job);  // writes to the log
    std::vector<model::Job*> of(const std::optional<TenantId>& tenant, const std::vector<JobId>& ids);

    std::string key_{"a key of the first migration"};
    std::int64_t last_key_{0};
};

}  // namespace ecron::management::test
