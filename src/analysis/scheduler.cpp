#include "ecron/analysis/scheduler.hpp"

#include "scheduler_impl.hpp"

namespace ecron::analysis {

Scheduler::Scheduler(asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
                     SchedulerOptions options)
    : impl_(std::make_shared<Impl>(io, clock, store, pool, std::move(options))) {}
Scheduler::~Scheduler() = default;

asio::awaitable<void> Scheduler::run() { return impl_->run(); }
asio::awaitable<void> Scheduler::stop(Millis grace) { return impl_->stop(grace); }
bool Scheduler::leads() const { return impl_->leads(); }
bool Scheduler::takes_writes() const { return impl_->takes_writes(); }
bool Scheduler::loaded() const { return impl_->loaded(); }
SchedulerStanding Scheduler::standing() const { return impl_->standing(); }
void Scheduler::job_changed(const model::Job& job) { impl_->job_changed(job); }
void Scheduler::job_deleted(const model::Job& job, std::string_view by) { impl_->job_deleted(job, by); }
void Scheduler::paused() { impl_->look_at_changes(); }
void Scheduler::look_at_changes() { impl_->look_at_changes(); }
asio::awaitable<Result<model::Execution>> Scheduler::run_now(model::Job job, model::Trigger trigger,
                                                             std::optional<ExecuteId> id) {
    return impl_->run_now(std::move(job), trigger, std::move(id));
}
asio::awaitable<Result<model::Execution>> Scheduler::cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                            std::string by) {
    return impl_->cancel(std::move(tenant), std::move(id), std::move(by));
}
asio::awaitable<Result<void>> Scheduler::callback(std::optional<TenantId> tenant, ExecuteId id,
                                                  std::string result) {
    return impl_->callback(std::move(tenant), std::move(id), std::move(result));
}
asio::awaitable<Result<void>> Scheduler::report_failure(ExecuteId id, bool given_up) {
    return impl_->report_failure(std::move(id), given_up);
}
asio::awaitable<Result<void>> Scheduler::begin_offered(ExecuteId id, int attempt) {
    return impl_->begin_offered(std::move(id), attempt);
}
SchedulerStatistics Scheduler::statistics() const { return impl_->statistics(); }
std::size_t Scheduler::jobs() const { return impl_->jobs(); }
std::size_t Scheduler::runs() const { return impl_->runs(); }
std::size_t Scheduler::planner_memory() const { return impl_->planner_memory(); }

}  // namespace ecron::analysis
