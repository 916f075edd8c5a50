#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "bare/target_server.hpp"
#include "ecron_bench/database.hpp"
#include "ecron_bench/nodes.hpp"
#include "ecron_bench/statistics.hpp"

namespace ecron::bench {

/// Runs evenly distributed at that rate for that time: one job per run and second, with `* * * * * *` and a
/// second of jitter. Runs due in `warm_up` count only for correctness.
struct FirePlan {
    std::size_t rate{};
    std::chrono::seconds warm_up{2};
    std::chrono::seconds measured{};
    std::function<void()> once_created{[] {}};  // called when the jobs are stored and none has run
    [[nodiscard]] std::chrono::seconds total() const { return warm_up + measured; }
    [[nodiscard]] std::size_t runs() const { return rate * static_cast<std::size_t>(total().count()); }
};

struct FireResult {
    std::size_t planned{};
    std::size_t arrived{};            // distinct runs that reached the target
    std::size_t missing{};            // scheduled, but never reached the target
    std::size_t repeated{};           // repeated arrivals of a run
    std::size_t unplanned{};          // arrivals of a run that was not scheduled
    std::size_t unsuccessful{};       // rows that are missing or not successful
    double runs_per_second{};         // from the first due time to the end of the last run
    double behind{};                  // seconds from the last due time to that end
    double cpu_per_run{};             // seconds, all nodes, after the warm-up
    double transactions_per_run{};    // of all nodes, in the same time
    double cpu_share{};               // of one core, after the warm-up
    double resident{};                // bytes, at the end
    Distribution start_lateness{};    // ms from the due time to the attempt's start, as recorded by ecron
    Distribution arrival_lateness{};  // ms from the due time to the request at the target
    /// Returns true if the target received every scheduled run once and each succeeded.
    [[nodiscard]] bool right() const { return missing + repeated + unplanned + unsuccessful == 0; }
    [[nodiscard]] std::string story() const;
};

/// The target of the jobs, with the time of each call.
class FireTarget {
public:
    struct Shot {
        std::string path;
        std::string execute_id;
        std::string scheduled_at;
        std::chrono::system_clock::time_point at;
    };
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    std::vector<Shot> take();  // those since the last call

private:
    std::mutex mutex_;
    std::vector<Shot> shots_;
    TargetServer server_{
        [this](const Arrival& arrival) { record(arrival); }};  // last member: its thread uses the others
    void record(const Arrival& arrival);
};

/// Creates the jobs through the API, waits until the last has ended, and compares the target's record with
/// the schedule and with the rows.
FireResult fire(const FirePlan& plan, Nodes& nodes, Connection& connection, FireTarget& target);

}  // namespace ecron::bench
