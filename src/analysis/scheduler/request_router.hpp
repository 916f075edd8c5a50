#pragma once
#include "analysis/scheduler/change_feed.hpp"

namespace ecron::analysis {

/// Routes notifications and requests of the API: handled here if this node leads the job's shard, otherwise
/// through the change log.
class RequestRouter {
public:
    RequestRouter(SchedulerContext& context, Shards& shards, ChangeFeed& feed)
        : context_(context),
          shards_(shards),
          feed_(feed) {}

    // As Scheduler declares them.
    void job_deleted(const model::Job& job, std::string_view by);
    asio::awaitable<Result<model::Execution>> run_now(model::Job job, model::RunRequest request);
    asio::awaitable<Result<model::Execution>> cancel(std::optional<TenantId> tenant, ExecuteId id,
                                                     std::string by);
    asio::awaitable<Result<void>> callback(std::optional<TenantId> tenant, ExecuteId id, std::string result);
    asio::awaitable<Result<void>> report_failure(ExecuteId id, bool given_up);
    asio::awaitable<Result<void>> begin_offered(ExecuteId id, int attempt);

private:
    asio::awaitable<Result<model::Execution>> request_run(model::Job job, model::RunRequest request);
    asio::awaitable<Result<model::Execution>> same_execution(TenantId tenant, JobId job, ExecuteId id,
                                                             Error conflict);
    asio::awaitable<Result<model::Execution>> wait_for_end(std::optional<TenantId> tenant, ExecuteId id);

    SchedulerContext& context_;
    Shards& shards_;
    ChangeFeed& feed_;
};

}  // namespace ecron::analysis
