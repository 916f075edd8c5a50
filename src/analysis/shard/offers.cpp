#include "analysis/shard/offers.hpp"

#include "ecron/base/log.hpp"

namespace ecron::analysis {
namespace {

constexpr Millis kNotHeard{5'000};  // pause after an offer that was not accepted
// After that a run is polled every second, like all remote executions.
constexpr Millis kYoung{5'000};
constexpr std::uint64_t kForeign = std::uint64_t{1} << 63U;  // beyond the range of planner numbers

}  // namespace

asio::awaitable<void> Offers::accept(model::Execution row) {
    if (Run* const run = shard_.runs.find(row.id)) {
        if (run->stage != Stage::offered || run->row.attempt != row.attempt || !run->stop_reason.empty())
            co_return;
        shard_.move(*run, Stage::starting);
        co_await starts_.begin_then_submit(run->id);
        co_return;
    }
    if (shard_.term.is_active() || shard_.orphans.find(row.id) != nullptr)
        co_return;  // this node is its leader and has the current state
    execution::TaskPtr task = co_await context_.task_of(row);
    if (task == nullptr || shard_.term.is_active() || shard_.orphans.find(row.id) != nullptr) co_return;
    const RunId id{kForeign | ++context_.foreign_runs};
    shard_.orphans.add(Run{.id = id,
                           .stage = Stage::starting,
                           .task = std::move(task),
                           .row = std::move(row),
                           .needs_begin = true});
    co_await starts_.begin_then_submit(id);
}

asio::awaitable<void> Offers::poll() {
    if (polling_ || !shard_.term.is_active()) co_return;
    polling_ = true;
    const auto is_out = [now = context_.clock.steady()](const Run& run) {
        if (!run.offered_at) return false;
        return run.stage == Stage::offered || (run.stage == Stage::remote && now - *run.offered_at < kYoung);
    };
    std::vector<ExecuteId> ids;
    for (const RunId id : shard_.runs.elsewhere())
        if (const Run& run = *shard_.runs.find(id); is_out(run)) ids.push_back(run.row.id);
    co_await recovery_.look_at_rows(std::move(ids), [this, is_out](Run& run, const model::Execution* row) {
        if (is_out(run)) looked_at(run, row);
    });
    polling_ = false;
}

void Offers::looked_at(Run& run, const model::Execution* row) {
    const bool begun = row == nullptr || row->attempt != run.row.attempt || row->accepted ||
                       row->state == model::ExecutionState::executing || model::is_end(row->state);
    if (run.stage == Stage::offered && !begun) {
        if (context_.clock.steady() - *run.offered_at > context_.options.spread_fallback) start_here(run);
        return;
    }
    if (run.stage == Stage::offered) {
        shard_.runs.move(run, Stage::remote);
        // The other node may have started it after the cancel request was published.
        if (!run.stop_reason.empty()) recovery_.request_stop(run);
    }
    recovery_.looked_at(run, row);
}

/// No node has started it.
void Offers::start_here(Run& run) {
    log::debug("offer not accepted execute_id={} attempt={}", run.row.id, run.row.attempt);
    context_.no_offers_until = context_.clock.steady() + kNotHeard;
    if (!run.stop_reason.empty()) return starts_.end_unstarted(run);
    shard_.move(run, Stage::starting);
    context_.gate.spawn("begin", starts_.begin_then_submit(run.id));
}

}  // namespace ecron::analysis
