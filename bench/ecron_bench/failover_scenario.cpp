#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include "ecron/base/time.hpp"
#include "ecron/model/shard.hpp"
#include "ecron_bench/fire_stage.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"

/// Stops a leader of several nodes; the target's record shows how long its shards had no runs.
namespace ecron::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr std::chrono::seconds kBefore{2};  // of undisturbed runs before a fault
constexpr std::chrono::seconds kAfter{2};   // of runs after the takeover
constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kFaultRounds = 5;                            // multiplied by --repeat
constexpr std::chrono::duration<double, std::milli> kSeenGap{50};  // shorter gaps are noise

struct Gap {
    system_clock::time_point begin, end;
    [[nodiscard]] std::chrono::duration<double, std::milli> length() const { return end - begin; }
};

/// What the target and the rows show about one fault.
struct Takeover {
    double first_run{};  // ms from the fault to the first run on another node, for the slowest shard
    double latest{};     // lateness in ms of the run that reached the target latest
    std::size_t missing{};
    std::size_t repeated{};  // runs that reached the target twice: the node had not recorded their end
};

/// Returns the longest time without an arrival after `from`.
Gap longest_gap(const std::vector<system_clock::time_point>& arrivals, system_clock::time_point from) {
    Gap longest{from, from};
    system_clock::time_point last = from;
    for (const system_clock::time_point at : arrivals) {
        if (at < from) continue;
        if (const Gap gap{last, at}; gap.length() > longest.length()) longest = gap;
        last = at;
    }
    return longest;
}

/// Returns the value of a member of a flat JSON text.
std::string member_of(const std::string& json, std::string_view name) {
    const std::size_t begin = json.find(fmt::format("\"{}\":\"", name)) + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
}

class FailoverScenario {
public:
    FailoverScenario(const Options& options, Report& report)
        : options_(options),
          report_(report),
          installation_(options, options.jobs - options.rate),
          connection_(installation_.connect()) {
        for (std::size_t i = 0; i < options.nodes; ++i) nodes_.push_back(start(i));
        create_jobs();
    }

    void run() {
        measure({"kill -9", [](EcronProcess& node) { node.kill(); }, at_most(300), at_most(1'000)});
        measure({"SIGSTOP", [](EcronProcess& node) { node.send(SIGSTOP); }, at_most(5'500), at_most(7'000)});
        measure_drain();
        for (const auto& node : nodes_) node->stop();
    }

private:
    struct Fault {
        std::string name;
        std::function<void(EcronProcess&)> strike;
        Target first_run;  // median
        Target latest;
    };

    static std::string name_of(std::size_t number) { return fmt::format("node-{}", number); }

    std::unique_ptr<EcronProcess> start(std::size_t number) const {
        return installation_.start({{"ECRON_MULTI_NODE", "true"}, {"ECRON_NODE_ID", name_of(number)}},
                                   name_of(number) + ".log");
    }

    /// They run every second for hours, distributed over it.
    void create_jobs() {
        HttpClient api{nodes_.front()->port()};
        for (std::size_t i = 0; i < options_.rate; ++i) {
            const std::string created =
                api.post(fmt::format("{}/job", kApi),
                         fmt::format(R"({{"job_name":"failover-{0}","job_cron_time":"* * * * * *",)"
                                     R"("job_type":"scheduled","enabled":true,"job_context":{{"mode":"http",)"
                                     R"("exec":"http://127.0.0.1:{1}/{0}","info":{{"method":"GET"}},)"
                                     R"("jitter":"1s","overlap":"allow","misfire":"all"}}}})",
                                     i, target_.port()));
            shards_.push_back(model::shard_of(JobId{member_of(created, "job_id")}, options_.shards).value());
        }
    }

    /// Returns the shards that a node leads according to the row of each shard's last term.
    [[nodiscard]] std::vector<std::uint32_t> led_by(std::size_t number) const {
        std::vector<std::uint32_t> led;
        for (const Row& row : connection_->rows(
                 fmt::format("select f_shard from t_cron_shard where f_node = '{}'", name_of(number))))
            led.push_back(static_cast<std::uint32_t>(std::stoul(row[0].value())));
        return led;
    }

    /// Returns a leader once every node leads its share.
    std::size_t leader() {
        const std::size_t share = (options_.shards + nodes_.size() - 1) / nodes_.size();
        for (const auto deadline = system_clock::now() + kPatience; system_clock::now() < deadline;
             std::this_thread::sleep_for(50ms)) {
            std::size_t led = 0, most = 0, first = nodes_.size();
            for (std::size_t i = 0; i < nodes_.size(); ++i) {
                const std::size_t count = nodes_[i]->leads() ? led_by(i).size() : 0;
                led += count;
                most = std::max(most, count);
                if (count > 0) first = std::min(first, i);
            }
            if (led == options_.shards && most <= share) return first;
        }
        throw std::runtime_error("the shards have no leaders");
    }

    /// Strikes a leader at that part of a second, in which it has just claimed, is about to start, or waits.
    Takeover take_over(const Fault& fault, system_clock::duration part) {
        const std::size_t struck = leader();
        std::this_thread::sleep_for(kBefore);
        const std::vector<std::uint32_t> led = led_by(struck);
        std::this_thread::sleep_until(std::chrono::ceil<std::chrono::seconds>(system_clock::now()) + part);
        std::vector<FireTarget::Shot> shots = target_.take();
        const auto begin = system_clock::now();
        fault.strike(*nodes_[struck]);
        const DueTimes claimed =
            due_times(begin - 1s, begin + 1s);  // a run that is taken over gets another one
        std::map<std::uint32_t, std::vector<system_clock::time_point>> arrivals;  // by shard
        std::set<std::string> awaited;  // what was claimed or due at that time, and has not arrived
        for (const auto& [id, due] : claimed) awaited.insert(id);
        for (const FireTarget::Shot& shot : shots) awaited.erase(shot.execute_id);
        for (;;) {
            std::this_thread::sleep_for(100ms);
            for (FireTarget::Shot& shot : target_.take()) {
                arrivals[shards_.at(std::stoul(shot.path.substr(1)))].push_back(shot.at);
                awaited.erase(shot.execute_id);
                shots.push_back(std::move(shot));
            }
            double longest = 0;
            const bool all_go_on = std::ranges::all_of(led, [&](std::uint32_t shard) {
                const Gap gap = longest_gap(arrivals[shard], begin);
                longest =
                    std::max(longest, std::chrono::duration<double, std::milli>(gap.end - begin).count());
                return gap.length() > kSeenGap && arrivals[shard].back() - gap.end > kAfter;
            });
            const bool patience_ends = system_clock::now() - begin > kPatience;
            if (all_go_on && (awaited.empty() || patience_ends)) {
                Takeover result{.first_run = longest};
                compare(shots, claimed, begin, result);
                nodes_[struck]->kill();
                nodes_[struck] = start(struck);
                return result;
            }
            if (patience_ends) throw std::runtime_error("timeout waiting for a takeover");
        }
    }

    using DueTimes = std::map<std::string, Instant>;  // by execute id
    [[nodiscard]] DueTimes due_times(system_clock::time_point from, system_clock::time_point to) const {
        const auto millis = [](system_clock::time_point at) {
            return to_unix_millis(std::chrono::floor<Millis>(at));
        };
        DueTimes times;
        for (const Row& row : connection_->rows(fmt::format(
                 "select f_execute_id, f_due from t_cron_job_status where f_due between {} and {}",
                 millis(from), millis(to))))
            times.emplace(row[0].value(), from_unix_millis(std::stoll(row[1].value())));
        return times;
    }

    /// Compares the target's record with the rows of what became due from a second before the fault on.
    void compare(const std::vector<FireTarget::Shot>& shots, const DueTimes& claimed,
                 system_clock::time_point fault, Takeover& result) const {
        std::map<std::string, std::vector<system_clock::time_point>> arrivals;
        for (const FireTarget::Shot& shot : shots) arrivals[shot.execute_id].push_back(shot.at);
        DueTimes rows = claimed;
        rows.merge(due_times(fault - 1s, shots.back().at - kAfter / 2));
        for (const auto& [id, due] : rows) {
            const auto found = arrivals.find(id);
            if (found == arrivals.end()) {
                ++result.missing;
                continue;
            }
            const std::chrono::duration<double, std::milli> late = found->second.front() - due;
            result.latest = std::max(result.latest, late.count());
            if (found->second.size() > 1) ++result.repeated;
        }
    }

    void measure(const Fault& fault) {
        std::vector<double> first_runs, latest;
        std::size_t missing = 0, repeated = 0;
        const std::size_t rounds = kFaultRounds * options_.repeat;
        for (std::size_t i = 0; i < rounds; ++i) {
            const Takeover one = take_over(fault, 1'000ms * (2 * i + 1) / (2 * rounds));
            first_runs.push_back(one.first_run);
            latest.push_back(one.latest);
            missing += one.missing;
            repeated += one.repeated;
        }
        const std::string& name = fault.name;
        report_.add(
            {name + ": first run of the new leader, median", median(first_runs), "ms", {}, fault.first_run});
        report_.add({name + ": first run of the new leader, max", std::ranges::max(first_runs), "ms"});
        report_.add({name + ": latest run, max", std::ranges::max(latest), "ms", {}, fault.latest});
        report_.add({name + ": runs that did not reach the target",
                     static_cast<double>(missing),
                     "",
                     {},
                     at_most(0)});
        report_.add({name + ": runs that reached it twice", static_cast<double>(repeated), ""});
    }

    /// Stops the leader in order and measures the lateness of runs meanwhile.
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
        report_.add({"drain: latest start of a run", latest, "ms", {}, at_most(100)});
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
    std::vector<std::unique_ptr<EcronProcess>> nodes_;
    std::vector<std::uint32_t> shards_;  // of the running jobs
};

}  // namespace

void measure_failover(const Options& options, Report& report) {
    if (options.driver != Driver::mysql) throw std::runtime_error("failover: many nodes need --db mysql");
    if (options.nodes < 2) throw std::runtime_error("--nodes: failover needs at least 2");
    if (options.rate == 0 || options.rate > options.jobs)
        throw std::runtime_error("--rate: a job runs once a second, so it is from 1 to --jobs");
    FailoverScenario{options, report}.run();
}

}  // namespace ecron::bench
