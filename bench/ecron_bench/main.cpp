#include <cstdio>
#include <exception>
#include <stdexcept>

#include "ecron_bench/ecron_process.hpp"
#include "ecron_bench/machine.hpp"
#include "ecron_bench/options.hpp"
#include "ecron_bench/report.hpp"
#include "ecron_bench/scenarios.hpp"

namespace {

using namespace ecron::bench;

std::string shown(std::size_t number) { return std::to_string(number); }

void measure(const Options& options, Report& report) {
    if (options.scenario == "command") return measure_command(options, report);
    if (options.scenario == "http") return measure_http(options, report);
    if (options.scenario == "hang") {
        report.settings = {{"rate", shown(options.rate)},
                           {"seconds", std::to_string(options.seconds.count())}};
        return measure_hang(options, report);
    }
    if (options.scenario == "tenants") {
        report.settings = {{"seconds", std::to_string(options.seconds.count())}};
        return measure_tenants(options, report);
    }
    if (options.scenario == "strangers") {
        report.settings = {{"connections", shown(options.connections)},
                           {"seconds", std::to_string(options.seconds.count())}};
        return measure_strangers(options, report);
    }
    report.settings = {{"jobs", shown(options.jobs)}};
    for (const auto& [name, value] : options.settings) report.settings.emplace_back(name, value);
    if (options.scenario == "mq") return measure_mq(options, report);
    if (options.scenario == "pages") {
        report.settings.emplace_back("executions", shown(options.executions));
        return measure_pages(options, report);
    }
    if (options.scenario == "burst") return measure_burst(options, report);
    if (options.scenario == "load") return measure_load(options, report);
    report.settings.emplace_back("seconds", std::to_string(options.seconds.count()));
    if (options.scenario == "fire") {
        if (!options.idle)
            report.settings.emplace_back(options.find_highest ? "from_rate" : "rate", shown(options.rate));
        return measure_fire(options, report);
    }
    if (options.scenario == "failover") {
        report.settings.emplace_back("rate", shown(options.rate));
        return measure_failover(options, report);
    }
    report.settings.emplace_back("connections", shown(options.connections));
    if (options.scenario == "api" && options.auth != "none") return measure_auth(options, report);
    if (options.scenario == "api") return measure_api(options, report);
    throw std::invalid_argument(
        "no scenario '" + options.scenario +
        "': load, api, pages, fire, burst, failover, tenants, strangers, mq, command, http or hang");
}

int run(const Options& options) {
    Report report{.scenario = options.scenario,
                  .database = options.driver == Driver::mysql ? "mysql" : "sqlite"};
    report.machine = observe_machine();
    if (!report.machine.quiet())
        std::fprintf(stderr, "ecron-bench: the machine is busy (%.0f %% idle): the figures will say little\n",
                     report.machine.idle * 100);
    measure(options, report);
    std::fputs((options.json ? report.json() : report.table()).c_str(), stdout);
    return report.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        end_child_on_signals();
        const std::optional<Options> options = parse_options(argc, argv);
        return options ? run(*options) : 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "ecron-bench: %s\n", error.what());
        return 2;
    }
}
