#include "ecron/base/log.hpp"
#include "shard_scheduler.hpp"

/// Attempts offered to all nodes: the first node that receives an offer starts the attempt by compare-and-set
/// and writes its outcome. The leader polls the rows and starts what no node has started in time.
namespace ecron::analysis {
namespace {

constexpr Millis kNotHeard{5'000};  // pause after an offer that was not accepted
// After that a run is polled every second, like all remote executions.
constexpr Millis kYoung{5'000};
constexpr std::uint64_t kForeign = std::uint64_t{1} << 63U;  // beyond the range of planner numbers

}  // namespace

bool ShardScheduler::may_offer(const Run& run) const {
    const AttemptDispatcher* const dispatcher = context_.options.dispatcher;
    return dispatcher != nullptr && context_.live_nodes > 1 && !run.offered_at &&
           !is_resumed(run.row, run.task) && context_.clock.steady() >= context_.no_offers_until &&
           dispatcher->is_open();
}

void ShardScheduler::offer(Run& run) {
    move(run, Stage::offered);
    run.needs_begin = true;
    run.offered_at = context_.clock.steady();
    context_.options.dispatcher->publish(run.row.id, run.row.attempt);
}

/// An attempt that was offered by this or another node.
asio::awaitable<void> ShardScheduler::begin_offered(model::Execution row) {
    if (Run* const run = runs_.find(row.id)) {
        if (run->stage != Stage::offered || run->row.attempt != row.attempt || !run->stop_reason.empty())
            co_return;
        move(*run, Stage::starting);
        co_await begin_then_submit(run->id);
        co_return;
    }
    if (term_ || orphans_.find(row.id) != nullptr)
        co_return;  // this node is its leader and has the current state
    execution::TaskPtr task = co_await context_.task_of(row);
    if (task == nullptr || term_ || orphans_.find(row.id) != nullptr) co_return;
    const RunId id{kForeign | ++context_.foreign_runs};
    orphans_.add(Run{.id = id,
                     .stage = Stage::starting,
                     .task = std::move(task),
                     .row = std::move(row),
                     .needs_begin = true});
    co_await begin_then_submit(id);
}

asio::awaitable<void> ShardScheduler::look_at_offers() {
    if (looking_at_offers_ || !term_) co_return;
    looking_at_offers_ = true;
    const auto is_out = [now = context_.clock.steady()](const Run& run) {
        if (!run.offered_at) return false;
        return run.stage == Stage::offered || (run.stage == Stage::remote && now - *run.offered_at < kYoung);
    };
    std::vector<ExecuteId> ids;
    for (const RunId id : runs_.ids())
        if (const Run& run = *runs_.find(id); is_out(run)) ids.push_back(run.row.id);
    co_await look_at_rows(std::move(ids), [this, is_out](Run& run, const model::Execution* row) {
        if (is_out(run)) offer_looked_at(run, row);
    });
    looking_at_offers_ = false;
}

void ShardScheduler::offer_looked_at(Run& run, const model::Execution* row) {
    const bool begun = row == nullptr || row->attempt != run.row.attempt || row->accepted ||
                       row->state == model::ExecutionState::executing || model::is_end(row->state);
    if (run.stage == Stage::offered && !begun) {
        if (context_.clock.steady() - *run.offered_at > context_.options.spread_fallback) start_here(run);
        return;
    }
    if (run.stage == Stage::offered) {
        runs_.move(run, Stage::remote);
        // The other node may have started it after the cancel request was published.
        if (!run.stop_reason.empty())
            context_.gate.spawn("request cancel",
                                ask_cancel(run.row, kInternalCancelPrefix + run.stop_reason));
    }
    looked_at(run, row);
}

/// No node has started it.
void ShardScheduler::start_here(Run& run) {
    log::debug("offer not accepted execution={} attempt={}", run.row.id, run.row.attempt);
    context_.no_offers_until = context_.clock.steady() + kNotHeard;
    if (!run.stop_reason.empty()) return end_unstarted(run);
    move(run, Stage::starting);
    context_.gate.spawn("begin", begin_then_submit(run.id));
}

}  // namespace ecron::analysis
