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

/// That many runs a second, spread evenly, for so long: a job a run, with `* * * * * *` and a second of
/// jitter. What is due during `warm_up` counts for nothing but correctness.
struct FirePlan {
    std::size_t rate{};
    std::chrono::seconds warm_up{2};
    std::chrono::seconds measured{};
    std::function<void()> once_created{[] {}};  // the jobs are stored, none has run
    [[nodiscard]] std::chrono::seconds total() const { return warm_up + measured; }
    [[nodiscard]] std::size_t runs() const { return rate * static_cast<std::size_t>(total().count()); }
};

struct FireResult {
    std::size_t planned{};
    std::size_t arrived{};            // distinct runs that the target saw
    std::size_t missing{};            // planned, but the target never saw it
    std::size_t repeated{};           // arrivals beyond the first of a run
    std::size_t unplanned{};          // arrivals of no planned run
    std::size_t unsuccessful{};       // rows that do not end in success, or lack
    double runs_per_second{};         // from the first due instant to the end of the last run
    double behind{};                  // seconds from the last due instant to that end
    double cpu_per_run{};             // seconds, of all nodes, once warm
    double transactions_per_run{};    // of all nodes, in the same time
    double cpu_share{};               // of a core, once warm
    double resident{};                // bytes, at the end
    Distribution start_lateness{};    // ms from due to the attempt's begin, as ecron recorded both
    Distribution arrival_lateness{};  // ms from due to the request at the target
    /// The target saw every planned run once, and each ended well.
    [[nodiscard]] bool right() const { return missing + repeated + unplanned + unsuccessful == 0; }
    [[nodiscard]] std::string story() const;
};

/// What jobs call, and when they did.
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
        [this](const Arrival& arrival) { record(arrival); }};  // the last: its thread uses the others
    void record(const Arrival& arrival);
};

/// Creates the jobs through the API, lets them run until the last has ended, and compares what the target saw
/// with the plan and with the rows.
FireResult fire(const FirePlan& plan, Nodes& nodes, Connection& connection, FireTarget& target);

}  // namespace ecron::bench
