#include <benchmark/benchmark.h>

#include "ecron/model/json.hpp"

/// The cost of parsing a job, writing its response and loading its plan.
namespace {

using namespace ecron;
using namespace ecron::model;

constexpr std::string_view kJob =
    R"({"job_name":"nightly report","job_cron_time":"*/5 * * * *","job_type":"scheduled","job_context":{"mode":"http",)"
    R"("exec":"https://api.example.com/endpoint","info":{"method":"POST","params":{"k":"v"},)"
    R"("headers":{"Content-Type":"application/json"},"body":{"key":"value"}},)"
    R"("notify":{"webhook":"https://callback.example.com/webhook"}},"enabled":true,"remarks":"every five minutes"})";
const Instant kNow = from_unix_seconds(1'800'000'000);

JobInput sample() { return read_job(kJob, Purpose::store, Rules{}, kNow).value(); }

void read_a_job(benchmark::State& state) {
    const Rules rules;
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(read_job(kJob, Purpose::store, rules, kNow));
}
BENCHMARK(read_a_job);

void read_a_stored_context(benchmark::State& state) {
    const std::string text = sample().job.context;
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(read_context(text));
}
BENCHMARK(read_a_stored_context);

void write_a_context(benchmark::State& state) {
    const Context context = sample().context;
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(write_context(context));
}
BENCHMARK(write_a_context);

void append_a_job(benchmark::State& state) {
    Job job = sample().job;
    job.id = JobId{"0198c0de-0000-8000-8000-000000000000"};
    job.created_at = job.updated_at = kNow;
    std::string out;
    for ([[maybe_unused]] auto _ : state) {
        out.clear();
        append_json(out, job);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(append_a_job);

void append_an_execution(benchmark::State& state) {
    Execution execution;
    execution.id = ExecuteId{"0198c0de-0000-8000-8000-000000000000"};
    execution.job_id = JobId{"0198c0de-0000-8000-8000-000000000001"};
    execution.job_name = "nightly report";
    execution.begin_at = execution.end_at = execution.scheduled_at = kNow;
    execution.executors = {{"node-1", kNow}};
    execution.attempt = 1;
    std::string out;
    for ([[maybe_unused]] auto _ : state) {
        out.clear();
        append_json(out, execution);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(append_an_execution);

void read_a_plan(benchmark::State& state) {
    Plan plan;
    if (state.range(0) == 1) plan.timezone = "Europe/Berlin", plan.jitter = Millis{30'000};
    const std::string text = write_plan(plan);
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(read_plan(text));
}
BENCHMARK(read_a_plan)->Arg(0)->Arg(1);

}  // namespace
