#pragma once
#include "store/world.hpp"

namespace ecron::store::test {

/// A store whose executions a test claims and ends, with last states that are written immediately.
struct RunWorld : World {
    RunWorld() {
        options().last_states_every = Millis{0};
        open();
    }

    void begin_term() {
        term = lead();
        watermark = std::chrono::ceil<Seconds>(term.watermark);
        now = watermark - Seconds{10};
    }

    /// Claims and ends a run of the job.
    model::Execution given_run(const model::Job& job, model::ExecutionState state,
                               Seconds offset = Seconds{0}) {
        const model::Execution run = a_run(job, term.epoch, now + offset);
        must(store().executions->claim(
            {.epoch = term.epoch, .watermark = watermark, .planned = term.head, .executions = {run}}));
        if (state == model::ExecutionState::pending) return run;
        Outcome outcome{.id = run.id, .attempt = 1, .after = run};
        outcome.after.state = state;
        outcome.after.begin_at = now + offset;
        outcome.after.execute_times = 1;
        if (model::is_end(state)) outcome.after.end_at = now + offset + Seconds{1};
        outcome.record = model::Attempt{
            .execute_id = run.id,
            .number = 1,
            .begin_at = now + offset + Millis{3},
            .end_at = now + offset + Millis{1'234},
            .node = NodeId{"node-1"},
            .outcome = state == model::ExecutionState::success ? state : model::ExecutionState::failure};
        if (state != model::ExecutionState::success) {
            outcome.record->code = 500;
            outcome.record->reason = "HTTP status 500";
        }
        CHECK(must(store().executions->finish(std::move(outcome))));
        return run;
    }

    Term term{};
    Instant watermark{};
    Instant now{};  // scheduled time of the first run; the others follow before the watermark
};

}  // namespace ecron::store::test
