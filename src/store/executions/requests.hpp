#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

/// Requests to the leader of a job's shard that are sent through the change log and do not change the job.
namespace ecron::store {

/// Writes one change for each execution, in the running transaction.
void tell_leader(Session& session, std::string_view kind, std::span<const model::Execution* const> executions,
                 std::string_view by = {});

class AskCancel final : public Answering<Write, void> {
public:
    AskCancel(model::Execution execution, std::string by)
        : Answering(WriteKind::others),
          execution_(std::move(execution)),
          by_(std::move(by)) {}
    void apply(Session& session) override;

private:
    model::Execution execution_;
    std::string by_;
};

}  // namespace ecron::store
