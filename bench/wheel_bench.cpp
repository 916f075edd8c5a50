#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "ecron/analysis/planner.hpp"
#include "ecron/analysis/timer_wheel.hpp"

/// The wheel with a million timers, and the planner with a million jobs. `longest_us` is the longest single
/// call.
namespace {

using namespace ecron;
using namespace ecron::analysis;
using namespace std::chrono_literals;

constexpr std::size_t kTimers = 1'000'000;
const Instant kStart{Millis{1'767'571'200'123}};

/// The maximum of many calls in this thread's CPU time, which excludes preemption by other processes.
class Stopwatch {
public:
    template <class Call> void time(const Call& call) {
        const auto begin = spent();
        call();
        longest_ = std::max(longest_, spent() - begin);
    }
    [[nodiscard]] double longest_us() const {
        return std::chrono::duration<double, std::micro>(longest_).count();
    }

private:
    static std::chrono::nanoseconds spent() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
    }
    std::chrono::nanoseconds longest_{};
};

std::vector<Instant> random_dues(std::size_t count, Millis within) {
    std::mt19937_64 random{1};
    std::vector<Instant> dues(count);
    for (Instant& due : dues)
        due = kStart +
              Millis{1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(within.count()))};
    return dues;
}

void arm_and_cancel(benchmark::State& state) {
    const auto dues = random_dues(kTimers, 1h);
    TimerWheel wheel{kStart};
    std::vector<TimerId> ids;
    for (std::uint32_t i = 0; i < kTimers; ++i) ids.push_back(wheel.add(i, dues[i]));
    std::mt19937_64 random{2};
    std::size_t count = 0;
    for ([[maybe_unused]] auto _ : state) {  // a random one of a million
        const auto one = static_cast<std::uint32_t>(random() % kTimers);
        wheel.cancel(ids[one]);
        ids[one] = wheel.add(one, dues[(one + ++count) % kTimers]);
    }
    state.counters["bytes_per_timer"] = static_cast<double>(wheel.memory()) / kTimers;
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(arm_and_cancel);

/// Expires a million timers over `range(0)` seconds, in calls `range(1)` milliseconds apart.
void arm_and_expire(benchmark::State& state) {
    const Millis within = std::chrono::seconds{state.range(0)};
    const Millis step{state.range(1)};
    const auto dues = random_dues(kTimers, within);
    std::vector<Due> out;
    std::int64_t total = 0;
    for ([[maybe_unused]] auto _ : state) {
        TimerWheel wheel{kStart};
        for (std::uint32_t i = 0; i < kTimers; ++i) wheel.add(i, dues[i]);
        for (Instant now = kStart; wheel.size() > 0;) {
            if (wheel.now() >= now) now += step;
            wheel.advance(now, 4'096, out);
            total += std::ssize(out);
            out.clear();
        }
    }
    state.SetItemsProcessed(total);
}
BENCHMARK(arm_and_expire)
    ->Args({3'600, 1'000})
    ->Args({3'600, 1})
    ->Args({86'400, 1'000})
    ->Unit(benchmark::kMillisecond);

/// The worst case of a call: midnight for a million timers, and a wheel that is rarely advanced.
void longest_call(benchmark::State& state) {
    Stopwatch watch;
    std::vector<Due> out;
    std::int64_t total = 0;
    for ([[maybe_unused]] auto _ : state) {
        TimerWheel wheel{kStart};
        for (std::uint32_t i = 0; i < kTimers; ++i)
            watch.time([&] { wheel.add(i, kStart + 24h + Millis{static_cast<std::int64_t>(i % 3)}); });
        for (Instant now = kStart; wheel.size() > 0;) {
            if (wheel.now() >= now) now += Millis{state.range(0)};
            watch.time([&] { wheel.advance(now, 4'096, out); });
            total += std::ssize(out);
            out.clear();
        }
    }
    state.SetItemsProcessed(total);
    state.counters["longest_us"] = watch.longest_us();
}
BENCHMARK(longest_call)->Arg(1'000)->Arg(3'600'000)->Unit(benchmark::kMillisecond)->Iterations(1);

std::vector<PlannedJob> many_jobs(std::size_t count) {
    std::vector<PlannedJob> jobs;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string cron = std::to_string(i % 60) + " " + std::to_string(i / 60 % 60) + " " +
                                 std::to_string(i / 3'600 % 24) + " * * *";
        jobs.push_back(
            {.key = JobKey{static_cast<std::int64_t>(i + 1)}, .schedule = cron::parse(cron, {})->schedule});
    }
    return jobs;
}

void plan_jobs(benchmark::State& state) {
    const auto jobs = many_jobs(static_cast<std::size_t>(state.range(0)));
    double bytes = 0;
    for ([[maybe_unused]] auto _ : state) {
        Planner planner{kStart, {}};
        for (const PlannedJob& job : jobs) planner.upsert(job, kStart);
        bytes = static_cast<double>(planner.size().memory) / static_cast<double>(jobs.size());
        state.PauseTiming();
        { const Planner gone = std::move(planner); }
        state.ResumeTiming();
    }
    state.counters["bytes_per_job"] = bytes;
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(jobs.size()));
}
BENCHMARK(plan_jobs)->RangeMultiplier(10)->Range(1'000, 10'000'000)->Unit(benchmark::kMillisecond);

/// A day in which each of `range(0)` daily jobs runs: claim, commit, start and end, per run.
void run_a_day(benchmark::State& state) {
    const auto jobs = many_jobs(static_cast<std::size_t>(state.range(0)));
    Planner planner{kStart, {}};
    for (const PlannedJob& job : jobs) planner.upsert(job, kStart);
    Instant now = kStart;
    Stopwatch watch;
    std::int64_t runs = 0;
    std::vector<Decision> decisions;
    for ([[maybe_unused]] auto _ : state) {
        for (const Instant goal = now + 24h; now < goal;) {
            now = std::max(now, std::min(goal, planner.progress().next_wake.value_or(goal)));
            decisions.clear();
            watch.time([&] { planner.advance(now, {1'000}, decisions); });
            for (const Decision& decision : decisions) {
                if (const auto* claim = std::get_if<Claim>(&decision))
                    planner.report(claim->run, Committed{}), ++runs;
                if (const auto* start = std::get_if<Start>(&decision)) planner.report(start->run, Ended{});
            }
        }
    }
    state.SetItemsProcessed(runs);
    state.counters["longest_us"] = watch.longest_us();
}
BENCHMARK(run_a_day)->RangeMultiplier(10)->Range(1'000, 10'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
