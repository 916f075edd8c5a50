#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>
#include <thread>

#include "ecron/base/time.hpp"
#include "ecron_bench/attacks.hpp"
#include "ecron_bench/fire_stage.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/tokens.hpp"

/// Executions and requests of one tenant, alone and while another tenant attacks.
namespace ecron::bench {
namespace {

using std::chrono::system_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kJobs = 100;                   // of the victim; each runs once a second
constexpr std::chrono::milliseconds kRequests{20};   // between two requests of the victim
constexpr std::chrono::milliseconds kSettle{3'000};  // from the start of an attack until measurement
constexpr std::chrono::milliseconds kLooks{100};     // between two samples of the memory
constexpr std::chrono::seconds kLate{2};             // later runs count as missing
constexpr double kAddedLateness = 5;                 // ms, of p99
constexpr double kSlowestRequests = 50;              // ms, p99
constexpr double kLongestStall = 5;                  // ms
constexpr double kMemory = 512;                      // MiB
constexpr double kMebibyte = 1024 * 1024;

/// Measurements of the victim in one interval.
struct Seen {
    std::size_t planned{};
    std::size_t missing{};
    std::size_t repeated{};
    std::size_t refused{};  // requests
    Distribution lateness{};
    Distribution requests{};
    double resident{};  // MiB
    double stall{};     // ms: longest stretch of work on the io thread
    double delay{};     // ms: longest delay of a timer of the io thread
};

/// One ecron with a victim and an attacker.
class TenantsStage {
public:
    TenantsStage(const Options& options, const Tokens& tokens)
        : options_(options),
          installation_(options, 2),
          ecron_(installation_.start(settings(tokens))),
          connection_(installation_.connect()),
          victim_(tokens.of("victim")),
          attacker_{.port = ecron_->port(), .token = tokens.of("attacker"), .target = hostile_} {
        create_jobs();
    }

    Seen alone() { return look(); }
    Seen beside(const Behaviour& behaviour) {
        const Attack attack{attacker_, behaviour};
        std::this_thread::sleep_for(kSettle);
        const Seen seen = look();
        accepted_ = attack.accepted();
        return seen;
    }
    [[nodiscard]] std::uint64_t accepted() const { return accepted_; }

private:
    static Environment settings(const Tokens& tokens) {
        Environment all = tokens.settings();
        all.insert(all.end(), {{"ECRON_EGRESS_ALLOW", "127.0.0.0/8"},
                               {"ECRON_LIMIT_RUNS", "50"},
                               {"ECRON_LIMIT_RATE", "2000"},
                               {"ECRON_SECRET_K", "a-secret-of-thirty-two-characters"}});
        return all;
    }
    void create_jobs() {
        HttpClient api{ecron_->port(), victim_};
        for (std::size_t number = 0; number < kJobs; ++number)
            api.post(fmt::format("{}/job", kApi),
                     fmt::format(R"({{"job_name":"victim-{0}","job_cron_time":"* * * * * *",)"
                                 R"("job_type":"scheduled","enabled":true,"job_context":{{"mode":"http",)"
                                 R"("exec":"http://127.0.0.1:{1}/{0}","jitter":"1s","overlap":"allow"}}}})",
                                 number, target_.port()));
        std::this_thread::sleep_for(std::chrono::seconds{2});
    }

    /// Measures the runs of the next full seconds, and requests in the same interval.
    Seen look() {
        const Instant begin = std::chrono::ceil<Seconds>(SystemClock{}.now()) + Seconds{1};
        const Instant end = begin + options_.seconds;
        Seen seen;
        std::jthread asks{[&] { ask(end, seen); }};
        while (SystemClock{}.now() < end + kLate) {
            seen.resident = std::max(seen.resident, ecron_->memory().resident / kMebibyte);
            std::this_thread::sleep_for(kLooks);
        }
        asks.join();
        seen.stall = ecron_->metric("ecron_loop_stall_seconds") * 1'000;
        seen.delay = ecron_->metric("ecron_loop_delay_seconds") * 1'000;
        compare(begin, end, seen);
        return seen;
    }

    /// Alternates reads of its jobs and creations of others.
    void ask(Instant until, Seen& seen) const {
        HttpClient api{ecron_->port(), victim_};
        std::vector<double> took;
        for (std::size_t number = 0; SystemClock{}.now() < until; ++number) {
            const auto begin = std::chrono::steady_clock::now();
            const bool good =
                number % 2 == 0
                    ? api.answers(fmt::format("{}/job?job_name=victim-{}", kApi, number % kJobs))
                    : api.try_post(fmt::format("{}/job", kApi), idle_job(random_name(), "")) == 201;
            took.push_back(Milliseconds{std::chrono::steady_clock::now() - begin}.count());
            if (!good) ++seen.refused;
            std::this_thread::sleep_for(kRequests);
        }
        seen.requests = distribution(std::move(took));
    }
    static std::string random_name() {
        return fmt::format("other-{}", std::chrono::steady_clock::now().time_since_epoch().count());
    }

    void compare(Instant begin, Instant end, Seen& seen) {
        const auto due = read_due();
        std::map<std::string, std::size_t> runs;  // by path and scheduled time
        std::vector<double> lateness;
        for (const FireTarget::Shot& shot : target_.take()) {
            const auto scheduled = parse_rfc3339(shot.scheduled_at);
            if (!scheduled || *scheduled < begin || *scheduled >= end) continue;
            ++runs[shot.path + shot.scheduled_at];
            const auto row = due.find(shot.execute_id);
            if (row != due.end()) lateness.push_back(Milliseconds{shot.at - row->second}.count());
        }
        seen.planned = kJobs * static_cast<std::size_t>(options_.seconds.count());
        seen.missing = seen.planned - std::min(seen.planned, runs.size());
        for (const auto& [_, times] : runs) seen.repeated += times - 1;
        seen.lateness = distribution(std::move(lateness));
    }

    /// Returns the due time of each run of the victim by execute id.
    std::map<std::string, Instant> read_due() {
        std::map<std::string, Instant> due;
        connection_->read(
            "select f_execute_id, f_due from t_cron_job_status where f_job_name like 'victim-%'",
            [&](Fields row) {
                std::int64_t millis = 0;
                std::from_chars(row[1].data(), row[1].data() + row[1].size(), millis);
                due.emplace(row[0], from_unix_millis(millis));
            });
        return due;
    }

    const Options& options_;
    const HostileTarget hostile_;
    FireTarget target_;
    Installation installation_;
    std::unique_ptr<EcronProcess> ecron_;
    std::unique_ptr<Connection> connection_;
    std::string victim_;
    Attacker attacker_;
    std::uint64_t accepted_{0};
};

void add(Report& report, const std::string& name, const Seen& alone, const Seen& beside) {
    report.add({name + ": p99 lateness", beside.lateness.p99, "ms",
                limit("the same alone", alone.lateness.p99, beside.lateness.p99)});
    report.add({name + ": p99 lateness added",
                beside.lateness.p99 - alone.lateness.p99,
                "ms",
                {},
                at_most(kAddedLateness)});
    report.add({name + ": API p99", beside.requests.p99, "ms",
                limit("the same alone", alone.requests.p99, beside.requests.p99)});
    report.add({name + ": API p99 asked for", beside.requests.p99, "ms", {}, at_most(kSlowestRequests)});
    report.add({name + ": io thread busy at a stretch", beside.stall, "ms", {}, at_most(kLongestStall)});
    report.add({name + ": delay of a timer", beside.delay, "ms",
                limit("the same alone", alone.delay, beside.delay)});
    report.add({name + ": resident at most", beside.resident, "MiB", {}, at_most(kMemory)});
}

void check(Report& report, const std::string& name, const Seen& seen) {
    report.check(name + ": every run of the victim came once, every request was answered",
                 seen.missing + seen.repeated + seen.refused == 0,
                 fmt::format("planned {}, missing {}, repeated {}, refused {}", seen.planned, seen.missing,
                             seen.repeated, seen.refused));
}

}  // namespace

void measure_tenants(const Options& options, Report& report) {
    const Tokens tokens;
    for (const Behaviour& behaviour : behaviours()) {
        const std::string name{behaviour.name};
        if (!options.behaviour.empty() && name != options.behaviour) continue;
        std::fprintf(stderr, "ecron-bench: beside %s\n", name.c_str());
        TenantsStage stage{options, tokens};
        const Seen alone = stage.alone();
        const Seen beside = stage.beside(behaviour);
        add(report, name, alone, beside);
        check(report, name + ", alone", alone);
        check(report, name, beside);
        report.check(name + ": ecron accepted some of it", stage.accepted() > 0,
                     fmt::format("{} times", stage.accepted()));
    }
}

}  // namespace ecron::bench
