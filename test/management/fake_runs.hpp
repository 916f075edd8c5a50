#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ecron/management/ports.hpp"

namespace ecron::management::test {

/// Records calls and returns what a test has prepared.
class FakeRuns final : public Runs {
public:
    bool leading{true};
    bool is_loaded{true};
    std::vector<std::string> heard;  // "changed ID", "deleted ID by CALLER", …
    std::vector<std::pair<model::Job, std::optional<ExecuteId>>> started;
    std::string traceparent{};                            // of the last request
    Result<model::Execution> answer{model::Execution{}};  // of run_now and cancel
    Result<void> callback_answer{};
    std::map<ExecuteId, TenantId> owners;  // executions that only their tenant may find

    [[nodiscard]] bool leads() const override { return leading; }
    [[nodiscard]] bool takes_writes() const override { return leading; }
    [[nodiscard]] bool loaded() const override { return is_loaded; }
    [[nodiscard]] NodeStanding standing() const override {
        return {.node = NodeId{"node-1"},
                .leading = {Shard{0}},
                .clock_ahead = Millis{20},
                .shards = 16,
                .unled_shards = 2};
    }
    void job_changed(const model::Job& job) override { heard.push_back("changed " + job.name); }
    void job_deleted(const model::Job& job, std::string_view by) override {
        heard.push_back("deleted " + job.name + " by " + std::string{by});
    }
    void paused(std::optional<TenantId> tenant, bool is_paused) override {
        heard.push_back((is_paused ? "paused " : "resumed ") + (tenant ? tenant->value() : "all"));
    }
    Awaitable<model::Execution> run_now(model::Job job, model::RunRequest request) override {
        const std::optional<ExecuteId> id = request.id;
        started.emplace_back(job, id);
        traceparent = request.traceparent;
        if (!answer) co_return std::unexpected(answer.error());
        model::Execution execution = *answer;
        execution.id = id.value_or(ExecuteId{"run-1"});
        execution.job_id = job.id;
        execution.job_name = job.name;
        execution.job_type = job.type;
        execution.tenant = job.tenant;
        co_return execution;
    }
    Awaitable<model::Execution> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                       std::string by) override {
        if (is_hidden(tenant, id)) co_return fail(Errc::not_found, {}, {"execute_id"});
        heard.push_back("cancel " + id.value() + " by " + by);
        co_return answer;
    }
    Awaitable<void> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result) override {
        if (is_hidden(tenant, id)) co_return fail(Errc::not_found, {}, {"execute_id"});
        heard.push_back("callback " + id.value() + " of " + (tenant ? tenant->value() : "all") + ": " +
                        result);
        co_return callback_answer;
    }
    [[nodiscard]] RunStatistics statistics() const override {
        return {.claimed = 5,
                .lateness_bounds = {0.001, 0.01},
                .lateness_buckets = {1, 2, 1},
                .lateness_sum = 1.5,
                .jobs = 3,
                .runs = 2,
                .planner_bytes = 1000,
                .tenant_lateness_bounds = {0.1},
                .duration_bounds = {1.0, 5.0},
                .tenants = {{.tenant = "me",
                             .outcomes = {{"abandon", "timeout", 2}},
                             .lateness = {{3, 1}, 0.75},
                             .durations = {{"success", {{1, 0, 1}, 8.5}}}}},
                .last_successes = {{"me", "backup", Instant{Seconds{1'700'000'000}}}},
                .overdue_jobs = 4,
                .failing_jobs = 6};
    }

private:
    [[nodiscard]] bool is_hidden(const std::optional<TenantId>& tenant, const ExecuteId& id) const {
        const auto owner = owners.find(id);
        return owner != owners.end() && tenant && owner->second != *tenant;
    }
};

}  // namespace ecron::management::test
