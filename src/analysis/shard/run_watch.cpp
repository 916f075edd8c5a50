#include "analysis/shard/run_watch.hpp"

#include "analysis/shard/refused.hpp"
#include "ecron/store/refusal.hpp"

namespace ecron::analysis {
namespace {

constexpr Millis kWait{10};

bool is_watched(Stage stage) {
    return stage == Stage::running || stage == Stage::accepted || stage == Stage::retrying;
}

}  // namespace

void RunWatch::add(const Run& run) {
    if (run.task == nullptr) return;
    const model::Context& job = run.task->context;
    if (notify::subscribes_to(job, model::Event::late) ||
        notify::subscribes_to(job, model::Event::running_long))
        watched_.insert(run.id);
}

void RunWatch::check() {
    std::erase_if(watched_, [&](RunId id) {
        const Run* const run = shard_.find(id);
        if (run == nullptr || storing_.contains(id)) return run == nullptr;
        if (!is_watched(run->stage) || !run->stop_reason.empty()) return false;
        std::vector<model::Event> events =
            notify::due_events(run->task->context, as_stored(*run), context_.now());
        if (!events.empty()) {
            storing_.insert(id);
            context_.gate.spawn("announce", announce(id, std::move(events)));
        }
        return false;
    });
}

/// Returns the row with the attempt that runs, which is not in it before its end; one that waits in the pool
/// has not begun.
model::Execution RunWatch::as_stored(const Run& run) const {
    model::Execution row = run.row;
    if (run.stage != Stage::running) return row;
    const std::optional<Instant> began = context_.pool.began(row.id);
    row.end_at.reset();
    row.state = model::ExecutionState::executing;
    if (began) mark_begun(row, context_.options.executor_id, *began);
    return row;
}

asio::awaitable<void> RunWatch::announce(RunId id, std::vector<model::Event> events) {
    Run* const before = shard_.find(id);
    if (before == nullptr) {
        storing_.erase(id);
        co_return;
    }
    store::Outcome outcome{.id = before->row.id, .attempt = before->row.attempt, .after = as_stored(*before)};
    outcome.after.announced.insert(outcome.after.announced.end(), events.begin(), events.end());
    outcome.announcements =
        context_.announcer.announcements(before->task->context, outcome.after, events, nullptr);
    // A process that requeues the run meanwhile takes the note over.
    std::vector<model::Event> earlier = std::exchange(before->row.announced, outcome.after.announced);
    const bool running = before->stage == Stage::running;
    const std::optional<bool> written = co_await write(std::move(outcome));
    storing_.erase(id);
    Run* const after = shard_.find(id);
    if (after == nullptr) co_return;
    if (written == false)
        after->row.announced = std::move(earlier);
    else
        after->begin_recorded = after->begin_recorded || running;
}

/// Retried as outcomes are; nullopt: it is unknown whether it was written. An announcement whose content the
/// store refuses is tried again with the next check or the outcome.
asio::awaitable<std::optional<bool>> RunWatch::write(store::Outcome outcome) {
    for (std::size_t tries = 0;; ++tries) {
        const Result<bool> written = co_await context_.store.executions->announce(outcome);
        if (written) co_return *written;
        log_refusal("announcement", outcome.id, written.error(), tries);
        if (store::is_refused_content(written.error()))
            co_return tries > 0 ? std::nullopt : std::optional(false);
        const bool again = co_await context_.back_off(tries);
        if (!again) co_return std::nullopt;
    }
}

asio::awaitable<void> RunWatch::settled(RunId id) {
    while (storing_.contains(id)) co_await context_.progress.wait(kWait);
}

}  // namespace ecron::analysis
