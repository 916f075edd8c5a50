#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"
#include "ecron/store/store.hpp"

/// What really happened, for the checker: every committed transaction in commit order, and every call that a
/// target got. Instants are true time; nobody but the checker reads it.
namespace ecron::sim {

/// A job as a transaction left it; nothing: deleted.
struct JobVersion {
    Instant at{};
    std::uint64_t commit{};
    JobKey key{};
    ChangeNumber number{};
    Instant watermark{};  // of its shard, then
    std::optional<model::Job> job{};
    bool spent{false};  // disabled with the claim of its only run
};

/// A row of the executions from its insert to its deletion.
struct RowLife {
    ExecuteId id{};
    JobKey job{};
    model::Trigger trigger{};
    std::optional<Instant> nominal{};
    std::optional<Instant> due{};
    ChangeNumber revision{};
    std::string missed{};
    std::uint64_t inserted{};  // the commit
    Instant inserted_at{};
    std::uint64_t deleted{0};  // the commit; 0: it is still there
    model::ExecutionState state{};
    int attempt{};
    bool accepted{};
    std::string reason{};
    Instant changed_at{};
};

struct Transition {
    std::uint32_t row{};
    model::ExecutionState from{};
    model::ExecutionState to{};
    int attempt_before{};
    int attempt_after{};
    NodeId node{};  // whose it is afterwards
    Instant at{};
};

enum class Fenced : std::uint8_t { begin, claim, withdraw };
struct FencedCommit {
    Fenced what{};
    std::uint64_t commit{};
    Instant at{};
    Shard shard{};
    Epoch epoch{};
    Instant watermark{};  // after it
    ChangeNumber planned{};
};

struct MissedNote {
    store::Missed missed{};
    std::uint64_t commit{};
    Instant at{};
};

struct PauseSpan {
    std::optional<TenantId> tenant{};
    Instant from{};
    std::optional<Instant> to{};
    ChangeNumber resume{};  // where it has ended
};

/// A target was asked to run an attempt.
struct Call {
    ExecuteId id{};
    int attempt{};
    NodeId node{};
    Instant at{};
    std::optional<Instant> ended{};  // the node that made it learnt how it went
};

/// Something done to the world, for those who replay it.
struct Remark {
    Instant at{};
    std::string text{};
};

struct History {
    std::uint64_t commits{0};
    std::vector<JobVersion> jobs;
    std::vector<RowLife> rows;
    std::vector<Transition> transitions;
    std::vector<FencedCommit> fenced;
    std::vector<MissedNote> missed;
    std::vector<PauseSpan> pauses;
    std::vector<Call> calls;
    std::vector<Remark> remarks;
};

}  // namespace ecron::sim
