#include "analysis/scheduler/change_feed.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <semaphore>

#include "ecron/base/large_work.hpp"
#include "ecron/base/log.hpp"
#include "ecron/model/shard.hpp"

namespace ecron::analysis {
namespace {

constexpr std::size_t kChangesAtOnce = 1'000;
constexpr std::size_t kChangesPerTurn = 64;  // yield to other coroutines after this many
constexpr int kMostRepeated = 3;
constexpr std::size_t kLoadBatch = 128;
constexpr std::ptrdiff_t kLoadBatchesAhead = 16;

/// Returns where planning of a job resumes: with jitter an occurrence may lie before the watermark and be
/// unclaimed. A job that was changed while the clock was ahead is planned from the watermark.
LoadedJob loaded_job(const PlannedJob& job, Instant effective_from, Instant watermark) {
    const Millis jitter = job.policy.jitter;
    LoadedJob loaded{.job = job, .from = std::max(effective_from, watermark - jitter)};
    if (jitter > Millis{0}) loaded.claimed = watermark;
    return loaded;
}

/// Returns true if a job was changed again after the log was read. Its row no longer states what the change
/// that was read has made of it, so that the change would count as planned without its occurrences.
bool is_any_newer(const std::vector<ChangedJob>& jobs, ChangeNumber last) {
    return std::ranges::any_of(jobs, [last](const ChangedJob& one) { return one.job.revision > last; });
}

}  // namespace

asio::awaitable<void> ChangeFeed::run() {
    while (!context_.over) {
        const bool incomplete =
            std::ranges::any_of(shards_, [](const auto& shard) { return !shard->follower().is_loaded(); });
        if (incomplete && !context_.stopping) {
            const bool loaded = co_await load();
            if (loaded) on_loaded_();
        } else if (loaded_) {
            co_await read();
        }
        co_await wake_.wait(context_.options.tail);
    }
}

/// Loads the jobs of the shards that have none: initially of all, later of a shard that dropped its state.
asio::awaitable<bool> ChangeFeed::load() {
    const SteadyInstant begun = context_.clock.steady();
    std::vector<bool> wanted(shards_.size());
    const auto cluster = co_await context_.store.election->cluster();
    if (!cluster) co_return false;
    std::optional<ChangeNumber> oldest;
    for (const store::ShardState& state : cluster->shards) {
        if (state.shard.value() >= shards_.size()) continue;
        ShardScheduler& shard = *shards_[state.shard.value()];
        if (shard.follower().is_loaded()) continue;
        wanted[state.shard.value()] = true;
        shard.follower().begin_load(state);
        oldest = std::min(oldest.value_or(state.planned), state.planned);
    }
    if (!oldest) co_return false;
    if (!loaded_) context_.changes = *oldest;
    const Result<store::ActivePauses> pauses = co_await context_.store.pauses->pauses();
    if (!pauses) co_return false;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        if (!wanted[i]) continue;
        if (pauses->all) shards_[i]->follower().pause(std::nullopt, pauses->all);
        for (const store::Pause& pause : pauses->tenants)
            shards_[i]->follower().pause(context_.interner.intern(pause.tenant.value()), pause.since);
    }
    const bool recalled = co_await recall_pauses(*oldest, wanted);
    if (!recalled) co_return false;
    const bool loaded = co_await load_jobs(wanted);
    if (!loaded) co_return false;
    const bool complete = !loaded_ || co_await read_missing_changes(wanted);
    if (!complete) co_return false;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        if (!wanted[i]) continue;
        co_await shards_[i]->follower().end_load();
    }
    loaded_ = true;
    log::info("jobs loaded count={} took={}", shards_.jobs(),
              format_duration(std::chrono::duration_cast<Millis>(context_.clock.steady() - begun)));
    co_return true;
}

/// Restores recently ended pauses: an occurrence that was due in one and lost its node may be found only now.
asio::awaitable<bool> ChangeFeed::recall_pauses(ChangeNumber planned, std::vector<bool> wanted) {
    const std::int64_t most = std::int64_t{kChangesAtOnce};
    const ChangeNumber after{std::max(std::int64_t{0}, planned.value() - most)};
    const auto changes = co_await context_.store.changes->changes_after(after, kChangesAtOnce);
    if (!changes) co_return false;
    for (const store::Change& change : *changes)
        if (change.number <= planned && change.kind == "resume") take_pause(change, wanted);
    co_return true;
}

/// The reader's thread reads and parses rows and passes them on in small batches; it waits if it is too far
/// ahead. Changes that the shard's leader had not recorded as planned come from the change log.
asio::awaitable<bool> ChangeFeed::load_jobs(std::vector<bool> wanted) {
    struct Loading {
        std::counting_semaphore<> ahead{kLoadBatchesAhead};
        std::vector<std::vector<LoadedJob>> batches;
        std::size_t unreadable{0};
    };
    const auto loading = std::make_shared<Loading>();
    loading->batches.resize(shards_.size());
    std::vector<store::ShardState> positions;
    for (const auto& shard : shards_) positions.push_back(shard->follower().position());

    const auto resign = [this, loading](std::size_t shard) {
        loading->ahead.acquire();
        asio::post(context_.io, [this, loading, shard, batch = std::exchange(loading->batches[shard], {})] {
            shards_[shard]->follower().put(batch);
            loading->ahead.release();
        });
    };
    const Instant latest = context_.store_now() + store::kWatermarkTolerance;
    const auto each = [this, loading, resign, positions, latest,
                       wanted = std::move(wanted)](const store::StoredPlan& row) {
        const std::size_t shard = model::shard_of(JobId{std::string{row.id}}, wanted.size()).value();
        if (!wanted[shard] || row.revision > positions[shard].planned) return;
        const auto job = planned_job(row, context_.options, context_.interner);
        if (!job) {
            if (!row.cron_time.empty() && ++loading->unreadable <= 10)
                log::warn("failed to plan job: job_id={} reason={}", row.id, job.error());
            return;
        }
        const Instant from = row.effective_from > latest ? Instant::min() : row.effective_from;
        loading->batches[shard].push_back(loaded_job(*job, from, *positions[shard].watermark));
        if (loading->batches[shard].size() >= kLoadBatch) resign(shard);
    };
    const Result<std::size_t> read = co_await context_.store.changes->load_plans(each);
    if (!read) {
        log::warn("failed to load jobs: error={}", read.error().what);
        co_return false;
    }
    for (std::size_t i = 0; i < shards_.size(); ++i)
        shards_[i]->follower().put(std::exchange(loading->batches[i], {}));
    co_return true;
}

/// A reloaded shard has missed none of the changes that the other shards know.
asio::awaitable<bool> ChangeFeed::read_missing_changes(std::vector<bool> wanted) {
    ChangeNumber after = context_.changes;
    for (std::size_t i = 0; i < shards_.size(); ++i)
        if (wanted[i]) after = std::min(after, shards_[i]->follower().position().planned);
    while (after < context_.changes) {
        const auto changes = co_await context_.store.changes->changes_after(after, kChangesAtOnce);
        if (!changes || changes->empty()) co_return false;
        const auto jobs = co_await jobs_of(*changes);
        if (!jobs) co_return false;
        for (const store::Change& change : *changes) {
            after = change.number;
            if (change.number > context_.changes) break;
            if (change.is_pause())
                take_pause(change, wanted);
            else if (!change.is_request() && wanted[model::shard_of(change.job_id, shards_.size()).value()])
                take_job_change(change, *jobs);
        }
    }
    co_return true;
}

asio::awaitable<bool> ChangeFeed::read() {
    for (int repeated = 0;;) {
        const auto changes = co_await context_.store.changes->changes_after(context_.changes, kChangesAtOnce);
        if (!changes) co_return false;
        if (changes->empty()) co_return true;
        const auto jobs = co_await jobs_of(*changes);
        if (!jobs) co_return false;
        const bool at_end = changes->size() < kChangesAtOnce;
        if (at_end && is_any_newer(*jobs, changes->back().number) && repeated++ < kMostRepeated) continue;
        std::size_t taken = 0;
        for (const store::Change& change : *changes) {
            if (change.number <= context_.changes) continue;  // received from the API in the meantime
            take_change(change, *jobs);
            context_.changes = change.number;
            if (++taken % kChangesPerTurn == 0) co_await yield(context_.io);
        }
        if (at_end) co_return true;
    }
}

asio::awaitable<std::optional<std::vector<ChangedJob>>> ChangeFeed::jobs_of(
    const std::vector<store::Change>& changes) {
    std::vector<JobKey> keys = store::jobs_to_read(changes);
    std::vector<ChangedJob> changed;
    if (keys.empty()) co_return changed;
    auto jobs = co_await context_.store.jobs->find_jobs_by_key(std::move(keys));
    if (!jobs) co_return std::nullopt;
    std::ranges::sort(*jobs, {}, &model::Job::key);
    changed.reserve(jobs->size());
    for (model::Job& job : *jobs) {
        execution::TaskPtr task = co_await context_.prepare_task(job);
        changed.push_back({std::move(job), std::move(task)});
        if (changed.size() % kChangesPerTurn == 0) co_await yield(context_.io);
    }
    co_return changed;
}

void ChangeFeed::take_change(const store::Change& change, const std::vector<ChangedJob>& jobs) {
    if (change.is_pause()) {
        take_pause(change, std::vector<bool>(shards_.size(), true));
        return;
    }
    ShardScheduler& shard = shards_.of(change.job_id);
    if (change.kind == "run")
        context_.gate.spawn("requested", shard.recovery().requested(change.execution));
    else if (change.kind == "cancel")
        shard.requests().cancel({.number = change.number, .execution = change.execution, .by = change.by});
    else if (change.kind == "callback")
        context_.gate.spawn("callback", shard.requests().read_result(change.execution));
    else
        take_job_change(change, jobs);
}

void ChangeFeed::take_pause(const store::Change& change, const std::vector<bool>& wanted) {
    const std::string& tenant = change.tenant.value();
    const std::optional<Group> group =
        tenant.empty() ? std::nullopt : std::optional{context_.interner.intern(tenant)};
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        if (!wanted[i]) continue;
        if (change.kind == "pause")
            shards_[i]->follower().pause(group, change.at);
        else
            shards_[i]->follower().resume(
                {.number = change.number, .tenant = group, .at = change.at, .since = change.since});
    }
}

void ChangeFeed::take_job_change(const store::Change& change, const std::vector<ChangedJob>& jobs) {
    ShardScheduler& shard = shards_.of(change.job_id);
    const auto found =
        std::ranges::lower_bound(jobs, change.job_key, {}, [](const ChangedJob& one) { return one.job.key; });
    const ChangedJob* const job = found != jobs.end() && found->job.key == change.job_key ? &*found : nullptr;
    context_.tasks.erase(change.job_key);
    if (job != nullptr && job->task != nullptr) shard.requests().refresh_tasks(job->task);
    shard.follower().changed(plan_change(change, job, context_.options, context_.interner));
    if (change.kind == "delete") shard.requests().job_gone(change.job_key, "deleted");
}

void ChangeFeed::job_changed(const model::Job& job) {
    if (!loaded_) return;
    ShardScheduler& shard = shards_.of(job.id);
    const bool next = job.revision.value() == context_.changes.value() + 1;
    const bool is_large = job.context.size() > kLargeWork;
    if (!next || is_large || !shard.plans_changes()) {
        wake_.notify();
        return;
    }
    context_.changes = job.revision;
    context_.tasks.erase(job.key);
    const ChangedJob changed{job, context_.make_task(job)};
    if (changed.task != nullptr) shard.requests().refresh_tasks(changed.task);
    shard.follower().changed(plan_change(changed, context_.options, context_.interner));
}

}  // namespace ecron::analysis
