#pragma once
#include "ecron/store/store.hpp"
#include "store/writer.hpp"

/// What reaches the leader of a job's shard through the change log, and is no change of a job.
namespace ecron::store {

/// Writes one change for each execution, in the transaction that runs.
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
