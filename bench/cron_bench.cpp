#include <benchmark/benchmark.h>

#include "ecron/cron/schedule.hpp"

/// The planner's work per run: the next occurrence after the last one. The expressions, zones and sequence
/// are those of test/oracle/robfig/next_test.go; bench/cron-vs-robfig compares the two.
namespace {

using namespace ecron;

cron::Schedule schedule(const char* expression, const char* zone_name) {
    cron::ParseOptions options;
    options.zone = cron::find_zone(zone_name).value();
    return cron::parse(expression, options).value().schedule;
}

void next(benchmark::State& state, const char* zone_name, const char* expression) {
    const cron::Schedule walked = schedule(expression, zone_name);
    const Instant begin = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
    const Instant end = std::chrono::sys_days{std::chrono::year{2066} / 1 / 1};
    Instant now = begin;
    for ([[maybe_unused]] auto _ : state) {
        now = walked.next_after(now).value_or(begin);
        if (now > end) now = begin;
        benchmark::DoNotOptimize(now);
    }
}

void names(benchmark::State& state, const char* zone_name, const char* expression) {
    const cron::Schedule asked = schedule(expression, zone_name);
    Instant now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(asked.names(now));
        now += Millis{61'000};
    }
}

void parse(benchmark::State& state, const char* zone_name, const char* expression) {
    cron::ParseOptions options;
    options.zone = cron::find_zone(zone_name).value();
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(cron::parse(expression, options));
}

BENCHMARK_CAPTURE(next, five_minutes, "UTC", "0 */5 * * * *");
BENCHMARK_CAPTURE(next, five_minutes_zone, "Europe/Berlin", "0 */5 * * * *");
BENCHMARK_CAPTURE(next, daily, "UTC", "0 30 2 * * *");
BENCHMARK_CAPTURE(next, daily_zone, "Europe/Berlin", "0 30 2 * * *");
BENCHMARK_CAPTURE(next, weekdays, "UTC", "0 0 9 * * MON-FRI");
BENCHMARK_CAPTURE(next, weekdays_zone, "Europe/Berlin", "0 0 9 * * MON-FRI");
BENCHMARK_CAPTURE(next, monthly, "UTC", "0 0 0 1 * *");
BENCHMARK_CAPTURE(next, monthly_zone, "Europe/Berlin", "0 0 0 1 * *");
BENCHMARK_CAPTURE(next, leap_day, "UTC", "0 0 0 29 2 *");
BENCHMARK_CAPTURE(next, leap_day_zone, "Europe/Berlin", "0 0 0 29 2 *");
BENCHMARK_CAPTURE(next, leap_friday_zone, "Europe/Berlin", "0 0 0 ? 2 FRI#5");
BENCHMARK_CAPTURE(names, five_minutes_zone, "Europe/Berlin", "0 */5 * * * *");
BENCHMARK_CAPTURE(names, daily_zone, "Europe/Berlin", "0 30 2 * * *");
BENCHMARK_CAPTURE(parse, daily_zone, "Europe/Berlin", "0 30 2 * * *");
BENCHMARK_CAPTURE(parse, list, "UTC", "0 1,5,10-20,*/15 9-17 1-7 JAN,JUL MON-FRI");

}  // namespace
