#include <fmt/format.h>

#include <future>
#include <set>
#include <stdexcept>
#include <thread>

#include "ecron/base/time.hpp"
#include "ecron_bench/fire_stage.hpp"
#include "ecron_bench/http_client.hpp"
#include "ecron_bench/scenarios.hpp"

/// Many jobs due at one instant: one-shots, which the first run disables, and the same number of recurring
/// jobs.
namespace ecron::bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::size_t kCreators = 16;
constexpr std::size_t kCreatedPerSecond = 2'500;  // with a margin: determines the due instant
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::milliseconds kBetweenRequests{20};
constexpr std::chrono::seconds kStall{20};  // without a completed run for this long, none is expected
constexpr const char* kSucceeded = "ecron_runs_total{event=\"succeeded\"}";

enum class JobKind : bool { one_shot, recurring };

struct Burst {
    double created_per_second{};
    double drained_in{};  // seconds, from the due instant to the last arrival
    double cpu_per_run{};
    std::size_t missing{}, repeated{}, enabled{};
    std::optional<ServerWork> server{};
    Distribution requests{};  // ms, of a client that reads a job meanwhile
};

class Range {
public:
    explicit Range(const Options& options)
        : driver_(options.driver),
          installation_(options, 0),
          connection_(installation_.connect()),
          nodes_(installation_, 1) {}

    Burst run(JobKind kind, std::size_t jobs) {
        prefix_ = fmt::format("burst-{}", kind == JobKind::one_shot ? "once" : "again");
        due_ = std::chrono::ceil<Seconds>(system_clock::now()) + Seconds{5} +
               Seconds{static_cast<std::int64_t>(jobs / kCreatedPerSecond)};
        (void)target_.take();
        Burst burst;
        burst.created_per_second = create(kind, jobs);
        if (system_clock::now() > due_ - Seconds{2})
            throw std::runtime_error("creating the jobs took longer than expected");
        std::this_thread::sleep_until(due_ - Seconds{1});
        const double before = nodes_.metric(kSucceeded);
        const double cpu = nodes_.cpu_seconds();
        const std::optional<ServerWork> server = server_work(*connection_, driver_);
        {
            const std::jthread asks{[&](const std::stop_token& stop) { burst.requests = ask(stop); }};
            wait_until_ended(before + static_cast<double>(jobs));
        }
        burst.cpu_per_run = (nodes_.cpu_seconds() - cpu) / static_cast<double>(jobs);
        if (server) burst.server = *server_work(*connection_, driver_) - *server;
        compare(jobs, burst);
        burst.enabled = std::stoul(connection_->value(fmt::format(
            "select count(*) from t_cron_job where f_enabled = 1 and f_job_name like '{}-%'", prefix_)));
        return burst;
    }

private:
    [[nodiscard]] std::string expression(JobKind kind) const {
        if (kind == JobKind::one_shot) return format_rfc3339(due_);
        const auto day = std::chrono::floor<std::chrono::days>(due_);
        const std::chrono::year_month_day date{day};
        const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(due_ - day)};
        return fmt::format("{} {} {} {} {} *", time.seconds().count(), time.minutes().count(),
                           time.hours().count(), static_cast<unsigned>(date.day()),
                           static_cast<unsigned>(date.month()));
    }

    /// Returns the jobs created per second.
    double create(JobKind kind, std::size_t jobs) {
        const std::string words = fmt::format(R"("job_cron_time":"{}","job_type":"{}")", expression(kind),
                                              kind == JobKind::one_shot ? "timed" : "scheduled");
        const auto creator = [&](std::size_t first) {
            HttpClient api{nodes_.port()};
            for (std::size_t number = first; number < jobs; number += kCreators)
                api.post(fmt::format("{}/job", kApi),
                         fmt::format(R"({{"job_name":"{0}-{1}",{2},"enabled":true,"job_context":{{)"
                                     R"("mode":"http","exec":"http://127.0.0.1:{3}/{0}/{1}",)"
                                     R"("timezone":"UTC"}}}})",
                                     prefix_, number, words, target_.port()));
        };
        const auto begin = steady_clock::now();
        std::vector<std::future<void>> creators;
        for (std::size_t first = 0; first < kCreators; ++first)
            creators.push_back(std::async(std::launch::async, creator, first));
        for (std::future<void>& one : creators) one.get();
        return static_cast<double>(jobs) / std::chrono::duration<double>(steady_clock::now() - begin).count();
    }

    Distribution ask(const std::stop_token& stop) {
        HttpClient api{nodes_.port()};
        std::vector<double> took;
        while (!stop.stop_requested()) {
            const auto begin = steady_clock::now();
            api.get(fmt::format("{}/job?job_name={}-0", kApi, prefix_));
            took.push_back(Milliseconds{steady_clock::now() - begin}.count());
            std::this_thread::sleep_for(kBetweenRequests);
        }
        return distribution(std::move(took));
    }

    void wait_until_ended(double succeeded) {
        double seen = 0;
        for (auto progress = steady_clock::now();; std::this_thread::sleep_for(kPoll)) {
            const double now = nodes_.metric(kSucceeded);
            if (now > seen) progress = steady_clock::now();
            seen = now;
            if (seen >= succeeded || (system_clock::now() > due_ && steady_clock::now() - progress > kStall))
                return;
        }
    }

    void compare(std::size_t jobs, Burst& burst) {
        std::set<std::string> paths;
        system_clock::time_point last = due_;
        for (const FireTarget::Shot& shot : target_.take()) {
            if (!paths.insert(shot.path).second) ++burst.repeated;
            last = std::max(last, shot.at);
        }
        burst.missing = jobs - std::min(jobs, paths.size());
        burst.drained_in = std::chrono::duration<double>(last - due_).count();
    }

    Driver driver_;
    FireTarget target_;
    Installation installation_;
    std::unique_ptr<Connection> connection_;
    Nodes nodes_;
    std::string prefix_;
    Instant due_{};
};

void add(const std::string& kind, std::size_t jobs, const Burst& burst, Report& report) {
    report.add({kind + ": created", burst.created_per_second, "jobs/s"});
    report.add({kind + ": drained in", burst.drained_in, "s"});
    report.add({kind + ": runs", static_cast<double>(jobs) / burst.drained_in, "runs/s"});
    report.add({kind + ": CPU of ecron for a run", burst.cpu_per_run * 1e6, "us"});
    if (burst.server) add_server_work(report, kind + ", for a run", *burst.server, static_cast<double>(jobs));
    report.add({kind + ": API p99 meanwhile", burst.requests.p99, "ms", {}, at_most(20)});
    report.check(fmt::format("{}: every job ran once", kind), burst.missing + burst.repeated == 0,
                 fmt::format("{} planned, {} missing, {} repeated", jobs, burst.missing, burst.repeated));
}

}  // namespace

void measure_burst(const Options& options, Report& report) {
    // A database each: the second would otherwise be slower, because more rows than the first had do not fit
    // into the cache of the server.
    const Burst recurring = Range{options}.run(JobKind::recurring, options.jobs);
    const Burst once = Range{options}.run(JobKind::one_shot, options.jobs);
    add("recurring", options.jobs, recurring, report);
    add("one-shots", options.jobs, once, report);
    const double rate = static_cast<double>(options.jobs) / once.drained_in;
    report.add({"one-shots", rate, "runs/s",
                limit("recurring jobs due at one instant",
                      static_cast<double>(options.jobs) / recurring.drained_in, rate),
                at_least(0.9)});
    report.check("one-shots are disabled, recurring jobs are not",
                 once.enabled == 0 && recurring.enabled == options.jobs,
                 fmt::format("{} and {} enabled", once.enabled, recurring.enabled));
}

}  // namespace ecron::bench
