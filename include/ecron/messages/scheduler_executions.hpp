#pragma once
#include <utility>

#include "ecron/analysis/scheduler.hpp"
#include "ecron/messages/executions.hpp"

namespace ecron::messages {

/// Implements the port with the scheduler.
class SchedulerExecutions final : public Executions {
public:
    explicit SchedulerExecutions(analysis::Scheduler& scheduler) : scheduler_(scheduler) {}

    [[nodiscard]] bool takes_writes() const override { return scheduler_.takes_writes(); }
    Awaitable<model::Execution> run_now(model::Job job, ExecuteId id) override {
        return scheduler_.run_now(std::move(job), {model::Trigger::message, std::move(id), {}});
    }
    Awaitable<void> succeeded(ExecuteId id, std::string result) override {
        return scheduler_.callback(std::nullopt, std::move(id), std::move(result));
    }
    Awaitable<void> interrupted(ExecuteId id) override {
        const auto cancelled = co_await scheduler_.cancel(std::nullopt, std::move(id), "a message");
        if (!cancelled) co_return std::unexpected(cancelled.error());
        co_return Result<void>{};
    }
    Awaitable<void> failed(ExecuteId id, bool given_up) override {
        return scheduler_.report_failure(std::move(id), given_up);
    }
    Awaitable<void> begin(ExecuteId id, int attempt) override {
        return scheduler_.begin_offered(std::move(id), attempt);
    }
    void look_at_changes() override { scheduler_.look_at_changes(); }

private:
    analysis::Scheduler& scheduler_;
};

}  // namespace ecron::messages
