#include "analysis/shard/starts.hpp"

#include <algorithm>

#include "analysis/shard/refused.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/trace.hpp"

namespace ecron::analysis {
namespace {

// Starts yield to other coroutines after this many, or this long: an attempt with a large body takes
// milliseconds.
constexpr std::size_t kStartsPerTurn = 16;
constexpr Millis kLongestTurn{1};
constexpr Millis kLatestUncheckedStart{500};
constexpr Millis kLongRun{500};  // a run that takes longer is recorded as executing
constexpr Millis kSlotRetry{1'000};
constexpr Millis kSessionRetry{100};

/// The notification of a start is committed with the start. A resumed attempt was already announced by the
/// node that started it.
bool tells_start(const Run& run) {
    return notify::subscribes_to(run.task->context, model::ExecutionState::executing) &&
           !is_resumed(run.row, run.task);
}

}  // namespace

void Starts::add(RunId id) {
    if (const Run* const run = shard_.runs.find(id); run != nullptr) queue_.push(run->tenant, id);
}

void Starts::run() {
    if (queue_.empty() || std::exchange(starting_, true)) return;
    context_.gate.spawn("start", start_queued());
}

void Starts::drop() {
    queue_.clear();
    slot_waiters_.clear();
}

asio::awaitable<void> Starts::start_queued() {
    while (!queue_.empty()) {
        const SteadyInstant turn_ends = context_.clock.steady() + kLongestTurn;
        const auto goes_on = [&] { return !queue_.empty() && context_.clock.steady() < turn_ends; };
        for (std::size_t i = 0; i < kStartsPerTurn && goes_on(); ++i) {
            const RunId id = queue_.pop();
            if (Run* const run = shard_.runs.find(id); run != nullptr) start(*run);
        }
        co_await yield(context_.io);
    }
    starting_ = false;
}

void Starts::start(Run& run) {
    if (run.stage != Stage::waiting && run.stage != Stage::retrying) return;  // already being stopped
    if (!run.stop_reason.empty()) return end_unstarted(run);
    if (run.stage == Stage::waiting && run.begin_recorded) return start_begun(run);
    if (may_offer(run)) return offer(run);
    if (!run.needs_begin && !commits_begin(run) && is_recent(run) && is_permitted(run)) {
        submit(run);
        return;
    }
    shard_.move(run, Stage::starting);
    context_.gate.spawn("begin", begin_then_submit(run.id));
}

/// Returns true if its row cannot have changed long ago: another node may have stopped or withdrawn the run.
bool Starts::is_recent(const Run& run) const {
    const Instant now = context_.clock.now();
    return now - std::max(run.claimed, run.row.due.value_or(now)) < kLatestUncheckedStart;
}

bool Starts::commits_begin(const Run& run) const {
    return slot_of(run).has_value() || tells_start(run) || may_offer(run);
}

/// The row already states that this node executes the run, so no other node takes it over while this node's
/// session is alive.
void Starts::start_begun(Run& run) {
    if (context_.heartbeat_is_fresh()) return submit(run);
    shard_.planner.report(run.id, RetryAt{context_.clock.now() + kSessionRetry});
    shard_.wake.notify();
}

/// The concurrency-key slot to share with other shards; within one shard the planner enforces the limit.
std::optional<store::Slot> Starts::slot_of(const Run& run) const {
    const model::Plan& plan = run.task->context.plan;
    if (context_.shards == 1 || plan.concurrency_key.empty()) return {};
    return store::Slot{.key = slot_key(*run.task), .limit = static_cast<std::uint32_t>(plan.max_concurrency)};
}

/// Returns the announcements of a start, and adds the events among them to the row.
std::vector<store::Announcement> Starts::announce_start(const Run& run, model::Execution& begun) const {
    if (is_resumed(run.row, run.task)) return {};
    const model::Context& job = run.task->context;
    const std::vector<model::Event> events = notify::due_events(job, begun, context_.now());
    begun.announced.insert(begun.announced.end(), events.begin(), events.end());
    std::vector<store::Announcement> told =
        context_.announcer.announcements(job, begun, begun.attempt, nullptr);
    std::ranges::move(context_.announcer.announcements(job, begun, events, nullptr),
                      std::back_inserter(told));
    return told;
}

asio::awaitable<void> Starts::begin_then_submit(RunId id) {
    bool reduced = false;
    for (std::size_t tries = 0;; ++tries) {
        Run* run = shard_.find(id);
        if (run == nullptr) co_return;
        model::Execution after = run->row;
        after.state = model::ExecutionState::executing;
        after.node = context_.options.node;
        mark_begun(after, context_.options.executor_id, context_.clock.now());
        std::optional<store::Slot> slot = slot_of(*run);
        std::vector<store::Announcement> told = announce_start(*run, after);
        std::vector<model::Event> announced = after.announced;
        const Result<store::Begun> begun = co_await context_.store.executions->begin_attempt(
            after.id, after.attempt, after, std::move(slot), std::move(told));
        run = shard_.find(id);
        if (run == nullptr) co_return;  // requeued in the meantime
        if (begun && *begun == store::Begun::yes) {
            run->row.node = context_.options.node;
            run->row.announced = std::move(announced);
            run->begin_recorded = true;
            // The answer may have come late: to a process that was frozen, and is dead for the others.
            if (may_start(id))
                submit(*run);
            else
                outcomes_.look_later(*run);
            co_return;
        }
        if (begun && *begun == store::Begun::no_slot) {
            wait_for_slot(*run);
            co_return;
        }
        if (begun) {  // started or ended by another node, or by an earlier try whose response was lost
            outcomes_.look_later(*run);
            co_return;
        }
        if (!reduced && needs_less(begun.error(), tries)) {
            reduced = true;
            store::drop_payload(run->row, begun.error().what);
            continue;
        }
        log_refusal("start", after.id, begun.error(), tries);
        const bool again = co_await context_.back_off(tries);
        if (!again) co_return;
    }
}

/// All slots of its key are taken: retries when one is freed on this node or after a delay.
void Starts::wait_for_slot(Run& run) {
    if (shard_.is_orphan(run.id)) {
        std::optional<Run> taken = shard_.orphans.take(run.id);
        taken->stage = Stage::waiting;
        context_.gate.spawn("requeue", outcomes_.requeue(std::move(*taken)));
        return;
    }
    shard_.move(run, Stage::waiting);
    run.needs_begin = true;
    slot_waiters_[slot_key(*run.task)].push_back(run.id);
    shard_.planner.report(run.id, RetryAt{context_.clock.now() + kSlotRetry});
    shard_.wake.notify();
}

void Starts::slot_freed(const std::string& key) {
    const auto waiters = slot_waiters_.find(key);
    if (waiters == slot_waiters_.end()) return;
    while (!waiters->second.empty()) {
        const RunId id = waiters->second.front();
        waiters->second.pop_front();
        const Run* const run = shard_.runs.find(id);
        if (run == nullptr || run->stage != Stage::waiting) continue;
        shard_.planner.report(id, RetryAt{context_.clock.now()});
        shard_.wake.notify();
        break;
    }
    if (waiters->second.empty()) slot_waiters_.erase(waiters);
}

void Starts::submit(Run& run) {
    shard_.move(run, Stage::running);
    run.began = context_.clock.now();
    if (!run.stop_reason.empty()) return end_unstarted(run);
    ++context_.statistics.started;
    watch_.add(run);
    if (!run.begin_recorded) unrecorded_.push_back(run.id);
    hand_to_pool(run);
}

void Starts::hand_to_pool(Run& run) {
    execution::AttemptOrder order{
        .execute_id = run.row.id,
        .attempt = run.row.attempt,
        .scheduled_at = run.row.scheduled_at.value_or(run.began),
        .task = run.task,
        .traceparent = attempt_traceparent(run.row.traceparent, run.row.id.value(), run.row.attempt),
        .resumed = is_resumed(run.row, run.task),
        .may_start = [this, id = run.id] { return may_start(id); }};
    context_.pool.submit(std::move(order), [this, id = run.id](execution::AttemptResult result) {
        if (result.withheld) return begin_again(id);
        context_.gate.spawn("finish", outcomes_.finish_attempt(id, std::move(result)));
    });
}

/// Returns true if no other node may start the run. A recorded start belongs to this node until its lease may
/// have ended. A claim is its own start only while no later term can have begun.
bool Starts::is_permitted(const Run& run) {
    if (context_.options.alone) return true;
    if (run.begin_recorded) return context_.heartbeat_is_fresh();
    return shard_.term.is_active() && !shard_.is_orphan(run.id) &&
           context_.store.election->permits_starts(shard_.id, shard_.term->epoch);
}

/// An attempt may have waited in the pool until another node has taken its execution over.
bool Starts::may_start(RunId id) {
    const Run* const run = shard_.find(id);
    return run != nullptr && is_permitted(*run);
}

/// Of a start that was recorded, the row shows what has become of it.
void Starts::begin_again(RunId id) {
    Run* const run = shard_.find(id);
    if (run == nullptr) return;
    if (run->begin_recorded || shard_.is_orphan(id)) {
        shard_.move(*run, Stage::ending);
        outcomes_.look_later(*run);
        return;
    }
    shard_.move(*run, Stage::starting);
    context_.gate.spawn("begin", begin_then_submit(id));
}

void Starts::end_unstarted(Run& run) {
    if (!is_resumed(run.row, run.task)) {
        context_.gate.spawn("stop", outcomes_.finish_without_attempt(run.id, run.stop_reason));
        return;
    }
    // It may have been stopped while the compare-and-set before its start was in progress.
    if (run.stage != Stage::running) shard_.move(run, Stage::running);
    run.began = context_.clock.now();
    const ExecuteId id = run.row.id;
    hand_to_pool(run);  // which may withhold it, and remove the run
    context_.pool.cancel(id);
}

void Starts::record_long_runs() {
    const Instant now = context_.clock.now();
    while (!unrecorded_.empty()) {
        Run* const run = shard_.find(unrecorded_.front());
        const bool goes_on = run != nullptr && run->stage == Stage::running && !run->begin_recorded;
        if (goes_on && now - run->began < kLongRun) break;
        if (goes_on) context_.gate.spawn("record", record_begin(run->id));
        unrecorded_.pop_front();
    }
}

asio::awaitable<void> Starts::record_begin(RunId id) {
    Run* run = shard_.find(id);
    if (run == nullptr || run->stage != Stage::running) co_return;
    model::Execution after = run->row;
    after.state = model::ExecutionState::executing;
    mark_begun(after, context_.options.executor_id, run->began);
    std::vector<store::Announcement> nothing_told;
    const Result<store::Begun> begun = co_await context_.store.executions->begin_attempt(
        after.id, after.attempt, after, std::nullopt, std::move(nothing_told));
    run = shard_.find(id);
    const bool same_attempt =
        run != nullptr && run->stage == Stage::running && run->row.attempt == after.attempt;
    if (same_attempt && begun && *begun == store::Begun::yes) run->begin_recorded = true;
    if (!begun) log::debug("failed to record start: execute_id={} error={}", after.id, begun.error().what);
}

bool Starts::may_offer(const Run& run) const {
    const AttemptDispatcher* const dispatcher = context_.options.dispatcher;
    return dispatcher != nullptr && context_.live_nodes > 1 && !run.offered_at &&
           !is_resumed(run.row, run.task) && context_.clock.steady() >= context_.no_offers_until &&
           dispatcher->is_open();
}

void Starts::offer(Run& run) {
    shard_.move(run, Stage::offered);
    run.needs_begin = true;
    run.offered_at = context_.clock.steady();
    context_.options.dispatcher->publish(run.row.id, run.row.attempt);
}

}  // namespace ecron::analysis
