#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "ecron_bench/database.hpp"
#include "ecron_bench/ecron_process.hpp"

namespace ecron::bench {

struct Options {
    std::string scenario;
    Driver driver{};
    bool json{};
    std::string ecron;       // path of the binary
    Environment settings{};  // of ecron, in addition to those of the scenario
    std::size_t jobs{};
    std::size_t executions{};  // pages: stored executions
    std::size_t repeat{};
    std::chrono::seconds seconds{};
    std::size_t connections{};
    std::string behaviour;  // tenants: the only one to measure; empty: all
    std::string auth;       // api: hydra or jwt; empty: the cost of authentication is not measured
    std::size_t nodes{};    // fire, failover: number of processes
    std::size_t shards{};   // fire, failover: number of shards
    std::size_t rate{};     // fire: runs per second
    bool find_highest{};    // fire: search the highest rate first
    bool idle{};            // fire: no job runs
    std::size_t against{};  // fire: number of jobs of a second measurement; 0: none
    std::chrono::milliseconds store_delay{};  // fire: delay of the network before the database
};

/// Returns nullopt if help was requested and printed. Errors: exceptions that state the reason.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace ecron::bench
