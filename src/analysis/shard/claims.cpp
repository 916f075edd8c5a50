#include "analysis/shard/claims.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::analysis {
namespace {

constexpr std::size_t kTriesAMinute = 30;
constexpr std::size_t kMissedPerTurn = 100;
constexpr std::size_t kRunsPerTurn = 64;  // then other coroutines run
constexpr Millis kWatermarkAge{10'000};   // maximum age of the watermark while there is nothing to claim

}  // namespace

void Claims::add(const Claim& claim) {
    // Claims of a tenant that had no capacity arrive after later ones, and the watermark must not pass them.
    const auto place = std::ranges::upper_bound(decided_, claim.claim_by, {}, &Claim::claim_by);
    decided_.insert(place, claim);
    context_.runs.add(claim.tenant, RunCount::Kind::present);
}

void Claims::run() {
    const bool due = !decided_.empty() || owes_watermark();
    if (!due || std::exchange(writing_, true)) return;
    context_.gate.spawn("claim", write());
}

bool Claims::drop() {
    const bool committed = decided_.empty() && !std::exchange(uncommitted_, false);
    for (const Claim& claim : decided_) {
        shard_.planner.report(claim.run, Ended{});
        context_.runs.remove(claim.tenant, RunCount::Kind::present);
    }
    decided_.clear();
    return committed;
}

void Claims::drop_unclaimed(Run run, Gate& gate) {
    run.stage = Stage::waiting;
    if (writing_)
        unclaimed_.push_back(std::move(run));  // the response of the store will show whether it has a row
    else
        gate.spawn("requeue", outcomes_.requeue(std::move(run)));
}

/// Returns true if the watermark must be committed without claims: because occurrences were missed or skipped
/// in a pause, which the next term must not decide again, or because the watermark is old.
bool Claims::owes_watermark() const {
    const Millis behind = shard_.planner.progress().watermark - shard_.term->watermark;
    return behind > Millis{0} && (passes_runs_ || !missed_.empty() || behind > kWatermarkAge);
}

asio::awaitable<void> Claims::write() {
    const Term term = shard_.term.token();
    while (!shard_.releasing && !term.ended() && (!decided_.empty() || owes_watermark())) {
        const auto count =
            static_cast<std::ptrdiff_t>(std::min(decided_.size(), context_.options.claim_batch));
        std::vector<Claim> batch(decided_.begin(), decided_.begin() + count);
        decided_.erase(decided_.begin(), decided_.begin() + count);
        for (const Claim& claim : batch) context_.runs.remove(claim.tenant, RunCount::Kind::present);
        uncommitted_ = true;
        // The watermark passes an instant only with its last claim.
        const bool all = decided_.empty();
        const Instant reached = shard_.planner.progress().watermark;
        const Instant decided = all ? reached : std::min(reached, decided_.front().claim_by - Millis{1});
        const Instant watermark = std::max(shard_.term->watermark, decided);
        // Behind a watermark that is ahead of the clock, a change is planned but not recorded as planned, so
        // that the next term plans it from its own time and not from the watermark.
        const bool records = all && !context_.is_ahead(watermark);
        const ChangeNumber planned = records ? planned_ : shard_.term->planned;
        if (all) passes_runs_ = false;
        co_await write_batch(std::move(batch), watermark, planned);
        if (!term.ended() && uncommitted_) break;
    }
    writing_ = false;
    shard_.wake.notify();
    context_.progress.notify();
}

asio::awaitable<void> Claims::write_batch(std::vector<Claim> batch, Instant watermark, ChangeNumber planned) {
    const Term term = shard_.term.token();
    std::vector<MissedSummary> summaries = missed_.take_until(watermark);
    std::vector<JobKey> keys;
    for (const Claim& claim : batch) keys.push_back(claim.job);
    auto tasks = co_await context_.fetch_tasks(std::move(keys));
    if (!tasks || term.ended()) co_return;
    while (awaits_withdrawal(batch, *tasks)) {
        co_await context_.progress.wait(Millis{50});
        if (term.ended()) co_return;
    }
    std::vector<RunId> runs;
    for (const Claim& claim : batch) runs.push_back(claim.run);
    const bool checked = co_await missed_.check_summaries(std::move(runs));
    if (!checked) co_return;
    summaries = co_await missed_.without_known(std::move(summaries));
    if (term.ended()) co_return;
    store::Claim claim{.shard = shard_.id, .watermark = watermark, .planned = planned};
    for (MissedSummary& one : summaries) claim.missed.push_back(std::move(one.missed));
    const bool described = co_await describe_missed(claim);
    if (!described || term.ended()) co_return;
    std::vector<RunId> ids = co_await add_runs(std::move(batch), std::move(*tasks));
    if (term.ended()) co_return;
    co_await commit(std::move(ids), std::move(claim));
}

/// Logs the missed occurrences, and adds the announcements of those whose job subscribes. Returns false if
/// the store did not respond.
asio::awaitable<bool> Claims::describe_missed(store::Claim& claim) {
    for (std::size_t at = 0; at < claim.missed.size(); at += kMissedPerTurn) {
        const std::size_t end = std::min(claim.missed.size(), at + kMissedPerTurn);
        std::vector<JobKey> keys;
        for (std::size_t i = at; i < end; ++i) keys.push_back(claim.missed[i].job);
        const auto tasks = co_await context_.fetch_tasks(std::move(keys));
        if (!tasks) co_return false;
        for (std::size_t i = at; i < end; ++i) {
            const auto found = tasks->find(claim.missed[i].job);
            if (found == tasks->end()) continue;  // deleted
            context_.signals.missed(*found->second, claim.missed[i]);
            if (notify::subscribes_to(found->second->context, model::Event::missed))
                claim.announcements.push_back(announcement_of(*found->second, claim.missed[i]));
        }
        co_await yield(context_.io);
    }
    co_return true;
}

store::MissedAnnouncement Claims::announcement_of(const execution::Task& task,
                                                  const store::Missed& missed) const {
    const ExecuteId id{keyed_uuid(context_.store.queries->id_key(), task.job_id.value(), missed.from)};
    const model::Execution first{.id = id,
                                 .job_id = task.job_id,
                                 .job_type = task.job_type,
                                 .job_name = task.job_name,
                                 .tenant = task.tenant};
    return {missed, id, task.tenant, context_.announcer.missed(task.context, first, missed)};
}

/// Returns true if the batch claims an occurrence again whose row is just being deleted.
bool Claims::awaits_withdrawal(const std::vector<Claim>& batch, const SchedulerContext::Tasks& tasks) const {
    if (!withdrawals_.any_pending()) return false;
    return std::ranges::any_of(batch, [&](const Claim& claim) {
        const auto task = tasks.find(claim.job);
        if (task == tasks.end()) return false;
        const ExecuteId id{
            keyed_uuid(context_.store.queries->id_key(), task->second->job_id.value(), claim.scheduled_at)};
        return withdrawals_.is_pending(id) && shard_.runs.find(id) != nullptr;
    });
}

/// Adds the runs of a batch, except those whose job was deleted in the meantime or that are already in
/// progress. Returns early if the term ends.
asio::awaitable<std::vector<RunId>> Claims::add_runs(std::vector<Claim> batch,
                                                     SchedulerContext::Tasks tasks) {
    const Term term = shard_.term.token();
    std::vector<RunId> ids;
    for (std::size_t number = 0; number < batch.size(); ++number) {
        if (number % kRunsPerTurn == kRunsPerTurn - 1) co_await yield(context_.io);
        if (term.ended()) break;
        const Claim& claim = batch[number];
        execution::TaskPtr task = context_.tasks.find(claim.job);  // newer if the job has changed
        if (const auto fetched = tasks.find(claim.job); task == nullptr && fetched != tasks.end())
            task = fetched->second;
        std::optional<Run> run;
        std::string summary = missed_.take_summary(claim.run);
        if (task != nullptr) run = new_run(claim, task);
        if (run) run->row.missed = std::move(summary);
        if (!run || shard_.runs.find(run->row.id) != nullptr) {
            shard_.planner.report(claim.run, Ended{});
            continue;
        }
        shard_.runs.add(std::move(*run));
        ids.push_back(claim.run);
    }
    co_return ids;
}

Run Claims::new_run(const Claim& claim, const execution::TaskPtr& task) const {
    Run run{.id = claim.run, .task = task, .spent = claim.spent, .claimed = context_.clock.now()};
    model::Execution& row = run.row;
    row.id =
        ExecuteId{keyed_uuid(context_.store.queries->id_key(), task->job_id.value(), claim.scheduled_at)};
    row.job_id = task->job_id;
    row.job_key = task->job_key;
    row.job_type = task->job_type;
    row.job_name = task->job_name;
    row.state = model::ExecutionState::pending;
    row.begin_at = claim.due;
    row.tenant = task->tenant;
    row.trigger = model::Trigger::schedule;
    row.scheduled_at = claim.scheduled_at;
    row.due = claim.due;
    row.attempt = 1;
    row.node = context_.options.node;
    row.revision = task->revision;
    return run;
}

asio::awaitable<void> Claims::commit(std::vector<RunId> ids, store::Claim claim) {
    const Term term = shard_.term.token();
    const Epoch first_epoch = shard_.term->epoch;
    for (std::size_t tries = 0; !term.ended(); ++tries) {
        store::Claim request = claim;
        add_executions(ids, request);
        const Result<store::Claimed> claimed = co_await context_.store.executions->claim(std::move(request));
        if (term.ended()) break;
        if (claimed) {
            shard_.term.commit(claim.watermark, claim.planned);
            uncommitted_ = false;
            settle(ids, *claimed);
            // An earlier try may have committed rows under the previous epoch although its response was lost:
            // they need recovery.
            if (shard_.term->epoch != first_epoch) recovery_.begin();
            co_return;
        }
        const Errc code = claimed.error().code;
        if (code == Errc::denied) {
            log::warn("claim rejected, reacquiring leadership shard={} epoch={}", shard_.id,
                      shard_.term->epoch);
            shard_.denied = true;
            shard_.wake.notify();
        }
        if (code != Errc::denied && code != Errc::unavailable && tries % kTriesAMinute == 0)
            log::error("failed to claim, retrying: shard={} count={} error=\"{}\"", shard_.id, ids.size(),
                       claimed.error().what);
        bool again = !shard_.releasing;
        if (again) again = co_await context_.back_off(tries);
        if (!again) co_return;
    }
    hand_back_unclaimed();
}

/// Adds these runs under the term's current epoch.
void Claims::add_executions(const std::vector<RunId>& ids, store::Claim& request) {
    request.epoch = shard_.term->epoch;
    for (const RunId id : ids) {
        Run* const run = shard_.runs.find(id);
        run->row.epoch = shard_.term->epoch;
        request.executions.push_back(run->row);
        if (run->spent) request.completed.push_back({run->row.job_key, *run->spent});
    }
}

/// Leadership was dropped while runs were being claimed: they may have rows.
void Claims::hand_back_unclaimed() {
    for (Run& run : std::exchange(unclaimed_, {}))
        context_.gate.spawn("requeue", outcomes_.requeue(std::move(run)));
}

void Claims::settle(const std::vector<RunId>& ids, const store::Claimed& claimed) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool mine = claimed.mine[i];
        if (mine) {
            Run* const run = shard_.runs.find(ids[i]);
            shard_.runs.move(*run, Stage::waiting);
            shard_.planner.report(ids[i], Committed{});
            ++context_.statistics.claimed;
        } else {
            shard_.runs.erase(ids[i]);
            shard_.planner.report(ids[i], Ended{});
        }
    }
    shard_.wake.notify();
}

}  // namespace ecron::analysis
