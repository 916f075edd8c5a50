#pragma once
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "app/cli.hpp"

namespace ecron::app {

/// A command line in isolation: given environment and time, no default files.
struct GivenCli {
    std::map<std::string, std::string> environment;
    std::vector<std::string> usual_files;
    ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};

    // The results of run().
    int exit_code{-1};
    std::string out, err;
    std::optional<config::Config> served;
    std::optional<config::Config> demonstrated;
    std::optional<std::size_t> divided;         // number of shards requested
    std::optional<std::string> shards_problem;  // result of set_shards
    std::optional<config::Config> asked;        // configuration passed to health
    std::string asked_url;
    Upkeep upkeep;
    MachineCheck machine;  // result of check_machine, unless that is set
    std::function<MachineCheck(const config::Attempt&)> check_machine;
    bool running{};                      // result of is_running
    std::optional<std::string> illness;  // result of health

    GivenCli& run(const std::vector<std::string>& arguments) {
        std::ostringstream out_stream, err_stream;
        served.reset();
        const Cli cli{
            out_stream,
            err_stream,
            clock,
            environment,
            usual_files,
            [&](const config::Config& config) {
                served = config;
                return 7;
            },
            [&](const config::Config&, std::size_t shards) {
                divided = shards;
                return shards_problem;
            },
            [&](const config::Config& config, const std::string& url) {
                asked = config;
                asked_url = url;
                return illness;
            },
            upkeep,
            [&](const config::Attempt& attempt) { return check_machine ? check_machine(attempt) : machine; },
            [&](const config::Config&) { return running; },
            {},
            [&](const config::Config& config) {
                demonstrated = config;
                return 7;
            }};
        exit_code = app::run(cli, arguments);
        out = out_stream.str(), err = err_stream.str();
        return *this;
    }
};

}  // namespace ecron::app
