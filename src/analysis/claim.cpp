#include <algorithm>
#include <unordered_set>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "scheduler_impl.hpp"

/// Claims: what the planner decided becomes rows, in order, one transaction at a time, so that the watermark
/// never passes a run without a row.
namespace ecron::analysis {

asio::awaitable<void> Scheduler::Impl::claim_decided() {
    const std::uint64_t term = term_count_;
    while (!stopping_ && term == term_count_ && (!decided_.empty() || owes_watermark())) {
        const auto count = static_cast<std::ptrdiff_t>(std::min(decided_.size(), options_.claim_batch));
        std::vector<Claim> batch(decided_.begin(), decided_.begin() + count);
        decided_.erase(decided_.begin(), decided_.begin() + count);
        // The watermark passes an instant only with its last claim.
        const bool all = decided_.empty();
        const Instant decided = all ? planner_.watermark() : decided_.front().claim_by - Millis{1};
        const Instant watermark = std::max(term_->watermark, std::min(decided, planner_.watermark()));
        const ChangeNumber planned = all ? planned_ : term_->planned;
        if (all) passes_runs_ = false;
        co_await claim_batch(std::move(batch), watermark, planned);
    }
    claiming_ = false;
    wake_.notify();
    progress_.notify();
}

asio::awaitable<void> Scheduler::Impl::claim_batch(std::vector<Claim> batch, Instant watermark,
                                                   ChangeNumber planned) {
    const std::uint64_t term = term_count_;
    std::vector<JobKey> keys;
    for (const Claim& claim : batch) keys.push_back(claim.job);
    const bool fetched = co_await fetch_tasks(std::move(keys));
    if (!fetched || term != term_count_) co_return;

    std::vector<RunId> ids;
    for (const Claim& claim : batch) {
        const execution::TaskPtr task = tasks_.find(claim.job);
        if (task == nullptr) {  // deleted meanwhile
            planner_.claimed(claim.run, false);
            continue;
        }
        Run run = new_run(claim, task);
        summaries_.erase(claim.run);
        if (runs_.find(run.row.id) != nullptr) {  // this instant is on its way already
            planner_.claimed(claim.run, false);
            continue;
        }
        runs_.add(std::move(run));
        ids.push_back(claim.run);
    }

    const Epoch first_epoch = term_->epoch;
    std::vector<store::Missed> missed;
    std::erase_if(missed_, [&](store::Missed& one) {
        if (one.to > watermark) return false;
        missed.push_back(std::move(one));
        return true;
    });

    for (std::size_t tries = 0; term == term_count_; ++tries) {
        store::Claim request{
            .epoch = term_->epoch, .watermark = watermark, .planned = planned, .missed = missed};
        for (const RunId id : ids) {
            Run* const run = runs_.find(id);
            run->row.epoch = term_->epoch;
            request.executions.push_back(run->row);
            if (run->spends_job) request.spent.push_back(run->row.job_key);
        }
        const Result<store::Claimed> claimed = co_await store_.claim(std::move(request));
        if (term != term_count_) co_return;
        if (claimed) {
            term_->watermark = watermark;
            term_->planned = planned;
            settle_claim(ids, *claimed);
            // Rows that an earlier try committed, unheard, belong to the epoch before: they are to be
            // adopted.
            if (term_->epoch != first_epoch) gate_.spawn("recover", recover(term));
            co_return;
        }
        const Errc code = claimed.error().code;
        if (code == Errc::denied)
            log::warn("claim refused, the lead is being taken anew epoch={}", term_->epoch);
        if (code != Errc::unavailable && code != Errc::denied) {
            log::error("claim failed count={} error={}", ids.size(), claimed.error().what);
            drop_claim(ids);
            co_return;
        }
        const bool again = co_await back_off(tries);
        if (!again) co_return;
    }
}

asio::awaitable<bool> Scheduler::Impl::fetch_tasks(std::vector<JobKey> keys) {
    std::ranges::sort(keys);
    const auto repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
    std::erase_if(keys, [this](JobKey key) { return tasks_.find(key) != nullptr; });
    for (std::size_t tries = 0; !keys.empty(); ++tries) {
        const Result<std::vector<model::Job>> jobs = co_await store_.find_jobs_by_key(keys);
        if (jobs) {
            for (const model::Job& job : *jobs) remember_task(job);
            break;
        }
        const bool again = co_await back_off(tries);
        if (!again) co_return false;
    }
    co_return true;
}

Run Scheduler::Impl::new_run(const Claim& claim, const execution::TaskPtr& task) const {
    Run run{.id = claim.run, .task = task, .spends_job = claim.spent};
    model::Execution& row = run.row;
    row.id = ExecuteId{keyed_uuid(store_.id_key(), task->job_id.value(), claim.nominal)};
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
    row.node = options_.node;
    row.revision = task->revision;
    if (const auto summary = summaries_.find(claim.run); summary != summaries_.end())
        row.missed = summary->second;
    return run;
}

void Scheduler::Impl::settle_claim(const std::vector<RunId>& ids, const store::Claimed& claimed) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool mine = claimed.mine[i];
        if (mine) {
            Run* const run = runs_.find(ids[i]);
            runs_.move(*run, Stage::waiting);
            ++statistics_.claimed;
        } else {
            runs_.erase(ids[i]);
        }
        planner_.claimed(ids[i], mine);
    }
    for (const model::Job& job : claimed.disabled) job_changed(job);
    wake_.notify();
}

void Scheduler::Impl::drop_claim(const std::vector<RunId>& ids) {
    for (const RunId id : ids) {
        runs_.erase(id);
        planner_.claimed(id, false);
    }
}

}  // namespace ecron::analysis
