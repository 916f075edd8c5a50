#pragma once
#include <utility>

#include "ecron/analysis/scheduler.hpp"
#include "ecron/management/ports.hpp"

namespace ecron::management {

/// Implements the Runs port of the API with the scheduler.
class SchedulerRuns final : public Runs {
public:
    explicit SchedulerRuns(analysis::Scheduler& scheduler) : scheduler_(scheduler) {}

    [[nodiscard]] bool leads() const override { return scheduler_.leads(); }
    [[nodiscard]] bool takes_writes() const override { return scheduler_.takes_writes(); }
    [[nodiscard]] bool loaded() const override { return scheduler_.loaded(); }
    [[nodiscard]] NodeStanding standing() const override {
        analysis::SchedulerStanding standing = scheduler_.standing();
        return {.node = std::move(standing.node),
                .leading = std::move(standing.leading),
                .clock_ahead = standing.clock_ahead,
                .refuses_to_lead = standing.refuses_to_lead,
                .clock_jumped = standing.clock_jumped,
                .shards = standing.shards,
                .unled_shards = standing.unled_shards};
    }

    void job_changed(const model::Job& job) override { scheduler_.job_changed(job); }
    void job_deleted(const model::Job& job, std::string_view by) override { scheduler_.job_deleted(job, by); }
    void paused(std::optional<TenantId>, bool) override { scheduler_.paused(); }

    Awaitable<model::Execution> run_now(model::Job job, model::RunRequest request) override {
        return scheduler_.run_now(std::move(job), std::move(request));
    }
    Awaitable<model::Execution> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                       std::string by) override {
        return scheduler_.cancel(std::move(tenant), std::move(id), std::move(by));
    }
    Awaitable<void> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result) override {
        return scheduler_.callback(std::move(tenant), std::move(id), std::move(result));
    }

    [[nodiscard]] RunStatistics statistics() const override {
        const analysis::SchedulerStatistics counters = scheduler_.statistics();
        std::vector<JobSuccess> successes;
        for (const analysis::JobSuccess& one : counters.last_successes)
            successes.push_back({one.tenant, one.job, one.at});
        return {.claimed = counters.claimed,
                .started = counters.started,
                .succeeded = counters.succeeded,
                .failed = counters.failed,
                .abandoned = counters.abandoned,
                .interrupted = counters.interrupted,
                .missed = counters.missed,
                .withdrawn = counters.withdrawn,
                .lateness_bounds = {analysis::kLatenessBounds.begin(), analysis::kLatenessBounds.end()},
                .lateness_buckets = counters.lateness_buckets,
                .lateness_sum = counters.lateness_sum,
                .lag_seconds = counters.lag_seconds,
                .held_seconds = counters.held_seconds,
                .watermark_ahead_seconds = counters.watermark_ahead_seconds,
                .jobs = scheduler_.jobs(),
                .runs = scheduler_.runs(),
                .planner_bytes = scheduler_.planner_memory(),
                .tenant_lateness_bounds = {analysis::kTenantLatenessBounds.begin(),
                                           analysis::kTenantLatenessBounds.end()},
                .duration_bounds = {analysis::kDurationBounds.begin(), analysis::kDurationBounds.end()},
                .tenants = tenants_of(counters),
                .last_successes = std::move(successes),
                .overdue_jobs = counters.overdue_jobs,
                .failing_jobs = counters.failing_jobs};
    }

private:
    static Buckets buckets_of(const auto& histogram) {
        return {{histogram.counts.begin(), histogram.counts.end()}, histogram.sum};
    }
    static std::vector<TenantRuns> tenants_of(const analysis::SchedulerStatistics& counters) {
        std::vector<TenantRuns> tenants;
        for (const analysis::TenantStatistics& one : counters.tenants) {
            TenantRuns& tenant = tenants.emplace_back(one.tenant);
            for (const auto& [labels, count] : one.outcomes)
                tenant.outcomes.push_back({labels.first, labels.second, count});
            tenant.lateness = buckets_of(one.lateness);
            for (const auto& [outcome, durations] : one.durations)
                tenant.durations.emplace_back(outcome, buckets_of(durations));
        }
        return tenants;
    }

    analysis::Scheduler& scheduler_;
};

}  // namespace ecron::management
