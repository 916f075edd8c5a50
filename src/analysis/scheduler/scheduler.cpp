#include "ecron/analysis/scheduler.hpp"

#include <algorithm>
#include <unordered_set>

#include "analysis/election/campaign.hpp"
#include "analysis/scheduler/polling.hpp"
#include "analysis/scheduler/request_router.hpp"
#include "ecron/base/log.hpp"

namespace ecron::analysis {

/// The parts that concern all shards.
class Scheduler::Impl {
public:
    Impl(asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
         SchedulerOptions options)
        : context(io, clock, store, pool, std::move(options)) {
        context.read_changes = [this] { return feed.read(); };
        context.slot_freed = [this](const std::string& key) {
            for (const auto& shard : shards) shard->starts().slot_freed(key);
        };
    }
    asio::awaitable<void> run();
    asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] std::size_t overdue_jobs() const;

    SchedulerContext context;
    Shards shards{context};
    ChangeFeed feed{context, shards, [this] { campaign.notify(); }};
    Campaign campaign{context, shards, feed};
    Polling polling{context, shards, feed};
    RequestRouter router{context, shards, feed};
};

/// Looks at every run of the led shards, unless all of them only wait for a retry or a callback.
std::size_t Scheduler::Impl::overdue_jobs() const {
    constexpr Seconds kOverdue{60};
    std::unordered_set<JobKey> jobs;
    if (context.runs.present() == 0) return 0;
    for (const auto& shard : shards)
        if (shard->leads()) shard->add_overdue(kOverdue, jobs);
    return jobs.size();
}

asio::awaitable<void> Scheduler::Impl::run() {
    context.gate.spawn("changes", feed.run());
    context.gate.spawn("cluster", polling.watch_cluster());
    context.gate.spawn("reconcile", polling.reconcile());
    if (context.store.listings != nullptr) context.gate.spawn("failing jobs", polling.count_failing());
    if (context.options.nodes == store::Nodes::many) context.gate.spawn("lease", campaign.guard_lease());
    if (context.options.dispatcher != nullptr) context.gate.spawn("offers", polling.watch_offers());
    co_await campaign.run();
}

asio::awaitable<void> Scheduler::Impl::stop(Millis grace) {
    context.stopping = true;
    campaign.notify();  // announces to the other nodes immediately that this node no longer leads
    log::info("draining executions={}", context.runs.all());
    for (const auto& shard : shards)
        if (shard->in_term()) shard->release();
    const auto ended = [this] {
        return std::ranges::none_of(shards, [](const auto& shard) { return shard->in_term(); });
    };
    while (!ended()) co_await context.progress.wait(Millis{10});
    // Leadership that was lost before the drain began.
    for (const auto& shard : shards) shard->abandon_term();

    for (const auto& shard : shards) shard->outcomes().abandon_attempts(Outcomes::Abandon::what_goes_on);
    const SteadyInstant deadline = context.clock.steady() + grace;
    const auto busy = [this] { return context.pool.running() + context.pool.waiting() > 0; };
    while (busy() && context.clock.steady() < deadline) co_await context.progress.wait(Millis{50});
    for (const auto& shard : shards) shard->outcomes().abandon_attempts(Outcomes::Abandon::all);
    context.over = true;
    campaign.notify();
    feed.notify();
    polling.notify();
    co_await context.gate.close();
    NodeId self = context.options.node;
    const Result<void> left = co_await context.store.election->leave(std::move(self));
    if (!left) log::warn("failed to end lease: error={}", left.error().what);
}

Scheduler::Scheduler(asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
                     SchedulerOptions options)
    : impl_(std::make_shared<Impl>(io, clock, store, pool, std::move(options))) {}
Scheduler::~Scheduler() = default;

asio::awaitable<void> Scheduler::run() { return impl_->run(); }
asio::awaitable<void> Scheduler::stop(Millis grace) { return impl_->stop(grace); }
bool Scheduler::leads() const { return impl_->shards.are_led(); }
bool Scheduler::takes_writes() const { return impl_->feed.is_loaded(); }
bool Scheduler::loaded() const { return impl_->campaign.is_ready() || leads(); }

SchedulerStanding Scheduler::standing() const {
    const SchedulerContext& context = impl_->context;
    SchedulerStanding standing{.node = context.options.node,
                               .clock_jumped = !context.clock_check.is_believed()};
    impl_->campaign.describe(standing);
    for (const auto& shard : impl_->shards)
        if (shard->leads()) standing.leading.push_back(shard->id());
    return standing;
}

void Scheduler::job_changed(const model::Job& job) { impl_->feed.job_changed(job); }
void Scheduler::job_deleted(const model::Job& job, std::string_view by) {
    impl_->router.job_deleted(job, by);
}
void Scheduler::paused() { impl_->feed.notify(); }
void Scheduler::look_at_changes() { impl_->feed.notify(); }
asio::awaitable<Result<model::Execution>> Scheduler::run_now(model::Job job, model::RunRequest request) {
    return impl_->router.run_now(std::move(job), std::move(request));
}
asio::awaitable<Result<model::Execution>> Scheduler::cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                            std::string by) {
    return impl_->router.cancel(std::move(tenant), std::move(id), std::move(by));
}
asio::awaitable<Result<void>> Scheduler::callback(std::optional<TenantId> tenant, ExecuteId id,
                                                  std::string result) {
    return impl_->router.callback(std::move(tenant), std::move(id), std::move(result));
}
asio::awaitable<Result<void>> Scheduler::report_failure(ExecuteId id, bool given_up) {
    return impl_->router.report_failure(std::move(id), given_up);
}
asio::awaitable<Result<void>> Scheduler::begin_offered(ExecuteId id, int attempt) {
    return impl_->router.begin_offered(std::move(id), attempt);
}

SchedulerStatistics Scheduler::statistics() const {
    SchedulerStatistics statistics = impl_->context.statistics;
    statistics.lateness_buckets = impl_->context.lateness.buckets();
    statistics.lateness_sum = impl_->context.lateness.sum();
    statistics.tenants = impl_->context.signals.tenants();
    statistics.last_successes = impl_->context.signals.last_successes();
    statistics.failing_jobs = impl_->polling.failing_jobs();
    statistics.overdue_jobs = impl_->overdue_jobs();
    for (const auto& shard : impl_->shards) {
        const double lag = std::chrono::duration<double>(shard->loop().lag()).count();
        const double held = std::chrono::duration<double>(shard->loop().held_for()).count();
        statistics.lag_seconds = std::max(statistics.lag_seconds, lag);
        const double ahead = std::chrono::duration<double>(shard->loop().watermark_ahead()).count();
        statistics.held_seconds = std::max(statistics.held_seconds, held);
        statistics.watermark_ahead_seconds = std::max(statistics.watermark_ahead_seconds, ahead);
    }
    return statistics;
}

std::size_t Scheduler::jobs() const { return impl_->shards.jobs(); }
std::size_t Scheduler::runs() const { return impl_->context.runs.all(); }

std::size_t Scheduler::planner_memory() const {
    std::size_t bytes = 0;
    for (const auto& shard : impl_->shards) bytes += shard->memory();
    return bytes;
}

}  // namespace ecron::analysis
