#include <boost/asio/post.hpp>
#include <semaphore>

#include "ecron/base/log.hpp"
#include "scheduler_impl.hpp"

/// Taking the lead, loading the jobs, recovering what an earlier term left, and letting go.
namespace ecron::analysis {
namespace {

constexpr Millis kLeadPoll{200};
constexpr Millis kCampaign{100};
constexpr Millis kHousekeeping{1'000};
constexpr Millis kLongRun{500};  // after it a run that goes on is recorded as executing
constexpr int kMostLosses = 3;
constexpr std::size_t kLoadBatch = 128;
constexpr std::ptrdiff_t kLoadBatchesAhead = 16;
constexpr std::size_t kRecoveryPage = 500;

struct LoadedJob {
    PlannedJob job;
    Instant from;
    std::optional<Instant> claimed{};
};

/// Where planning of a job goes on: what the last term knew was planned up to the watermark, what it did not
/// know holds since it was made. With jitter an instant may lie before the watermark and be unclaimed.
LoadedJob loaded_job(PlannedJob job, const store::StoredPlan& row, const store::Term& term) {
    const Millis jitter = job.timing.jitter;
    const bool known = row.revision <= term.planned;
    LoadedJob loaded{.job = std::move(job), .from = row.effective_from};
    if (known) loaded.from = std::max(loaded.from, term.watermark - jitter);
    if (known && jitter > Millis{0}) loaded.claimed = term.watermark;
    return loaded;
}

bool is_planned(const model::Execution& row) {
    return row.trigger == model::Trigger::schedule && row.nominal.has_value();
}

}  // namespace

Scheduler::Impl::Impl(asio::io_context& io, const Clock& clock, store::Store& store, execution::Pool& pool,
                      SchedulerOptions options)
    : io_(io),
      clock_(clock),
      store_(store),
      pool_(pool),
      options_(std::move(options)),
      gate_(io),
      wake_(io),
      progress_(io),
      beat_(io),
      round_(io),
      random_(options_.seed),
      planner_(clock.now(), PlannerOptions{.claim_ahead = options_.claim_ahead}),
      tasks_(options_.task_cache_bytes) {}

asio::awaitable<void> Scheduler::Impl::run() {
    gate_.spawn("campaign", campaign());
    gate_.spawn("housekeeping", housekeeping());
    while (!stopping_) {
        const bool taken = co_await take_lead();
        if (taken) {
            planning_ = true;
            stands_by_ = false;
            loaded_ = true;
            co_await plan();
            planning_ = false;
            if (!stopping_) log::warn("lead lost, planning pauses node={}", options_.node);
        } else if (!stopping_) {
            co_await wake_.wait(kLeadPoll);
        }
    }
}

/// Keeps the lock of the shard, or tries to get it.
asio::awaitable<void> Scheduler::Impl::campaign() {
    while (campaigning_) {
        const Result<store::Standing> standing =
            co_await store_.campaign({.node = options_.node, .most = store::kMostShards});
        campaigned_ = standing.has_value();
        if (campaigned_ && !planning_) wake_.notify();
        co_await round_.wait(kCampaign);
    }
}

asio::awaitable<bool> Scheduler::Impl::take_lead() {
    const Result<store::Term> term = co_await store_.begin_term(kOnlyShard, options_.node);
    if (!term) {
        const bool stood_by = stands_by_;
        stands_by_ = term.error().code == Errc::denied && campaigned_;
        loaded_ = loaded_ || stands_by_;
        if (stands_by_ && !stood_by) log::info("standing by, another process leads node={}", options_.node);
        co_return false;
    }
    const bool nobody_between = term_ && term->epoch.value() == term_->epoch.value() + 1;
    term_ = *term;
    log::info("lead taken node={} epoch={} watermark={}", options_.node, term->epoch,
              format_rfc3339_millis(term->watermark));
    if (nobody_between && loaded_once_) co_return true;
    forget_everything();
    const bool loaded = co_await load();
    co_return loaded;
}

void Scheduler::Impl::forget_everything() {
    ++term_count_;
    for (const RunId id : runs_.ids()) pool_.cancel(runs_.find(id)->row.id);
    runs_ = RunTable{};
    tasks_.clear();
    decided_.clear();
    to_start_.clear();
    to_withdraw_.clear();
    missed_.clear();
    summaries_.clear();
    groups_ = Groups{};
    planner_ = Planner{clock_.now(), PlannerOptions{.claim_ahead = options_.claim_ahead}};
    changes_ = ChangePosition{term_->head};
    planned_ = term_->planned;
    loaded_once_ = false;
}

asio::awaitable<bool> Scheduler::Impl::load() {
    const SteadyInstant begun = clock_.steady();
    const Result<store::Store::Pauses> pauses = co_await store_.pauses();
    if (!pauses) co_return false;
    const bool jobs_loaded = co_await load_jobs();
    if (!jobs_loaded) co_return false;
    // The watermark was committed when the pause began.
    if (pauses->all) planner_.pause(std::nullopt, term_->watermark);
    for (const store::Store::Pause& pause : pauses->tenants)
        planner_.pause(groups_.of(pause.tenant.value()), term_->watermark);
    loaded_once_ = true;
    log::info("jobs loaded count={} took={}", planner_.jobs(),
              format_duration(std::chrono::duration_cast<Millis>(clock_.steady() - begun)));
    gate_.spawn("recover", recover(term_count_));
    co_return true;
}

/// Rows are read and parsed on the reader's thread and handed over in small batches; it waits when it is too
/// far ahead.
asio::awaitable<bool> Scheduler::Impl::load_jobs() {
    struct Loading {
        std::counting_semaphore<> ahead{kLoadBatchesAhead};
        Groups groups;
        std::vector<LoadedJob> batch;
        std::size_t unreadable{0};
    };
    const auto loading = std::make_shared<Loading>();
    const store::Term term = *term_;

    const Result<std::int64_t> expected =
        co_await store_.count_jobs(std::nullopt, std::nullopt, std::nullopt);
    if (!expected) co_return false;
    planner_.reserve(static_cast<std::size_t>(*expected));

    const auto hand_over = [this, loading] {
        loading->ahead.acquire();
        asio::post(io_, [this, loading, batch = std::exchange(loading->batch, {})] {
            for (const LoadedJob& loaded : batch) planner_.upsert(loaded.job, loaded.from, loaded.claimed);
            loading->ahead.release();
        });
        loading->batch.reserve(kLoadBatch);
    };
    const auto each = [this, loading, term, hand_over](const store::StoredPlan& row) {
        const auto job = planned_job(row, options_, loading->groups);
        if (!job) {
            if (!row.cron_time.empty() && ++loading->unreadable <= 10)
                log::warn("job cannot be planned job={} reason={}", row.id, job.error());
            return;
        }
        loading->batch.push_back(loaded_job(*job, row, term));
        if (loading->batch.size() >= kLoadBatch) hand_over();
    };
    const Result<std::size_t> read = co_await store_.load_plans(each);
    if (!read) {
        log::warn("jobs not loaded error={}", read.error().what);
        co_return false;
    }
    for (const LoadedJob& loaded : std::exchange(loading->batch, {}))
        planner_.upsert(loaded.job, loaded.from, loaded.claimed);
    groups_ = std::move(loading->groups);
    co_return true;
}

/// Executions of earlier terms that have not ended, page by page as there is room.
asio::awaitable<void> Scheduler::Impl::recover(std::uint64_t term) {
    std::int64_t after = 0;
    std::size_t count = 0;
    for (std::size_t tries = 0; term == term_count_ && !stopping_;) {
        if (window() == 0) {
            co_await progress_.wait(kHousekeeping);
            continue;
        }
        const auto page = co_await store_.unended(kRecoveryPage, after);
        if (term != term_count_) co_return;
        if (!page) {
            const bool again = co_await back_off(tries++);
            if (!again) co_return;
            continue;
        }
        if (page->empty()) break;
        after = page->back().key;
        count += page->size();
        for (const model::Execution& row : *page) {
            if (row.epoch != term_->epoch) co_await adopt(row, term);
            if (term != term_count_) co_return;
        }
        wake_.notify();
    }
    if (count > 0) log::info("unended executions recovered count={}", count);
}

/// Whether a run is in memory already, once no claim of it is under way: such a claim may find that the row
/// is not its own, and forget it.
asio::awaitable<bool> Scheduler::Impl::knows(ExecuteId id, std::uint64_t term) {
    for (;;) {
        const Run* const run = runs_.find(id);
        if (run == nullptr || run->stage != Stage::unclaimed || term != term_count_) co_return run != nullptr;
        co_await progress_.wait(kHousekeeping);
    }
}

asio::awaitable<void> Scheduler::Impl::adopt(model::Execution row, std::uint64_t term) {
    const bool here = co_await knows(row.id, term);
    if (here || term != term_count_) co_return;
    execution::TaskPtr task = co_await task_of(row);
    if (term != term_count_) co_return;
    const Instant now = clock_.now();
    const bool untouched = row.state == model::ExecutionState::pending &&
                           (row.node.value().empty() || row.due.value_or(now) > now);
    if (untouched && row.attempt <= 1 && !still_named(row, task)) {
        const Result<void> gone = co_await store_.withdraw(kOnlyShard, term_->epoch, {row.id});
        if (!gone) log::warn("run not withdrawn execution={} error={}", row.id, gone.error().what);
        co_return;
    }
    const bool under_way = !row.accepted && !untouched && row.state != model::ExecutionState::failure;
    if (task == nullptr || under_way) {
        const bool goes_on = co_await survive_loss(row, task);
        if (!goes_on || term != term_count_) co_return;
    }
    const bool claimed_meanwhile = co_await knows(row.id, term);
    if (claimed_meanwhile || term != term_count_) co_return;

    const bool has_begun = row.state == model::ExecutionState::failure || row.attempt > 1;
    const Timing timing = timing_of(task->context.plan, task->job_type, options_.timing, groups_);
    const Planner::Adopted state = row.accepted ? Planner::Adopted::accepted
                                   : has_begun  ? Planner::Adopted::retrying
                                                : Planner::Adopted::waiting;
    const RunId id = planner_.adopt(row.job_key, is_planned(row) ? row.nominal : std::nullopt,
                                    row.due.value_or(now), state, timing);
    const Stage stage = row.accepted ? Stage::accepted : has_begun ? Stage::retrying : Stage::waiting;
    const bool reported = row.accepted && !row.result.empty();
    Run& run = runs_.add(
        Run{.id = id, .stage = stage, .task = std::move(task), .row = std::move(row), .needs_begin = true});
    if (!reported) co_return;
    run.early_result = run.row.result;  // kept, and its target told so, by a process that died before the end
    gate_.spawn("callback", complete_by_callback(id));
}

/// Whether a planned run that has not started is still one of its job's; a job that is spent is disabled with
/// it.
bool Scheduler::Impl::still_named(const model::Execution& row, const execution::TaskPtr& task) const {
    if (!is_planned(row) || task == nullptr) return task != nullptr;
    if (task->job_type == model::JobType::timed && !task->context.plan.repeats) return true;
    const std::optional<PlannedJob> job = planner_.find(row.job_key);
    return job && job->schedule.names(*row.nominal);
}

/// The node that ran it is gone: the run goes back to pending as a new attempt, or ends. False: it ended.
asio::awaitable<bool> Scheduler::Impl::survive_loss(model::Execution& row, const execution::TaskPtr& task) {
    store::Outcome outcome{.id = row.id, .attempt = row.attempt};
    const model::NodeLoss policy = task == nullptr
                                       ? model::NodeLoss::interrupt
                                       : task->context.on_node_loss.value_or(options_.on_node_loss);
    const bool goes_on = policy == model::NodeLoss::retry && row.losses + 1 < kMostLosses;
    ++row.losses;
    if (goes_on) {
        row.state = model::ExecutionState::pending;
        row.due = clock_.now();
        outcome.next_attempt = row.attempt + 1;
    } else {
        row.state = model::ExecutionState::interrupt;
        row.reason = task == nullptr ? "job_gone" : "node_lost";
        row.end_at = clock_.now();
    }
    row.node = NodeId{};
    outcome.after = row;
    log::info("execution lost its node execution={} job={} attempt={} goes_on={}", row.id, row.job_id,
              row.attempt, goes_on);
    const bool written = co_await write_outcome(outcome);
    if (goes_on) ++row.attempt;
    co_return written&& goes_on;
}

asio::awaitable<execution::TaskPtr> Scheduler::Impl::task_of(const model::Execution& row) {
    if (row.snapshot.empty()) {
        const bool fetched = co_await fetch_tasks({row.job_key});
        co_return fetched ? tasks_.find(row.job_key) : nullptr;
    }
    model::Job job{.id = row.job_id,
                   .name = row.job_name,
                   .type = row.job_type,
                   .context = row.snapshot,
                   .tenant = row.tenant};
    co_return make_task(job);
}

asio::awaitable<bool> Scheduler::Impl::back_off(std::size_t tries) {
    constexpr Millis kFirst{50};
    constexpr Millis kMost{2'000};
    const Millis wait = std::min(kMost, kFirst * (1U << std::min<std::size_t>(tries, 6)));
    if (stopping_ && tries > 3) co_return false;
    co_await sleep(io_, wait);
    co_return true;
}

asio::awaitable<void> Scheduler::Impl::housekeeping() {
    while (!stopping_) {
        co_await beat_.wait(kHousekeeping);
        if (stopping_ || !leads()) continue;
        record_long_runs();
        co_await follow_changes();
    }
}

/// Outwards a run that takes long shows as executing.
void Scheduler::Impl::record_long_runs() {
    for (const RunId id : runs_.ids()) {
        Run& run = *runs_.find(id);
        if (run.stage != Stage::running || run.begin_recorded || clock_.now() - run.began < kLongRun)
            continue;
        run.begin_recorded = true;
        gate_.spawn("record", record_begin(id));
    }
}

asio::awaitable<void> Scheduler::Impl::record_begin(RunId id) {
    const Run* const run = runs_.find(id);
    if (run == nullptr || run->stage != Stage::running) co_return;
    model::Execution after = run->row;
    after.state = model::ExecutionState::executing;
    after.begin_at = run->row.executors.empty() ? run->began : run->row.begin_at;
    after.executors.push_back({options_.executor_id, run->began});
    after.execute_times = static_cast<int>(after.executors.size());
    const Result<store::Begun> begun =
        co_await store_.begin_attempt(after.id, after.attempt, after, std::nullopt);
    if (!begun) log::debug("start not recorded execution={} error={}", after.id, begun.error().what);
}

/// Changes that nobody told: of a request whose answer was lost, or of another process.
asio::awaitable<void> Scheduler::Impl::follow_changes() {
    const std::uint64_t term = term_count_;
    const auto changes = co_await store_.changes_after(changes_.seen(), 1'000);
    if (!changes || changes->empty()) co_return;
    std::vector<JobKey> keys;
    for (const store::Change& change : *changes)
        if (!changes_.has_seen(change.number)) keys.push_back(change.job_key);
    if (keys.empty()) co_return;
    const auto jobs = co_await store_.find_jobs_by_key(keys);
    if (!jobs || term != term_count_) co_return;
    for (const store::Change& change : *changes) {
        if (!changes_.note(change.number)) continue;
        const auto job = std::ranges::find(*jobs, change.job_key, &model::Job::key);
        if (job != jobs->end())
            apply(*job);
        else
            forget_job(change.job_key, "deleted");
    }
    wake_.notify();
}

asio::awaitable<void> Scheduler::Impl::stop(Millis grace) {
    stopping_ = true;
    beat_.notify();
    wake_.notify();
    log::info("draining runs={}", runs_.size());
    const SteadyInstant deadline = clock_.steady() + grace;
    const auto busy = [this] { return pool_.running() + pool_.waiting() > 0; };
    // A claim that is being committed becomes runs, which are handed back too.
    while (claiming_ || (busy() && clock_.steady() < deadline)) co_await progress_.wait(Millis{50});
    while (claiming_ || starting_) co_await progress_.wait(Millis{10});
    for (const RunId id : runs_.ids()) gate_.spawn("hand back", hand_back(id));
    campaigning_ = false;
    round_.notify();
    co_await gate_.drained();
    if (term_) {
        const Result<void> ended = co_await store_.end_term(kOnlyShard);
        if (!ended) log::warn("term not ended error={}", ended.error().what);
    }
}

/// Puts a run that this process will not finish back to pending, so that the next term starts it at once.
asio::awaitable<void> Scheduler::Impl::hand_back(RunId id) {
    const Run* const run = runs_.find(id);
    if (run == nullptr) co_return;  // it ended meanwhile
    const bool unfinished = run->stage == Stage::running || run->stage == Stage::starting;
    if (!unfinished && run->stage != Stage::waiting) co_return;
    const ExecuteId execution = run->row.id;
    store::Outcome outcome{.id = execution, .attempt = run->row.attempt, .after = run->row};
    outcome.after.state = model::ExecutionState::pending;
    outcome.after.node = NodeId{};
    if (unfinished) {
        outcome.after.losses = run->row.losses + 1;
        outcome.after.executors.push_back({options_.executor_id, run->began});
        outcome.after.execute_times = static_cast<int>(outcome.after.executors.size());
        outcome.next_attempt = run->row.attempt + 1;
        outcome.record = model::Attempt{.execute_id = execution,
                                        .number = run->row.attempt,
                                        .begin_at = run->began,
                                        .end_at = clock_.now(),
                                        .node = options_.node,
                                        .outcome = model::ExecutionState::interrupt,
                                        .reason = "the node was shut down"};
    }
    runs_.erase(id);
    pool_.cancel(execution);
    const Result<bool> written = co_await store_.finish(outcome);
    if (!written) log::warn("run not handed back execution={} error={}", execution, written.error().what);
}

}  // namespace ecron::analysis
