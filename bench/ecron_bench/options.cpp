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
    "Measures ecron beside the bare limit of each figure, in one run.\n"
    "  load   how fast stored jobs are loaded at start, and into how much memory\n"
    "  api    requests a second: health, reading a job, creating jobs\n"
    "  fire   how late runs are and what they cost\n"
    "  failover   how long nothing runs when a leader of several nodes goes\n"
    "  tenants   one tenant's runs and requests beside another that attacks, in ten ways\n"
    "  strangers  valid requests beside connections without a valid token\n"
    "  mq     messages a second, in and out, of scripts/with-queue's broker\n"
    "  command, http   runs a second of the pool alone\n"
    "  hang   how late other tenants' runs are beside 1,000 targets that hang\n\n"
    "mysql: the server of ECRON_TEST_MYSQL_HOST, _PORT, _USER and _PASSWORD (scripts/with-mariadb).\n";

po::options_description description() {
    po::options_description all{"Options"};
    auto add = all.add_options();
    add("help,h", "this text");
    add("db", po::value<std::string>()->default_value("sqlite"), "sqlite or mysql");
    add("json", po::bool_switch(), "print JSON instead of a table");
    add("ecron", po::value<std::string>(),
        "the binary to measure; default: ecron two folders above this program");
    add("set", po::value<std::vector<std::string>>()->composing(),
        "KEY=VALUE for ecron's configuration; repeatable");
    add("jobs", po::value<std::size_t>(),
        "stored jobs; default: load and fire 100000, api 10000; mq: messages, 20000");
    add("seconds", po::value<unsigned>()->default_value(10),
        "how long each figure is measured (api, fire, hang)");
    add("repeat", po::value<std::size_t>()->default_value(3),
        "rounds, of which the median counts (load, api, mq)");
    add("connections", po::value<std::size_t>()->default_value(64), "connections to the API (api)");
    add("auth", po::value<std::string>()->default_value("none"),
        "hydra or jwt: what it costs to ask for tokens, with the issuer's answer cached (api)");
    add("rate", po::value<std::size_t>()->default_value(1'000),
        "runs a second; with --max, where to begin (fire, failover, hang)");
    add("nodes", po::value<std::size_t>(),
        "processes on the database, mysql only; default: fire 1, failover 2");
    add("shards", po::value<std::size_t>(),
        "number of shards of planning (fire, failover); default: as a new database, mysql 16, sqlite 1");
    add("max", po::bool_switch(),
        "find the highest rate that is kept up with, then measure at half of it (fire)");
    add("idle", po::bool_switch(), "nothing runs: what armed jobs cost (fire)");
    add("store-delay", po::value<unsigned>()->default_value(0),
        "milliseconds that whatever is said to and by the database takes, mysql only (fire)");
    add("against", po::value<std::size_t>()->default_value(0),
        "also measure with that many stored jobs, and compare the cost of a run (fire)");
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
            "which scenario? load, api, fire, failover, tenants, strangers, mq, command, http or hang; see "
            "--help");

    Options options{.scenario = values["scenario"].as<std::string>(),
                    .driver = driver_named(values["db"].as<std::string>()),
                    .json = values["json"].as<bool>(),
                    .ecron = values.contains("ecron") ? values["ecron"].as<std::string>() : binary_beside(),
                    .repeat = std::max<std::size_t>(1, values["repeat"].as<std::size_t>()),
                    .seconds = std::chrono::seconds{std::max(1U, values["seconds"].as<unsigned>())},
                    .connections = values["connections"].as<std::size_t>(),
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
