#include "ecron_bench/options.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace ecron::bench {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "ecron-bench SCENARIO --db sqlite|mysql [options]\n\n"
    "Measures ecron and the corresponding bare limit in the same run.\n"
    "  load   startup: load rate and memory of stored jobs\n"
    "  api    requests per second: health, reading a job, creating jobs\n"
    "  pages  latency of each look-up of a page, with 100,000 jobs and 5 million executions\n"
    "  fire   lateness and cost of runs\n"
    "  burst  jobs due at one instant: one-shots beside recurring ones\n"
    "  failover   longest gap without runs after the loss of a leader\n"
    "  tenants   lateness and API latency of one tenant while another attacks, in ten ways\n"
    "  strangers  valid requests while 1,000 connections have no valid token\n"
    "  mq     messages per second, in and out, with scripts/with-queue's broker\n"
    "  command, http   runs per second of the pool alone\n"
    "  hang   lateness of other tenants' runs while 1,000 targets hang\n\n"
    "mysql: the server of ECRON_TEST_MYSQL_HOST, _PORT, _USER and _PASSWORD (scripts/with-mariadb).\n";

po::options_description description() {
    po::options_description all{"Options"};
    auto add = all.add_options();
    add("help,h", "print this help");
    add("db", po::value<std::string>()->default_value("sqlite"), "sqlite or mysql");
    add("json", po::bool_switch(), "print JSON instead of a table");
    add("ecron", po::value<std::string>(),
        "binary to measure; default: ecron two directories above this program");
    add("set", po::value<std::vector<std::string>>()->composing(),
        "KEY=VALUE for ecron's configuration; repeatable");
    add("jobs", po::value<std::size_t>(),
        "stored jobs; default: load, pages and fire 100000, api 10000; mq: messages, 20000");
    add("executions", po::value<std::size_t>()->default_value(5'000'000), "stored executions (pages)");
    add("seconds", po::value<unsigned>()->default_value(10),
        "duration of each measurement in seconds (api, fire, hang); at most (pages)");
    add("repeat", po::value<std::size_t>()->default_value(3),
        "rounds; the median is reported (load, api, mq)");
    add("connections", po::value<std::size_t>()->default_value(64), "connections to the API (api)");
    add("behaviour", po::value<std::string>()->default_value(""),
        "the only behaviour to measure (tenants); default: all");
    add("auth", po::value<std::string>()->default_value("none"),
        "hydra or jwt: measure authentication with a cached issuer response (api)");
    add("rate", po::value<std::size_t>()->default_value(1'000),
        "runs per second; with --max, the initial rate (fire, failover, hang)");
    add("nodes", po::value<std::size_t>(),
        "processes on the database, mysql only; default: fire 1, failover 2");
    add("shards", po::value<std::size_t>(),
        "number of shards (fire, failover); default: that of a new database, mysql 16, sqlite 1");
    add("max", po::bool_switch(), "find the highest sustained rate, then measure at half of it (fire)");
    add("idle", po::bool_switch(), "measure the cost of armed jobs without runs (fire)");
    add("store-delay", po::value<unsigned>()->default_value(0),
        "network delay to and from the database in milliseconds, mysql only (fire)");
    add("against", po::value<std::size_t>()->default_value(0),
        "also measure with that many stored jobs and compare the cost per run (fire)");
    return all;
}

Driver driver_named(const std::string& name) {
    if (name == "sqlite") return Driver::sqlite;
    if (name == "mysql") return Driver::mysql;
    throw std::invalid_argument("--db must be sqlite or mysql, not '" + name + "'");
}

std::pair<std::string, std::string> setting(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos) throw std::invalid_argument("--set must be KEY=VALUE, not '" + text + "'");
    std::string key = "ECRON_" + text.substr(0, equals);
    std::ranges::transform(key, key.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return {std::move(key), text.substr(equals + 1)};
}

/// build/<preset>/bench/ecron-bench measures build/<preset>/ecron.
std::string binary_beside() {
    return std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "ecron";
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
    const po::options_description visible = description();
    po::options_description all;
    all.add(visible).add_options()("scenario", po::value<std::string>());
    po::positional_options_description positional;
    positional.add("scenario", 1);
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(all).positional(positional).run(), values);
    if (values.contains("help")) {
        std::cout << kUsage << '\n' << visible;
        return std::nullopt;
    }
    if (!values.contains("scenario"))
        throw std::invalid_argument(
            "which scenario? load, api, pages, fire, failover, tenants, strangers, mq, command, http or "
            "hang; see "
            "--help");

    Options options{.scenario = values["scenario"].as<std::string>(),
                    .driver = driver_named(values["db"].as<std::string>()),
                    .json = values["json"].as<bool>(),
                    .ecron = values.contains("ecron") ? values["ecron"].as<std::string>() : binary_beside(),
                    .executions = values["executions"].as<std::size_t>(),
                    .repeat = std::max<std::size_t>(1, values["repeat"].as<std::size_t>()),
                    .seconds = std::chrono::seconds{std::max(1U, values["seconds"].as<unsigned>())},
                    .connections = values["connections"].as<std::size_t>(),
                    .behaviour = values["behaviour"].as<std::string>(),
                    .auth = values["auth"].as<std::string>(),
                    .rate = values["rate"].as<std::size_t>(),
                    .find_highest = values["max"].as<bool>(),
                    .idle = values["idle"].as<bool>(),
                    .against = values["against"].as<std::size_t>(),
                    .store_delay = std::chrono::milliseconds{values["store-delay"].as<unsigned>()}};
    options.jobs = values.contains("jobs")     ? values["jobs"].as<std::size_t>()
                   : options.scenario == "api" ? 10'000
                   : options.scenario == "mq"  ? 20'000
                                               : 100'000;
    options.nodes = values.contains("nodes")         ? values["nodes"].as<std::size_t>()
                    : options.scenario == "failover" ? 2
                                                     : 1;
    options.shards = values.contains("shards")         ? values["shards"].as<std::size_t>()
                     : options.driver == Driver::mysql ? 16
                                                       : 1;
    if (options.nodes == 0 || options.shards == 0)
        throw std::invalid_argument("--nodes and --shards must be at least 1");
    if (options.nodes > 1 && options.driver != Driver::mysql)
        throw std::invalid_argument("--nodes: more than 1 needs --db mysql");
    if (options.store_delay.count() > 0 && options.driver != Driver::mysql)
        throw std::invalid_argument("--store-delay needs --db mysql");
    if (values.contains("set"))
        for (const std::string& text : values["set"].as<std::vector<std::string>>())
            options.settings.push_back(setting(text));
    if (!std::filesystem::exists(options.ecron))
        throw std::invalid_argument("no ecron at " + options.ecron + "; name it with --ecron");
    options.ecron = std::filesystem::absolute(options.ecron);
    return options;
}

}  // namespace ecron::bench
