#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "ecron/store/store.hpp"
#include "management/fake_audit.hpp"
#include "management/fake_outbox.hpp"

namespace ecron::management::test {

/// A store in memory with the behavior of the real one that the API depends on. Calls that the API never
/// makes return an error.
class FakeStore final : public store::Store {
public:
    std::vector<model::Job> jobs;  // oldest first
    std::vector<model::Execution> executions;
    std::vector<model::Attempt> tries;
    store::Store::Pauses paused;
    store::Cluster state_of_cluster;
    std::vector<Shard> led;
    std::vector<store::Change> history;  // newest first
    std::vector<store::Missed> summaries;
    store::Health state{.available = true};
    std::int64_t changes{0};
    bool away{false};                       // every call answers unavailable
    std::optional<int> pages_until_away{};  // of executions
    FakeOutbox letters;
    store::Announcements announced;  // with the last statuses put
    FakeAudit audited;

    void close() override {}
    Awaitable<store::ElectionState> campaign(store::CampaignRound) override {
        return unused<store::ElectionState>();
    }
    [[nodiscard]] bool leads(Shard shard) const override {
        return std::ranges::find(led, shard) != led.end();
    }
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const override { return std::nullopt; }
    Awaitable<store::Term> begin_term(Shard, NodeId) override { return unused<store::Term>(); }
    Awaitable<void> end_term(Shard) override { return unused<void>(); }
    Awaitable<void> leave(NodeId) override { return unused<void>(); }
    Awaitable<store::Cluster> cluster() override;
    Awaitable<std::size_t> load_plans(std::function<void(const store::StoredPlan&)>) override {
        return unused<std::size_t>();
    }
    Awaitable<std::vector<model::Execution>> unended(std::size_t, std::int64_t) override {
        return unused<std::vector<model::Execution>>();
    }
    Awaitable<std::vector<model::Execution>> under_way(Instant, std::size_t, std::int64_t) override {
        return unused<std::vector<model::Execution>>();
    }

    Awaitable<model::Job> create_job(model::Job job, std::string plan) override;
    Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job, std::string plan,
                                      std::optional<ChangeNumber> if_match) override;
    Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                   std::vector<JobId> ids) override;
    Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                                   bool enabled) override;
    Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                                   std::string webhook) override;
    Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) override;
    Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                 std::vector<JobId> ids) override;
    Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) override;
    Awaitable<std::vector<model::Job>> list_jobs(store::JobFilter filter) override;
    Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant, std::optional<Instant> created_from,
                                       std::optional<Instant> created_until) override;
    Awaitable<std::vector<store::Change>> changes_after(ChangeNumber, std::size_t) override {
        return unused<std::vector<store::Change>>();
    }
    Awaitable<std::vector<store::Change>> changes_of(JobId job, TenantId tenant, std::size_t limit) override;
    Awaitable<std::vector<store::Missed>> missed_of(JobKey job, Instant from, Instant to) override;

    Awaitable<store::Claimed> claim(store::Claim) override { return unused<store::Claimed>(); }
    Awaitable<std::optional<Instant>> rewind(Shard, Epoch, Instant) override {
        return unused<std::optional<Instant>>();
    }
    Awaitable<void> withdraw(Shard, Epoch, std::vector<ExecuteId>) override { return unused<void>(); }
    Awaitable<model::Execution> insert_execution(model::Execution, store::NotifyLeader) override {
        return unused<model::Execution>();
    }
    Awaitable<void> ask_cancel(model::Execution, std::string) override { return unused<void>(); }
    Awaitable<store::Begun> begin_attempt(ExecuteId, int, model::Execution, std::optional<store::Slot>,
                                          std::vector<store::Announcement>) override {
        return unused<store::Begun>();
    }
    Awaitable<bool> finish(store::Outcome) override { return unused<bool>(); }

    Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                              ExecuteId id) override;
    Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) override;
    Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) override;
    Awaitable<std::optional<model::Execution>> latest_execution(std::optional<TenantId> tenant,
                                                                JobId job) override;
    Awaitable<std::vector<model::Execution>> list_executions(store::ExecutionFilter filter) override;
    Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) override;
    Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                     std::vector<model::Execution> given,
                                                     store::Announcements announcements) override;
    Awaitable<void> record_result(ExecuteId, std::string, store::NotifyLeader) override {
        return unused<void>();
    }

    Awaitable<void> set_paused(std::optional<TenantId> tenant, bool is_paused) override;
    Awaitable<Pauses> pauses() override;

    Awaitable<store::Trimmed> trim_history(store::HistoryRule, JobId) override {
        return unused<store::Trimmed>();
    }
    [[nodiscard]] store::Outbox& outbox() override { return letters; }
    [[nodiscard]] store::AuditLog& audit() override { return audited; }

    [[nodiscard]] store::Health health() const override { return state; }
    [[nodiscard]] store::Statistics statistics() const override {
        return {.transactions = 7, .commit_seconds = 0.25};
    }
    [[nodiscard]] const std::string& id_key() const override { return key_; }

private:
    template <class T> Awaitable<T> unused() { co_return fail(Errc::internal, "unexpected call of the API"); }
    std::vector<model::Job*> of(const std::optional<TenantId>& tenant, const std::vector<JobId>& ids);

    std::string key_{"a key of the first migration"};
    std::int64_t last_key_{0};
};

}  // namespace ecron::management::test
