#pragma once
#include <string>

#include "ecron/analysis/ended_attempt.hpp"

namespace ecron::traces::test {

inline const std::string kRequested = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A successful first attempt of a scheduled HTTP job.
struct GivenAttempt {
    model::Execution execution{.id = ExecuteId{"0193aaaa-0000-8000-8000-000000000001"},
                               .job_id = JobId{"j1"},
                               .job_name = "backup",
                               .tenant = TenantId{"ops"}};
    model::Attempt record{.execute_id = ExecuteId{"0193aaaa-0000-8000-8000-000000000001"},
                          .number = 1,
                          .begin_at = from_unix_millis(1'767'225'600'123),
                          .end_at = from_unix_millis(1'767'225'601'456),
                          .node = NodeId{"node-1"},
                          .outcome = model::ExecutionState::success,
                          .code = 200};
    execution::Task task{.context = {.mode = model::Mode::https,
                                     .exec = "https://me:canary@target/run?key=canary",
                                     .method = "PUT"}};
    std::optional<Instant> due = from_unix_millis(1'767'225'600'100);

    [[nodiscard]] analysis::EndedAttempt ended() const { return {execution, record, &task, due}; }
};

}  // namespace ecron::traces::test
