#pragma once
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "app/cli.hpp"

namespace ecron::app {

/// A command line in a world of its own: given environment and time, nothing read from the machine's usual
/// places.
struct GivenCli {
    std::map<std::string, std::string> environment;
    std::vector<std::string> usual_files;
    ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};

    // What came of it.
    int exit_code{-1};
    std::string out, err;
    std::optional<config::Config> served;
    std::optional<std::size_t> divided;         // into how many shards
    std::optional<std::string> shards_problem;  // what dividing is to say
    std::optional<config::Config> asked;        // whose health
    std::string asked_url;
    Upkeep upkeep;
    std::optional<std::string> illness;  // what asking is to say

    GivenCli& run(const std::vector<std::string>& arguments) {
        std::ostringstream out_stream, err_stream;
        served.reset();
        const Cli cli{out_stream,
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
                      upkeep};
        exit_code = app::run(cli, arguments);
        out = out_stream.str(), err = err_stream.str();
        return *this;
    }
};

}  // namespace ecron::app
