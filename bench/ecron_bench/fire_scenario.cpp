#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <thread>

#include "ecron_bench/fire_limits.hpp"
#include "ecron_bench/fire_stage.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "network/proxy.hpp"

namespace ecron::bench {
namespace {

constexpr double kMebibyte = 1 << 20;
constexpr std::chrono::seconds kProbe{8};
constexpr double kKeptUp = 0.95;  // of the scheduled rate, including the wait for the last run
constexpr std::chrono::seconds kSettle{3};
constexpr double kCloseEnough = 1.1;  // the search ends when its limits are this close

void say(const std::string& text) { std::fprintf(stderr, "ecron-bench: %s\n", text.c_str()); }

/// The network between ecron and its database, with the configured delay while jobs run.
class StoreNetwork {
public:
    explicit StoreNetwork(Options& options) : delay_(options.store_delay) {
        if (delay_.count() == 0) return;
        const char* const host = std::getenv("ECRON_TEST_MYSQL_HOST");
        const char* const port = std::getenv("ECRON_TEST_MYSQL_PORT");
        if (host == nullptr || port == nullptr) throw std::runtime_error("run under scripts/with-mariadb");
        proxy_.emplace(host, static_cast<std::uint16_t>(std::stoul(port)));
        options.settings.emplace_back("ECRON_DB_ADDR", "127.0.0.1");
        options.settings.emplace_back("ECRON_DB_PORT", std::to_string(proxy_->port()));
    }
    void slow_down() {
        if (proxy_) proxy_->slow_down(delay_);
    }
    void heal() {
        if (proxy_) proxy_->heal();
    }

private:
    std::chrono::milliseconds delay_;
    std::optional<test::Proxy> proxy_;
};

/// An installation with a running ecron, and the target of its jobs.
class Range {
public:
    Range(const Options& options, StoreNetwork& network, std::size_t idle_jobs)
        : network_(network),
          installation_(options, idle_jobs),
          connection_(installation_.connect()),
          nodes_(installation_, options.nodes) {
        std::this_thread::sleep_for(kSettle);
    }
    FireResult fire(std::size_t rate, std::chrono::seconds seconds) {
        const FireResult result =
            bench::fire({.rate = rate, .measured = seconds, .once_created = [this] { network_.slow_down(); }},
                        nodes_, *connection_, target_);
        network_.heal();
        say(fmt::format("{} runs/s: reached {:.0f}, {:.2f} s behind, p99 {:.1f} ms; {}", rate,
                        result.runs_per_second, result.behind, result.arrival_lateness.p99, result.story()));
        return result;
    }
    [[nodiscard]] Connection& connection() { return *connection_; }
    void stop() { nodes_.stop(); }

private:
    StoreNetwork& network_;
    FireTarget target_;
    Installation installation_;
    std::unique_ptr<Connection> connection_;
    Nodes nodes_;
};

/// Doubles the rate until ecron falls behind, then bisects. Even then no scheduled run may be lost.
std::size_t highest_rate(Range& range, std::size_t rate, Report& report) {
    std::size_t kept = 0;
    std::size_t missed = 0;
    while (missed == 0 || static_cast<double>(missed) > kCloseEnough * static_cast<double>(kept)) {
        const FireResult result = range.fire(rate, kProbe);
        if (!result.right())
            report.check(fmt::format("every run arrived once at {} runs/s", rate), false, result.story());
        const bool kept_up = result.runs_per_second >= kKeptUp * static_cast<double>(rate);
        (kept_up ? kept : missed) = rate;
        if (kept == 0 && rate < 100) throw std::runtime_error("ecron falls behind at 100 runs/s");
        rate = missed == 0 ? kept * 2 : (kept + missed) / 2;
    }
    return kept;
}

void add_lateness(Report& report, const std::string& name, const Distribution& lateness,
                  const Distribution& timer, bool judged) {
    report.add({name + " p50", lateness.p50, "ms"});
    report.add({name + " p99", lateness.p99, "ms"});
    report.add({name + " p99.9", lateness.p999, "ms"});
    report.add({name + " max", lateness.max, "ms"});
    report.add({name + " p99 above a bare timer's",
                lateness.p99 - timer.p99,
                "ms",
                {},
                judged ? std::optional{at_most(5)} : std::nullopt});
}

void add_run(Report& report, const FireResult& result, std::size_t rate, bool judged) {
    const Distribution timer = measure_bare_timer(rate, kProbe);
    report.add({"rate planned", static_cast<double>(rate), "runs/s"});
    report.add({"rate reached", result.runs_per_second, "runs/s"});
    report.add({"last run ended after the last due instant", result.behind, "s"});
    add_lateness(report, "lateness of the start", result.start_lateness, timer, judged);
    add_lateness(report, "lateness at the target", result.arrival_lateness, timer, judged);
    report.add({"bare timer's lateness p99", timer.p99, "ms"});
    report.add({"bare timer's lateness max", timer.max, "ms"});
    report.add({"CPU of ecron for a run", result.cpu_per_run * 1e6, "us"});
    report.add({"transactions for a run", result.transactions_per_run, ""});
    report.add({"CPU of ecron", result.cpu_share * 100, "% core"});
    report.add({"resident memory", result.resident / kMebibyte, "MiB"});
    report.check("the target received every scheduled run once, and each succeeded", result.right(),
                 result.story());
}

void add_bound(Report& report, const SerialBound& bound, double reached, bool judged) {
    report.add({"bare batched inserts", bound.inserts_per_second, "rows/s"});
    report.add({"bare batched upserts", bound.updates_per_second, "rows/s"});
    report.add({"bare libcurl loop", bound.requests_per_second, "req/s"});
    report.add({"durable runs", reached, "runs/s",
                limit("serial bound 1/(1/insert+1/update+1/http)", bound.runs_per_second(), reached),
                judged ? std::optional{at_least(0.3)} : std::nullopt});
}

void measure_idle(const Options& options, Report& report) {
    const Installation installation{options, options.jobs};
    const auto ecron = installation.start();
    std::this_thread::sleep_for(kSettle);
    const double before = ecron->cpu_seconds();
    std::this_thread::sleep_for(options.seconds);
    const double cpu = ecron->cpu_seconds() - before;
    report.add({"CPU of ecron with armed idle jobs",
                cpu / static_cast<double>(options.seconds.count()) * 100,
                "% core",
                {},
                at_most(0.5)});
    report.add({"resident memory", ecron->memory().resident / kMebibyte, "MiB"});
    const double planned = ecron->metric("ecron_planned_jobs");
    const double claimed = ecron->metric("ecron_runs_total{event=\"claimed\"}");
    report.check("all jobs are armed and none ran",
                 planned == static_cast<double>(options.jobs) && claimed == 0,
                 fmt::format("{:.0f} armed, {:.0f} claimed", planned, claimed));
    ecron->stop();
}

/// The same rate with another number of stored jobs.
void compare_cost(const Options& options, StoreNetwork& network, std::size_t rate, const FireResult& result,
                  Report& report) {
    if (rate > options.against)
        throw std::runtime_error("--against: a job runs once a second, more jobs are needed");
    Range other{options, network, options.against - rate};
    const FireResult small = other.fire(rate, options.seconds);
    report.add({fmt::format("CPU for a run with {} stored jobs", options.jobs), result.cpu_per_run * 1e6,
                "us",
                limit(fmt::format("with {} stored jobs", options.against), small.cpu_per_run * 1e6,
                      result.cpu_per_run * 1e6),
                at_most(1.2)});
    report.check(fmt::format("the same with {} stored jobs", options.against), small.right(), small.story());
}

}  // namespace

void measure_fire(const Options& asked, Report& report) {
    if (asked.idle) return measure_idle(asked, report);
    Options options = asked;
    StoreNetwork network{options};
    if (options.rate == 0 || options.rate > options.jobs)
        throw std::runtime_error("--rate: a job runs once a second, so it is from 1 to --jobs");
    std::size_t rate = options.rate;
    FireResult result;
    {
        Range range{options, network, options.find_highest ? options.jobs : options.jobs - rate};
        double reached = 0;
        if (options.find_highest) {
            const std::size_t highest = highest_rate(range, rate, report);
            report.add({"highest rate kept up with", static_cast<double>(highest), "runs/s"});
            reached = static_cast<double>(highest);
            rate = highest / 2;
        }
        result = range.fire(rate, options.seconds);
        if (!options.find_highest) reached = result.runs_per_second;
        range.stop();
        add_run(report, result, rate, options.find_highest);
        const SerialBound bound = measure_serial_bound(range.connection(), kProbe);
        add_bound(report, bound, reached, options.find_highest && options.driver == Driver::mysql);
    }
    if (options.against > 0) compare_cost(options, network, rate, result, report);
}

}  // namespace ecron::bench
