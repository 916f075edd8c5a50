#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "shard_scheduler.hpp"

/// Writes the planner's claims as rows: in order, one transaction at a time, so that the watermark never
/// passes a run without a row.
namespace ecron::analysis {
namespace {

constexpr std::size_t kTriesAMinute = 30;

}  // namespace

asio::awaitable<void> ShardScheduler::claim_decided() {
    const std::uint64_t term = term_count_;
    while (!releasing_ && term == term_count_ && (!decided_.empty() || owes_watermark())) {
        const auto count =
            static_cast<std::ptrdiff_t>(std::min(decided_.size(), context_.options.claim_batch));
        std::vector<Claim> batch(decided_.begin(), decided_.begin() + count);
        decided_.erase(decided_.begin(), decided_.begin() + count);
        for (const Claim& claim : batch) context_.runs.remove(claim.tenant, RunCount::Kind::present);
        uncommitted_ = true;
        // The watermark passes an instant only with its last claim.
        const bool all = decided_.empty();
        const Instant decided = all ? planner_.watermark() : decided_.front().claim_by - Millis{1};
        const Instant watermark = std::max(term_->watermark, std::min(decided, planner_.watermark()));
        const ChangeNumber planned = all ? planned_ : term_->planned;
        if (all) passes_runs_ = false;
        co_await claim_batch(std::move(batch), watermark, planned);
        if (term == term_count_ && uncommitted_) break;
    }
    claiming_ = false;
    wake_.notify();
    context_.progress.notify();
}

asio::awaitable<void> ShardScheduler::claim_batch(std::vector<Claim> batch, Instant watermark,
                                                  ChangeNumber planned) {
    const std::uint64_t term = term_count_;
    std::vector<store::Missed> missed;
    // Occurrences behind the watermark are never examined again; missed occurrences beyond it are recorded by
    // the next term.
    std::erase_if(missed_, [&](store::Missed& one) {
        if (one.from > watermark) return false;
        missed.push_back(std::move(one));
        return true;
    });
    std::vector<JobKey> keys;
    for (const Claim& claim : batch) keys.push_back(claim.job);
    const auto tasks = co_await context_.fetch_tasks(std::move(keys));
    if (!tasks || term != term_count_) co_return;
    while (awaits_withdrawal(batch, *tasks)) {
        co_await context_.progress.wait(Millis{50});
        if (term != term_count_) co_return;
    }
    for (const Claim& claim : batch) {
        const auto summary = summaries_.find(claim.run);
        if (summary == summaries_.end()) continue;
        std::vector<store::Missed> one = co_await without_known({summary->second});
        if (term != term_count_) co_return;
        if (one.empty())
            summaries_.erase(claim.run);
        else
            summaries_[claim.run] = std::move(one.front());
    }
    missed = co_await without_known(std::move(missed));
    if (term != term_count_) co_return;
    std::vector<RunId> ids = add_runs(batch, *tasks);
    co_await commit(std::move(ids), std::move(missed), watermark, planned);
}

/// Returns true if the batch claims an occurrence again whose row is just being deleted.
bool ShardScheduler::awaits_withdrawal(const std::vector<Claim>& batch,
                                       const SchedulerContext::Tasks& tasks) {
    if (withdrawing_.empty()) return false;
    return std::ranges::any_of(batch, [&](const Claim& claim) {
        const auto task = tasks.find(claim.job);
        if (task == tasks.end()) return false;
        const ExecuteId id{keyed_uuid(context_.store.id_key(), task->second->job_id.value(), claim.nominal)};
        return withdrawing_.contains(id) && runs_.find(id) != nullptr;
    });
}

/// Adds the runs of a batch, except those whose job was deleted in the meantime or that are already in
/// progress.
std::vector<RunId> ShardScheduler::add_runs(const std::vector<Claim>& batch,
                                            const SchedulerContext::Tasks& tasks) {
    std::vector<RunId> ids;
    for (const Claim& claim : batch) {
        execution::TaskPtr task = context_.tasks.find(claim.job);  // newer if the job has changed
        if (const auto fetched = tasks.find(claim.job); task == nullptr && fetched != tasks.end())
            task = fetched->second;
        std::optional<Run> run;
        if (task != nullptr) run = new_run(claim, task);
        summaries_.erase(claim.run);
        if (!run || runs_.find(run->row.id) != nullptr) {
            planner_.claimed(claim.run, false);
            continue;
        }
        runs_.add(std::move(*run));
        ids.push_back(claim.run);
    }
    return ids;
}

asio::awaitable<void> ShardScheduler::commit(std::vector<RunId> ids, std::vector<store::Missed> missed,
                                             Instant watermark, ChangeNumber planned) {
    const std::uint64_t term = term_count_;
    const Epoch first_epoch = term_->epoch;
    for (std::size_t tries = 0; term == term_count_; ++tries) {
        store::Claim request{.shard = shard_,
                             .epoch = term_->epoch,
                             .watermark = watermark,
                             .planned = planned,
                             .missed = missed};
        for (const RunId id : ids) {
            Run* const run = runs_.find(id);
            run->row.epoch = term_->epoch;
            request.executions.push_back(run->row);
            if (run->spent) request.spent.push_back({run->row.job_key, *run->spent});
        }
        const Result<store::Claimed> claimed = co_await context_.store.claim(std::move(request));
        if (term != term_count_) break;
        if (claimed) {
            term_->watermark = watermark;
            term_->planned = planned;
            uncommitted_ = false;
            settle_claim(ids, *claimed);
            // An earlier try may have committed rows under the previous epoch although its response was lost:
            // they need recovery.
            if (term_->epoch != first_epoch) context_.gate.spawn("recover", recover(term));
            co_return;
        }
        const Errc code = claimed.error().code;
        if (code == Errc::denied) {
            log::warn("claim rejected, reacquiring leadership shard={} epoch={}", shard_, term_->epoch);
            denied_ = true;
            wake_.notify();
        }
        if (code != Errc::denied && code != Errc::unavailable && tries % kTriesAMinute == 0)
            log::error("failed to claim, retrying shard={} count={} error=\"{}\"", shard_, ids.size(),
                       claimed.error().what);
        bool again = !releasing_;
        if (again) again = co_await context_.back_off(tries);
        if (!again) co_return;
    }
    hand_back_unclaimed();
}

/// Leadership was dropped while runs were being claimed: they may have rows.
void ShardScheduler::hand_back_unclaimed() {
    for (Run& run : std::exchange(unclaimed_, {})) context_.gate.spawn("requeue", requeue(std::move(run)));
}

Run ShardScheduler::new_run(const Claim& claim, const execution::TaskPtr& task) const {
    Run run{.id = claim.run, .task = task, .spent = claim.spent};
    model::Execution& row = run.row;
    row.id = ExecuteId{keyed_uuid(context_.store.id_key(), task->job_id.value(), claim.nominal)};
    row.job_id = task->job_id;
    row.job_key = task->job_key;
    row.job_type = task->job_type;
    row.job_name = task->job_name;
    row.state = model::ExecutionState::pending;
    row.begin_at = claim.due;
    row.tenant = task->tenant;
    row.trigger = model::Trigger::schedule;
    row.nominal = claim.nominal;
    row.due = claim.due;
    row.attempt = 1;
    row.node = context_.options.node;
    row.revision = task->revision;
    if (const auto summary = summaries_.find(claim.run); summary != summaries_.end())
        row.missed = summary_text(summary->second);
    return run;
}

void ShardScheduler::settle_claim(const std::vector<RunId>& ids, const store::Claimed& claimed) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool mine = claimed.mine[i];
        if (mine) {
            Run* const run = runs_.find(ids[i]);
            runs_.move(*run, Stage::waiting);
            ++context_.statistics.claimed;
        } else {
            runs_.erase(ids[i]);
        }
        planner_.claimed(ids[i], mine);
    }
    wake_.notify();
}

}  // namespace ecron::analysis
