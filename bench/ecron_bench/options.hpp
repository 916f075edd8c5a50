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
    Environment settings{};  // of ecron, beside those that a scenario needs
    std::size_t jobs{};
    std::size_t repeat{};
    std::chrono::seconds seconds{};
    std::size_t connections{};
    std::string auth;                         // api: hydra or jwt; else what it costs is not measured
    std::size_t nodes{};                      // fire, failover: how many processes
    std::size_t shards{};                     // fire, failover: that planning is divided into
    std::size_t rate{};                       // fire: runs a second
    bool find_highest{};                      // fire: search the highest rate first
    bool idle{};                              // fire: nothing runs
    std::size_t against{};                    // fire: jobs of a second measurement; 0: none
    std::chrono::milliseconds store_delay{};  // fire: of the network before the database
};

/// Nothing: help was asked for and printed. Errors: exceptions that say what is wrong.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace ecron::bench
