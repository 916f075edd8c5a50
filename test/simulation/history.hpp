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

/// The actual events, for the checker: every committed transaction in commit order, and every call to a
/// target. Instants are true time; only the checker reads the history.
namespace ecron::sim {

/// A job after a transaction; nullopt: deleted.
struct JobVersion {
    Instant at{};
    std::uint64_t commit{};
    JobKey key{};
    ChangeNumber number{};
    Instant watermark{};     // of its shard at that time
    ChangeNumber planned{};  // by its shard at that time
    std::optional<model::Job> job{};
    bool spent{false};  // disabled with the claim of its only run
};

/// An execution row from insert to deletion.
struct RowLife {
    ExecuteId id{};
    JobKey job{};
    model::Trigger trigger{};
    std::optional<Instant> scheduled_at{};
    std::optional<Instant> due{};
    ChangeNumber revision{};
    std::string missed{};
    std::uint64_t inserted{};  // number of the commit
    Instant inserted_at{};
    std::uint64_t deleted{0};  // number of the commit; 0: not deleted
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
    NodeId node{};  // its owner afterwards
    Instant at{};
};

enum class Fenced : std::uint8_t { begin, claim, withdraw, rewind };
struct FencedCommit {
    Fenced what{};
    std::uint64_t commit{};
    Instant at{};
    Shard shard{};
    Epoch epoch{};
    Instant watermark{};  // after the commit
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
    ChangeNumber resume{};  // if it has ended
};

/// A target was called to run an attempt.
struct Call {
    ExecuteId id{};
    int attempt{};
    NodeId node{};
    Instant at{};
    std::optional<Instant> ended{};  // when the calling node learned the result
};

/// A committed announcement: `type` is the state or event.
struct Told {
    ExecuteId id{};
    std::string message_id{};
    std::string type{};
};

/// An event of the world, for replay output.
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
    std::vector<Told> told;
    std::vector<Remark> remarks;
};

}  // namespace ecron::sim
