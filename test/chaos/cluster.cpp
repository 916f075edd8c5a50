#include "chaos/cluster.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "e2e/wait.hpp"
#include "ecron/base/time.hpp"

namespace ecron::chaos {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// Makes a full disk affect all tables at once, and soon. Newer servers name the size of the redo log
/// differently.
const std::vector<std::string> kOneFileOfTables{
    "--innodb-file-per-table=0", "--innodb-autoextend-increment=1", "--loose-innodb-log-file-size=32M",
    "--loose-innodb-redo-log-capacity=64M"};
constexpr std::chrono::milliseconds kWatermarkAge{2'000};  // maximum age for a shard without planning delay

e2e::Settings node_settings(const std::string& name, const e2e::Database& database, std::uint16_t port) {
    e2e::Settings settings = database.settings();
    settings["db_port"] = std::to_string(port);
    settings["node_id"] = name;
    settings["multi_node"] = "true";
    settings["log_level"] = "info";
    settings["shutdown_grace"] = "5s";
    return settings;
}

}  // namespace

Node::Node(const std::string& name, const e2e::Database& database, const e2e::MariadbServer& server)
    : network("127.0.0.1", server.address().port),
      ecron(database.folder(), node_settings(name, database, network.port())),
      name_(name),
      clock_(database.folder() + "/" + name + ".clock") {
    if (e2e::FakeClock::is_there()) ecron.environment() = clock_.environment();
}

Cluster::Cluster(std::size_t nodes, std::size_t shards)
    : disk("512m"),
      server(disk.mounted() ? disk.path() : std::string{}, kOneFileOfTables),
      database(server.address()) {
    for (const std::string& policy : kPolicies) target.answer("/" + policy, e2e::Answer{.delay = 20ms});
    for (std::size_t i = 0; i < nodes; ++i)
        nodes_.push_back(std::make_unique<Node>(fmt::format("node-{}", i), database, server));
    e2e::Ecron& first = node(0).ecron;
    const std::string count = std::to_string(shards);
    REQUIRE(first.run_command({"db", "shards", count}) == 0);
    for (const auto& one : nodes_) one->ecron.start();
    wait_until_well();
}

void Cluster::create_jobs(int count) {
    for (int n = 0; n < count; ++n) {
        const std::string& policy = kPolicies[static_cast<std::size_t>(n) % kPolicies.size()];
        json::object context{{"mode", "http"},     {"exec", target.url("/" + policy)},
                             {"misfire", policy},  {"misfire_grace", "300ms"},
                             {"overlap", "allow"}, {"info", {{"method", "GET"}}}};
        if (n % 2 == 0) context["jitter"] = "900ms";  // so that executions are running at any time
        const json::object job{{"job_name", fmt::format("{}-{}", policy, n)},
                               {"job_type", "scheduled"},
                               {"job_cron_time", "* * * * * *"},
                               {"enabled", true},
                               {"job_context", std::move(context)}};
        Node& one = node(static_cast<std::size_t>(n) % nodes_.size());
        const e2e::Reply reply = one.ecron.api().post("/job", json::serialize(job));
        CAPTURE(reply.body);
        REQUIRE(reply.status == 201);
    }
}

e2e::Reply Cluster::create_large_job(std::mt19937& random) {
    const json::object context{
        {"mode", "http"},
        {"exec", target.url("/large")},
        {"info", {{"method", "POST"}, {"body", {{"text", std::string(40'000, 'x')}}}}}};
    const json::object job{{"job_name", fmt::format("large-{}", ++large_jobs_)},
                           {"job_type", "scheduled"},
                           {"job_cron_time", "0 0 0 1 1 *"},
                           {"enabled", false},
                           {"job_context", context}};
    return any(random).ecron.api().post("/job", json::serialize(job));
}

std::size_t Cluster::shards_led(const Node& node) const {
    return std::stoul(
        database.value("select count(*) from t_cron_shard where f_node = '" + node.name() + "'"));
}

Node& Cluster::leader(std::mt19937& random) {
    std::vector<Node*> leaders;
    for (const auto& one : nodes_)
        if (shards_led(*one) > 0) leaders.push_back(one.get());
    REQUIRE(!leaders.empty());
    return *leaders[std::uniform_int_distribution<std::size_t>{0, leaders.size() - 1}(random)];
}

Node& Cluster::follower(std::mt19937&) {
    Node* fewest = nodes_.front().get();
    for (const auto& one : nodes_)
        if (shards_led(*one) < shards_led(*fewest)) fewest = one.get();
    return *fewest;
}

Node& Cluster::any(std::mt19937& random) {
    return node(std::uniform_int_distribution<std::size_t>{0, nodes_.size() - 1}(random));
}

bool Cluster::is_well() {
    for (const auto& one : nodes_)
        if (!one->ecron.runs() || one->ecron.api().get("/health/ready").status != 200) return false;
    return !is_behind(kWatermarkAge);
}

bool Cluster::is_behind(std::chrono::milliseconds by) const {
    const std::string behind = database.value(
        "select count(*) from t_cron_shard where coalesce(f_watermark, 0) < "
        "unix_timestamp(now(3)) * 1000 - " +
        std::to_string(by.count()));
    return behind != "0";
}

void Cluster::wait_until_well() {
    e2e::wait_until("every node is ready and every shard planned up to now", [this] {
        try {
            return is_well();
        } catch (const std::runtime_error&) {
            return false;  // the database is restarting
        }
    });
}

void Cluster::wait_until_settled() {
    const std::string last = database.value("select coalesce(max(f_key_id), 0) from t_cron_job_status");
    e2e::wait_until("all claimed executions have ended", [&] {
        return database.value(
                   "select count(*) from t_cron_job_status where f_job_status in (2, 3, 6) and "
                   "f_key_id <= " +
                   last) == "0";
    });
}

}  // namespace ecron::chaos
