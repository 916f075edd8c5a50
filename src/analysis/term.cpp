#include "ecron/base/log.hpp"
#include "shard_scheduler.hpp"

/// Terms: acquires leadership of a shard, resigns it, and drops the state of a term.
namespace ecron::analysis {

asio::awaitable<void> ShardScheduler::lead() {
    while (following_) co_await yield(context_.io);
    const bool taken = co_await take();
    if (taken) {
        planning_ = true;
        co_await plan();
        planning_ = false;
    }
    if (releasing_)
        co_await resign();
    else if (taken)
        log::warn("lost leadership, planning pauses shard={} node={}", shard_, context_.options.node);
    releasing_ = false;
    in_term_ = false;
    context_.progress.notify();
}

void ShardScheduler::release() {
    releasing_ = true;
    wake_.notify();
}

asio::awaitable<bool> ShardScheduler::take() {
    const SteadyInstant begun = context_.clock.steady();
    const Result<store::Term> term = co_await context_.store.begin_term(shard_, context_.options.node);
    if (!term) co_return false;
    term_began_ = context_.clock.steady();
    denied_ = false;
    log::info("acquired leadership shard={} node={} epoch={} watermark={}", shard_, context_.options.node,
              term->epoch, format_rfc3339_millis(term->watermark));
    const bool nobody_between = term_ && term->epoch.value() == term_->epoch.value() + 1;
    if (nobody_between) {
        const bool up_to_date = co_await catch_up(term->head);
        if (up_to_date) term_ = *term;
        co_return up_to_date;
    }
    if (term_) drop_term_state(context_.gate);
    if (!loaded_) co_return false;  // its jobs must be reloaded first

    const bool caught_up = co_await catch_up(term->head);
    if (!caught_up) co_return false;
    position_.watermark = term->watermark;
    while (!pending_.empty() && pending_.front().number <= term->planned) {
        apply(pending_.front(), planner_);
        pending_.pop_front();
    }
    co_await skip_until(term->watermark);
    first_undecided_ = planner_.watermark() + Millis{1};
    replay_since(*term);
    for (const store::Missed& told : term->told) planner_.skip_until(told.job, told.to);
    term_ = *term;
    ++term_count_;
    planned_ = term->planned;
    applied_ = term->planned;
    const std::uint64_t count = term_count_;
    context_.gate.spawn("recover", recover(count));
    // New starts must take running executions into account, unless there are too many of them.
    while (recovering_ && context_.window() > 0 && context_.store.leads(shard_) && !releasing_)
        co_await context_.progress.wait(Millis{10});
    for (const Cancel& cancel : std::exchange(pending_cancels_, {})) cancel_told(cancel);
    log::info("shard ready shard={} jobs={} runs={} took={}", shard_, planner_.jobs(), runs_.size(),
              format_duration(std::chrono::duration_cast<Millis>(context_.clock.steady() - begun)));
    co_return true;
}

/// Planning requires every change that was made before the term began.
asio::awaitable<bool> ShardScheduler::catch_up(ChangeNumber head) {
    while (context_.changes < head) {
        const bool read = co_await context_.read_changes();
        if (!context_.store.leads(shard_) || releasing_) co_return false;
        if (!read) {
            co_await sleep(context_.io, Millis{50});
        } else if (context_.changes < head) {  // the log was read to its end
            log::error("change log has gaps shard={} after={} up_to={}", shard_, context_.changes, head);
            context_.changes = head;
        }
    }
    co_return true;
}

/// Resigns leadership, so that another node can acquire the shard immediately. Unstarted executions are
/// requeued in one step before the lock is released; started ones continue on this node.
asio::awaitable<void> ShardScheduler::resign() {
    while (claiming_) co_await context_.progress.wait(Millis{10});
    Gate requeueing{context_.io};
    if (term_) drop_term_state(requeueing);
    co_await requeueing.drained();
    const Result<void> ended = co_await context_.store.end_term(shard_);
    if (!ended) log::warn("failed to end term shard={} error={}", shard_, ended.error().what);
    log::info("resigned leadership shard={} node={}", shard_, context_.options.node);
}

/// Drops the leader's state because another node is the leader. That leader decides again what was decided
/// here but not committed, so this planner must be reloaded before it decides again.
void ShardScheduler::drop_term_state(Gate& gate) {
    const bool all_planned = term_->planned >= applied_;
    bool clean = decided_.empty() && missed_.empty() && !std::exchange(uncommitted_, false) && all_planned;
    for (const Claim& claim : decided_) planner_.ended(claim.run);
    for (const RunId id : runs_.ids()) {
        planner_.ended(id);
        std::optional<Run> run = runs_.take(id);
        switch (run->stage) {
            case Stage::unclaimed:
                clean = false;
                run->stage = Stage::waiting;
                if (claiming_)
                    unclaimed_.push_back(
                        std::move(*run));  // the response of the store will show whether it has a row
                else
                    gate.spawn("requeue", requeue(std::move(*run)));
                break;
            case Stage::starting:
            case Stage::running:
            case Stage::ending:
                orphans_.add(std::move(*run));
                break;
            case Stage::waiting:
            case Stage::offered:
                gate.spawn("requeue", requeue(std::move(*run)));
                break;
            case Stage::retrying:
            case Stage::accepted:
            case Stage::remote:
                break;
        }
    }
    for (const Claim& claim : decided_) context_.runs.remove(claim.tenant, RunCount::Kind::present);
    decided_.clear();
    to_start_.clear();
    to_withdraw_.clear();
    withdrawing_.clear();
    slot_waiters_.clear();
    missed_.clear();
    summaries_.clear();
    recovering_ = false;
    term_.reset();
    ++term_count_;
    if (!clean) loaded_ = false;
}

void ShardScheduler::abandon_term() {
    if (term_) drop_term_state(context_.gate);
}

void ShardScheduler::abandon_attempts(Abandon which) {
    for (const RunId id : orphans_.ids()) {
        const Run& orphan = *orphans_.find(id);
        if (orphan.stage != Stage::running && orphan.stage != Stage::starting) continue;
        const bool outlives = orphan.task != nullptr && execution::outlives_node(orphan.task->context);
        if (which == Abandon::what_goes_on && !outlives) continue;
        std::optional<Run> run = orphans_.take(id);
        context_.pool.detach(run->row.id);
        context_.gate.spawn("requeue", requeue(std::move(*run)));
    }
}

void ShardScheduler::end_commands() {
    for (RunTable* const table : {&runs_, &orphans_}) {
        for (const RunId id : table->ids()) {
            Run& run = *table->find(id);
            const bool command =
                run.task != nullptr && execution::kind_of(run.task->context) == execution::Kind::command;
            if (run.stage != Stage::running || !command || run.lease_lost) continue;
            run.lease_lost = true;
            context_.pool.cancel(run.row.id);
        }
    }
}

/// Requeues a run that this process will not finish, so that the leader starts it immediately; no effect if
/// another node owns it by now. A run that this node never owned is left alone: the owner according to its
/// row may have started it in the meantime.
asio::awaitable<void> ShardScheduler::requeue(Run run) {
    const bool unfinished = run.stage == Stage::running || run.stage == Stage::starting;
    if (!unfinished && run.row.node != context_.options.node) co_return;
    const ExecuteId execution = run.row.id;
    // Whether an attempt that was just being started already belongs to this node is unknown. A requested one
    // is stored as started and may still be waiting.
    const bool may_have_begun = unfinished || run.begin_recorded;
    store::Outcome outcome{
        .id = execution,
        .attempt = run.row.attempt,
        .after = run.row,
        .owner = store::Outcome::Owner{context_.options.node, run.row.epoch, may_have_begun}};
    outcome.after.state = model::ExecutionState::pending;
    outcome.after.node = NodeId{};
    const bool goes_on = run.task != nullptr && execution::outlives_node(run.task->context);
    if (unfinished && goes_on) {
        mark_begun(outcome.after, context_.options.executor_id,
                   run.stage == Stage::running ? run.began : context_.clock.now());
    } else if (unfinished) {
        const Instant began = run.stage == Stage::running ? run.began : context_.clock.now();
        outcome.after.losses = run.row.losses + 1;
        add_executor(outcome.after, {context_.options.executor_id, began});
        outcome.next_attempt = run.row.attempt + 1;
        outcome.record = model::Attempt{.execute_id = execution,
                                        .number = run.row.attempt,
                                        .begin_at = began,
                                        .end_at = context_.clock.now(),
                                        .node = context_.options.node,
                                        .outcome = model::ExecutionState::interrupt,
                                        .reason = "the node was shut down"};
    }
    const std::optional<bool> written = co_await write_outcome(outcome, nullptr);
    if (!written) log::warn("failed to requeue execution={}", execution);
}

}  // namespace ecron::analysis
