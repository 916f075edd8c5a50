#include "analysis/shard/shard_state.hpp"

#include <algorithm>

namespace ecron::analysis {
namespace {

constexpr int kStepsAhead = 10;  // a claim is made at least nine tenths of claim_ahead before its due time

PlannerOptions planner_options(Millis claim_ahead) {
    return {.claim_ahead = claim_ahead, .claim_step = std::max(claim_ahead / kStepsAhead, Millis{1})};
}

}  // namespace

ShardState::ShardState(SchedulerContext& node, Shard shard)
    : context(node),
      id(shard),
      wake(node.io),
      planner(node.clock.now(), planner_options(node.options.claim_ahead)),
      runs(node.runs, node.interner),
      orphans(node.runs, node.interner) {}

Run* ShardState::find(RunId run) {
    Run* const found = runs.find(run);
    return found != nullptr ? found : orphans.find(run);
}

Run* ShardState::find(const ExecuteId& execution) {
    Run* const found = runs.find(execution);
    return found != nullptr ? found : orphans.find(execution);
}

void ShardState::move(Run& run, Stage stage) { (is_orphan(run.id) ? orphans : runs).move(run, stage); }

JobPolicy ShardState::policy_of(const execution::Task& task) const {
    return analysis::policy_of(task.context.plan, task.job_type, task.tenant.value(), context.options.policy,
                               context.interner);
}

}  // namespace ecron::analysis
