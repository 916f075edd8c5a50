#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <thread>

#include "ecron/base/time.hpp"
#include "ecron_bench/fire_stage.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"

/// Two nodes, one of which leads and runs everything; it is taken away, and the target's record tells how
/// long nothing came.
namespace ecron::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr std::chrono::seconds kBefore{2};  // of undisturbed runs before a fault
constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kFaultRounds = 5;  // that --repeat multiplies

struct Gap {
    system_clock::time_point begin, end;
    [[nodiscard]] std::chrono::duration<double, std::milli> length() const { return end - begin; }
};

/// The longest time without an arrival after `from`.
Gap longest_gap(const std::vector<FireTarget::Shot>& shots, system_clock::time_point from) {
    Gap longest{from, from};
    system_clock::time_point last = from;
    for (const FireTarget::Shot& shot : shots) {
        if (shot.at < from) continue;
        if (const Gap gap{last, shot.at}; gap.length() > longest.length()) longest = gap;
        last = shot.at;
    }
    return longest;
}

class FailoverScenario {
public:
    FailoverScenario(const Options& options, Report& report)
        : options_(options),
          report_(report),
          installation_(options, options.jobs - options.rate),
          connection_(installation_.connect()) {
        for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i] = start(i);
        create_jobs();
    }

    void run() {
        measure("kill -9", [](EcronProcess& node) { node.kill(); }, at_most(500), at_most(1'500));
        measure("SIGSTOP", [](EcronProcess& node) { node.send(SIGSTOP); }, std::nullopt, at_most(7'000));
        measure_drain();
        for (const auto& node : nodes_) node->stop();
    }

private:
    using Strike = std::function<void(EcronProcess&)>;

    std::unique_ptr<EcronProcess> start(std::size_t number) const {
        return installation_.start(
            {{"ECRON_MULTI_NODE", "true"}, {"ECRON_NODE_ID", fmt::format("node-{}-{}", number, ++starts_)}},
            fmt::format("node-{}.log", number));
    }

    /// They run each second for hours, spread over it.
    void create_jobs() {
        HttpClient api{nodes_.front()->port()};
        for (std::size_t i = 0; i < options_.rate; ++i)
            api.post(fmt::format("{}/job", kApi),
                     fmt::format(R"({{"job_name":"failover-{0}","job_cron_time":"* * * * * *",)"
                                 R"("job_type":"scheduled","enabled":true,"job_context":{{"mode":"http",)"
                                 R"("exec":"http://127.0.0.1:{1}/{0}","info":{{"method":"GET"}},)"
                                 R"("jitter":"1s","overlap":"allow","misfire":"all"}}}})",
                                 i, target_.port()));
    }

    std::size_t leader() {
        for (const auto deadline = system_clock::now() + kPatience; system_clock::now() < deadline;
             std::this_thread::sleep_for(50ms))
            for (std::size_t i = 0; i < nodes_.size(); ++i)
                if (nodes_[i]->leads()) return i;
        throw std::runtime_error("no node leads");
    }

    /// From the fault to the first run of the other node.
    double recovery(const Strike& strike) {
        const std::size_t struck = leader();
        std::this_thread::sleep_for(kBefore);
        (void)target_.take();
        const auto begin = system_clock::now();
        strike(*nodes_[struck]);
        std::vector<FireTarget::Shot> shots;
        for (;;) {  // runs come again, and have for a second
            std::this_thread::sleep_for(100ms);
            const auto more = target_.take();
            shots.insert(shots.end(), more.begin(), more.end());
            const Gap gap = longest_gap(shots, begin);
            const bool goes_on = !shots.empty() && shots.back().at - gap.end > 1s;
            if (goes_on && gap.length() > 20ms) {
                nodes_[struck]->kill();
                nodes_[struck] = start(struck);
                return std::chrono::duration<double, std::milli>(gap.end - begin).count();
            }
            if (system_clock::now() - begin > kPatience) throw std::runtime_error("no node took over");
        }
    }

    void measure(const std::string& name, const Strike& strike, std::optional<Target> median_target,
                 Target max_target) {
        std::vector<double> times;
        for (std::size_t i = 0; i < kFaultRounds * options_.repeat; ++i) times.push_back(recovery(strike));
        report_.add({name + ": first run of the new leader, median", median(times), "ms", {}, median_target});
        report_.add(
            {name + ": first run of the new leader, max", std::ranges::max(times), "ms", {}, max_target});
    }

    /// The leader is asked to go; how late runs were meanwhile.
    void measure_drain() {
        double latest = 0;
        for (std::size_t i = 0; i < kFaultRounds * options_.repeat; ++i) {
            const std::size_t struck = leader();
            std::this_thread::sleep_for(kBefore);
            const Instant begin = SystemClock{}.now();
            nodes_[struck]->stop();
            std::this_thread::sleep_for(kBefore);
            latest = std::max(latest, latest_start(begin));
            nodes_[struck] = start(struck);
        }
        report_.add({"drain: latest start of a run", latest, "ms", {}, at_most(250)});
    }

    [[nodiscard]] double latest_start(Instant since) {
        return std::stod(connection_->value(fmt::format(
            "select coalesce(max(a.f_begin - s.f_due), 0) from t_cron_job_status s join t_cron_attempt a on "
            "a.f_execute_id = s.f_execute_id and a.f_attempt = 1 where s.f_due between {} and {}",
            to_unix_millis(since - 1s), to_unix_millis(since + 2s))));
    }

    const Options& options_;
    Report& report_;
    FireTarget target_;
    Installation installation_;
    std::unique_ptr<Connection> connection_;
    std::array<std::unique_ptr<EcronProcess>, 2> nodes_;
    mutable int starts_{0};
};

}  // namespace

void measure_failover(const Options& options, Report& report) {
    if (options.driver != Driver::mysql) throw std::runtime_error("failover: many nodes need --db mysql");
    if (options.rate == 0 || options.rate > options.jobs)
        throw std::runtime_error("--rate: a job runs once a second, so it is from 1 to --jobs");
    FailoverScenario{options, report}.run();
}

}  // namespace ecron::bench
