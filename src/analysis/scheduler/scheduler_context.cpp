#include "analysis/scheduler/scheduler_context.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/off_loop.hpp"

namespace ecron::analysis {
namespace {

constexpr std::size_t kWindows = 4;         // claim windows for all runs that do more than wait
constexpr std::size_t kShareOfRest = 4;     // multiple of the remaining window that one tenant may have
constexpr std::size_t kReserve = 64;        // minimum part of the window for each tenant
constexpr std::size_t kParkedWindows = 20;  // claim windows for runs that only wait
constexpr Seconds kBeatIsGood{3};
constexpr Seconds kPageKept{2};
constexpr std::size_t kRecoveryPage = 500;
constexpr Millis kJumpLasts{5'000};

}  // namespace

SchedulerContext::SchedulerContext(asio::io_context& context, const Clock& wall, store::Store& kept,
                                   execution::Pool& executors, SchedulerOptions given)
    : io(context),
      clock(wall),
      store(kept),
      pool(executors),
      options(std::move(given)),
      gate(io),
      progress(io),
      random(options.seed),
      tasks(options.task_cache_bytes),
      watch(options.lease, options.alone),
      clock_check(options.alone ? std::optional{kJumpLasts} : std::nullopt),
      retries(options.retries_per_second),
      signals(clock, options.signals),
      announcer(options.executions_url) {}

Instant SchedulerContext::now() const {
    const Instant wall = clock.now();
    const Instant theirs = store_now();
    const Millis off = wall > theirs ? wall - theirs : theirs - wall;
    return off > kClockTolerance ? theirs : wall;
}

Instant SchedulerContext::latest() const { return std::max(now(), store_now()); }

Instant SchedulerContext::store_now() const {
    if (!store_offset) return clock.now();
    return Instant{std::chrono::floor<Millis>(clock.steady().time_since_epoch()) + *store_offset};
}

std::size_t SchedulerContext::window() const {
    if (runs.parked() >= kParkedWindows * options.claim_window) return 0;
    const std::size_t most = kWindows * options.claim_window;
    return most - std::min(runs.present(), most);
}

/// A tenant may use a multiple of the remaining capacity: a single tenant gets four fifths of the window, and
/// any number of tenants leaves some of it. A new tenant still has the reserve.
std::size_t SchedulerContext::window_of(Group tenant) const {
    const std::size_t left = options.claim_window - std::min(runs.present(), options.claim_window);
    const std::size_t reserve = std::max<std::size_t>(options.claim_window / kReserve, 1);
    const std::size_t share = std::max(kShareOfRest * left, reserve);
    return share - std::min(runs.present(tenant), share);
}

bool SchedulerContext::heartbeat_is_fresh() const {
    const std::optional<SteadyInstant> beat = store.election->last_heartbeat();
    return beat && clock.steady() - *beat < kBeatIsGood;
}

asio::awaitable<bool> SchedulerContext::back_off(std::size_t tries) {
    constexpr Millis kFirst{50};
    constexpr Millis kMax{2'000};
    const Millis wait = std::min(kMax, kFirst * (1U << std::min<std::size_t>(tries, 6)));
    if (stopping && tries > 3) co_return false;
    co_await sleep(io, wait);
    co_return true;
}

asio::awaitable<std::optional<SchedulerContext::Tasks>> SchedulerContext::fetch_tasks(
    std::vector<JobKey> keys) {
    std::ranges::sort(keys);
    const auto repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
    Tasks fetched;
    std::erase_if(keys, [&](JobKey key) {
        execution::TaskPtr task = tasks.find(key);
        return task != nullptr && fetched.emplace(key, std::move(task)).second;
    });
    for (std::size_t tries = 0; !keys.empty(); ++tries) {
        const Result<std::vector<model::Job>> jobs = co_await store.jobs->find_jobs_by_key(keys);
        if (jobs) {
            std::size_t bytes = 0;
            for (const model::Job& job : *jobs) {
                bytes += job.context.size();
                if (bytes > kLargeWork) {
                    bytes = 0;
                    co_await yield(io);
                }
                const std::uint64_t generation = tasks.generation();
                execution::TaskPtr task = co_await prepare_task(job);
                if (task == nullptr) continue;
                if (tasks.generation() == generation) tasks.put(job.key, task);  // else it may be outdated
                fetched.emplace(job.key, std::move(task));
            }
            break;
        }
        const bool again = co_await back_off(tries);
        if (!again) co_return std::nullopt;
    }
    co_return fetched;
}

asio::awaitable<Result<SchedulerContext::Page>> SchedulerContext::unended_page(std::int64_t after,
                                                                               SteadyInstant since) {
    std::erase_if(pages_,
                  [this](const auto& entry) { return clock.steady() - entry.second->sent > kPageKept; });
    if (const auto found = pages_.find(after); found != pages_.end() && found->second->sent >= since) {
        const std::shared_ptr<SharedPage> page = found->second;
        while (!page->answer) co_await progress.wait(Millis{10});
        co_return *page->answer;
    }
    const auto page = std::make_shared<SharedPage>(SharedPage{.sent = clock.steady()});
    pages_[after] = page;
    Result<std::vector<model::Execution>> rows = co_await store.queries->unended(kRecoveryPage, after);
    if (rows) {
        page->answer = std::make_shared<const std::vector<model::Execution>>(std::move(*rows));
    } else {
        page->answer = std::unexpected(rows.error());
        // By now the page may have been dropped or replaced by another one.
        const auto kept = pages_.find(after);
        if (kept != pages_.end() && kept->second == page) pages_.erase(kept);
    }
    progress.notify();
    co_return *page->answer;
}

asio::awaitable<execution::TaskPtr> SchedulerContext::task_of(model::Execution row) {
    if (row.snapshot.empty()) {
        std::vector<JobKey> keys{row.job_key};
        const auto fetched = co_await fetch_tasks(std::move(keys));
        const bool found = fetched && fetched->contains(row.job_key);
        co_return found ? fetched->at(row.job_key) : nullptr;
    }
    const model::Job job{.id = row.job_id,
                         .name = row.job_name,
                         .type = row.job_type,
                         .context = row.snapshot,
                         .tenant = row.tenant};
    co_return co_await prepare_task(job);
}

model::Execution SchedulerContext::requested_run(const model::Job& job, model::RunRequest request) const {
    const Instant at = now();
    return {.id = std::move(*request.id),
            .job_id = job.id,
            .job_key = job.key,
            .job_type = job.type,
            .job_name = job.name,
            .state = model::ExecutionState::pending,
            .begin_at = at,
            .tenant = job.tenant,
            .traceparent = std::move(request.traceparent),
            .trigger = request.trigger,
            .scheduled_at = at,
            .due = at,
            .attempt = 1,
            .revision = job.revision};
}

execution::TaskPtr SchedulerContext::make_task(const model::Job& job) const {
    auto context = model::read_context(job.context);
    if (!context) {
        log::warn("failed to read context: job_id={} reason={}", job.id, context.error().what);
        return nullptr;
    }
    auto task = std::make_shared<execution::Task>();
    task->job_id = job.id;
    task->job_key = job.key;
    task->job_name = job.name;
    task->job_type = job.type;
    task->tenant = job.tenant;
    task->revision = job.revision;
    task->context = std::move(*context);
    return task;
}

asio::awaitable<execution::TaskPtr> SchedulerContext::prepare_task(const model::Job& job) const {
    return off_loop({job.tenant.value(), job.context.size()}, [this, &job] { return make_task(job); });
}

void SchedulerContext::outcome_stored(const store::Outcome& outcome, std::string_view reason) {
    count(outcome.after.state);
    signals.stored(outcome, reason);
}

void SchedulerContext::count(model::ExecutionState state) {
    switch (state) {
        case model::ExecutionState::success:
            ++statistics.succeeded;
            break;
        case model::ExecutionState::failure:
            ++statistics.failed;
            break;
        case model::ExecutionState::abandon:
            ++statistics.abandoned;
            break;
        case model::ExecutionState::interrupt:
            ++statistics.interrupted;
            break;
        case model::ExecutionState::executing:
        case model::ExecutionState::pending:
        case model::ExecutionState::unknown:
            break;
    }
}

}  // namespace ecron::analysis
