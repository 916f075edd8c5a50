#include "analysis/shard/shard_scheduler.hpp"

#include "ecron/base/log.hpp"

/// Terms: acquires leadership of a shard, resigns it, and drops the state of a term.
namespace ecron::analysis {

ShardScheduler::ShardScheduler(SchedulerContext& context, Shard shard)
    : context_(context),
      shard_(context, shard),
      watch_(shard_),
      outcomes_(shard_, watch_),
      starts_(shard_, outcomes_, watch_),
      recovery_(shard_, outcomes_, watch_),
      offers_(shard_, starts_, recovery_),
      missed_(shard_),
      withdrawals_(shard_, outcomes_),
      claims_(shard_, outcomes_, missed_, withdrawals_, recovery_),
      requests_(shard_, outcomes_, starts_, recovery_),
      follower_(shard_, claims_, missed_),
      loop_(shard_, outcomes_, starts_, recovery_, missed_, withdrawals_, claims_) {}

asio::awaitable<void> ShardScheduler::lead() {
    while (follower_.is_advancing()) co_await yield(context_.io);
    const bool taken = co_await take();
    if (taken) co_await loop_.run();
    if (shard_.releasing)
        co_await resign();
    else if (taken)
        log::warn("lost leadership, planning pauses shard={} node={}", shard_.id, context_.options.node);
    shard_.releasing = false;
    in_term_ = false;
    context_.progress.notify();
}

void ShardScheduler::release() {
    shard_.releasing = true;
    shard_.wake.notify();
}

asio::awaitable<bool> ShardScheduler::take() {
    const SteadyInstant begun = context_.clock.steady();
    const Result<store::Term> term =
        co_await context_.store.election->begin_term(shard_.id, context_.options.node);
    if (!term) co_return false;
    recovery_.earlier_terms_ended(context_.clock.steady());
    shard_.denied = false;
    log::info("acquired leadership shard={} node={} epoch={} watermark={}", shard_.id, context_.options.node,
              term->epoch, format_rfc3339_millis(term->watermark));
    if (shard_.term.follows(*term)) {
        const bool up_to_date = co_await catch_up(term->head);
        if (up_to_date) shard_.term.renew(*term);
        co_return up_to_date;
    }
    if (shard_.term.is_active()) drop_term(context_.gate);
    if (follower_.has_passed(term->watermark)) follower_.unload();  // it was set back
    if (!follower_.is_loaded()) co_return false;                    // its jobs must be reloaded first

    const bool caught_up = co_await catch_up(term->head);
    if (!caught_up) co_return false;
    co_await follower_.lead_from(*term);
    shard_.term.begin(*term);
    recovery_.begin();
    // New starts must take running executions into account, unless there are too many of them.
    while (recovery_.is_busy() && context_.window() > 0 && shard_.is_led() && !shard_.releasing)
        co_await context_.progress.wait(Millis{10});
    requests_.carry_out_cancels();
    log::info("shard ready shard={} jobs={} runs={} took={}", shard_.id, jobs(), shard_.runs.size(),
              format_duration(std::chrono::duration_cast<Millis>(context_.clock.steady() - begun)));
    co_return true;
}

/// Planning requires every change that was made before the term began.
asio::awaitable<bool> ShardScheduler::catch_up(ChangeNumber head) {
    while (context_.changes < head) {
        const bool read = co_await context_.read_changes();
        if (!shard_.is_led() || shard_.releasing) co_return false;
        if (!read) {
            co_await sleep(context_.io, Millis{50});
        } else if (context_.changes < head) {  // the log was read to its end
            log::error("change log has gaps shard={} after={} up_to={}", shard_.id, context_.changes, head);
            context_.changes = head;
        }
    }
    co_return true;
}

/// Resigns leadership, so that another node can acquire the shard immediately. Unstarted executions are
/// requeued in one step before the lock is released; started ones continue on this node.
asio::awaitable<void> ShardScheduler::resign() {
    while (claims_.is_writing()) co_await context_.progress.wait(Millis{10});
    Gate requeueing{context_.io};
    if (shard_.term.is_active()) drop_term(requeueing);
    co_await requeueing.close();
    const Result<void> ended = co_await context_.store.election->end_term(shard_.id);
    if (!ended) log::warn("failed to end term: shard={} error={}", shard_.id, ended.error().what);
    log::info("resigned leadership shard={} node={}", shard_.id, context_.options.node);
}

/// Drops the leader's state because another node is the leader. That leader decides again what was decided
/// here but not committed, so this planner must be reloaded before it decides again.
void ShardScheduler::drop_term(Gate& gate) {
    bool committed = follower_.has_recorded_changes() && missed_.empty();
    committed = claims_.drop() && committed;
    for (const RunId id : shard_.runs.ids()) {
        shard_.planner.report(id, Ended{});
        committed = drop_run(*shard_.runs.take(id), gate) && committed;
    }
    starts_.drop();
    withdrawals_.drop();
    missed_.drop();
    recovery_.drop();
    follower_.drop(committed);
    shard_.term.end();
}

/// Returns false if the run may be decided here and not committed.
bool ShardScheduler::drop_run(Run run, Gate& gate) {
    switch (run.stage) {
        case Stage::unclaimed:
            claims_.drop_unclaimed(std::move(run), gate);
            return false;
        case Stage::starting:
        case Stage::running:
        case Stage::ending:
            shard_.orphans.add(std::move(run));
            break;
        case Stage::waiting:
        case Stage::offered:
            gate.spawn("requeue", outcomes_.requeue(std::move(run)));
            break;
        case Stage::retrying:
        case Stage::accepted:
        case Stage::remote:
            break;
    }
    return true;
}

void ShardScheduler::abandon_term() {
    if (shard_.term.is_active()) drop_term(context_.gate);
}

asio::awaitable<void> ShardScheduler::observe(store::ShardState state) {
    if (in_term_ || follower_.is_advancing()) co_return;
    if (shard_.term.is_active() && state.epoch > shard_.term->epoch) {
        log::info("another node leads shard={} node={} epoch={}", shard_.id, state.node, state.epoch);
        drop_term(context_.gate);
    }
    if (shard_.term.is_active() || !follower_.is_loaded() || !state.watermark) co_return;
    requests_.drop_cancels_until(state.planned);
    co_await follower_.follow(std::move(state));
}

void ShardScheduler::add_overdue(Millis limit, std::unordered_set<JobKey>& jobs) const {
    const Instant before = context_.now() - limit;
    shard_.runs.each_unstarted([&](const Run& run) {
        if (run.row.due && *run.row.due < before) jobs.insert(run.row.job_key);
    });
}

bool ShardScheduler::misses(const model::Execution& row) {
    if (shard_.find(row.id) != nullptr || requests_.is_inserting(row.id)) return false;
    if (in_term_)
        return leads() && !recovery_.is_busy() &&
               context_.window_of(context_.interner.intern(row.tenant.value())) > 0;
    const bool waits_for_leader = row.accepted || row.state == model::ExecutionState::failure;
    return row.node == context_.options.node && !waits_for_leader;
}

}  // namespace ecron::analysis
