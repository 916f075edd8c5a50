#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "ecron/base/time.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

namespace ecron::bench {
namespace {

constexpr double kMebibyte = 1 << 20;
constexpr std::size_t kTargetJobs = 1'000'000;  // the number of jobs that the startup targets are defined for
constexpr std::size_t kPlannerJobs = 100'000;   // with fewer, the planner's fixed memory dominates

/// ecron's query for each job at startup.
constexpr const char* kLoadSelect =
    "select f_key_id, f_job_id, f_job_cron_time, f_job_type, f_plan, case when f_plan is null then "
    "f_job_context end, "
    "f_tenant_id, f_create_time, f_effective_from, f_revision from t_cron_job where f_enabled <> 0";

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct BareRead {
    std::size_t rows{};
    std::size_t bytes{};
    double seconds{};
};

BareRead read_bare(Connection& connection) {
    BareRead read;
    const auto begin = std::chrono::steady_clock::now();
    connection.read(kLoadSelect, [&read](Fields fields) {
        ++read.rows;
        for (const std::string_view field : fields) read.bytes += field.size();
    });
    read.seconds = seconds_since(begin);
    return read;
}

struct Start {
    double rows{};
    double load_seconds{};   // from its log
    double ready_seconds{};  // from the start of the process
    ProcessMemory memory{};
    double planner_bytes_per_job{};
};

Start start_ecron(const Installation& installation) {
    const auto ecron = installation.start();
    std::this_thread::sleep_for(std::chrono::seconds{1});  // until the memory of the load is released
    Start start{.ready_seconds = ecron->ready_after().count(), .memory = ecron->memory()};
    const std::string count = ecron->logged("jobs loaded", "count");
    const auto took = parse_duration(ecron->logged("jobs loaded", "took"));
    if (count.empty() || !took) throw std::runtime_error("ecron did not log how many jobs it loaded");
    start.rows = std::stod(count);
    start.load_seconds = std::chrono::duration<double>(*took).count();
    start.planner_bytes_per_job = ecron->metric("ecron_planner_bytes") / ecron->metric("ecron_planned_jobs");
    ecron->stop();
    return start;
}

}  // namespace

void measure_load(const Options& options, Report& report) {
    const Installation installation{options, options.jobs};
    const auto connection = installation.connect();
    std::vector<double> bare_rates, rates, ready, ratios, resident, above, planner;
    std::size_t bare_rows = 0;
    double loaded = 0;
    for (std::size_t round = 0; round < options.repeat; ++round) {
        const BareRead bare = read_bare(*connection);
        const Start start = start_ecron(installation);
        bare_rows = bare.rows;
        loaded = start.rows;
        bare_rates.push_back(static_cast<double>(bare.rows) / bare.seconds);
        rates.push_back(start.rows / start.load_seconds);
        ratios.push_back(rates.back() / bare_rates.back());
        ready.push_back(start.ready_seconds);
        resident.push_back(start.memory.resident / kMebibyte);
        above.push_back((start.memory.peak - start.memory.resident) / kMebibyte);
        planner.push_back(start.planner_bytes_per_job);
    }
    const bool judged = options.driver == Driver::mysql && options.jobs >= kTargetJobs;
    const auto when_judged = [judged](Target target) {
        return judged ? std::optional{target} : std::nullopt;
    };
    report.add({"jobs loaded", median(rates), "rows/s",
                Limit{"bare streaming read, same statement", median(bare_rates), median(ratios)},
                when_judged(at_least(0.5))});
    report.add({"start of the process until ready", median(ready), "s"});
    report.add({"resident memory once loaded", median(resident), "MiB", {}, when_judged(at_most(400))});
    report.add({"peak above it on the way", median(above), "MiB", {}, when_judged(at_most(60))});
    report.add({"planner's memory for an armed job",
                median(planner),
                "bytes",
                {},
                options.jobs >= kPlannerJobs ? std::optional{at_most(150)} : std::nullopt});
    report.add(
        {"filling the table, through the client library", installation.fill_rows_per_second(), "rows/s"});
    report.check("every stored job was loaded",
                 bare_rows == options.jobs && loaded == static_cast<double>(options.jobs),
                 fmt::format("stored {}, read bare {}, loaded {:.0f}", options.jobs, bare_rows, loaded));
}

}  // namespace ecron::bench
