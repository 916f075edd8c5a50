#include <catch2/catch.hpp>

#include "config/given_files.hpp"
#include "config/listen_address.hpp"

using namespace ecron;
using namespace ecron::config;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kService = R"(lang: zh_CN
job_failures: 3
webhook: /api/cronsvr/v1/namespaces/common/executionresult
analysis_service_id: analysis
management_service_id: management
cron_addr: ecron-management
cron_port: 12345
cron_protocol: http
anlys_port: 12346
multi_node: "false"
ssl_on: False
analysis_load_sleep: 5
oauth_admin_addr: "[fd00::5]"
oauth_admin_port: "4445"
auth_enabled: "False"
LC_ALL: C.UTF-8
max_open_conns: 30
)";
constexpr const char* kSecret = R"(system_id: dip_
db_addr: '[fd00::9]'
db_port: 3330
db_name: ecron
user_name: cron
user_pwd: |
  p"w'd
db_format: utf8
timeout: 10
read_timeout: 20
write_timeout: 30
)";
constexpr const char* kQueue = R"(mqHost: nsqd.mq
mqPort: 4151
mqLookupdHost: nsqlookupd.mq
mqLookupdPort: 4161
mqType: nsq
connectorType: nsq
protocol: tcp
tenant: default
auth:
  username: u
  password: s3cret
  mechanism: PLAIN
)";

}  // namespace

TEST_CASE("the three files of the old service are accepted unchanged", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files_if_present = {files.write("sysvol/conf/service_conf/cronsvr.yaml", kService),
                                files.write("sysvol/conf/secret_conf/cronsvr-secret.yaml", kSecret),
                                files.write("mq_config.yaml", kQueue)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    const Config& config = loaded->config;
    CHECK_FALSE(is_loopback(config.server.address));
    CHECK(config.health_port == 12346);
    CHECK(config.api.executor_id == "management");
    CHECK(config.store.driver == store::Driver::mysql);  // because a server is configured
    CHECK(config.store.host == "fd00::9");
    CHECK(config.store.database == "dip_ecron");
    CHECK(config.store.password.reveal() == "p\"w'd");
    CHECK(config.store.connect_timeout == 10s);
    CHECK(config.auth.hydra_admin.host == "fd00::5");
    REQUIRE(config.queue.hosts.size() == 2);
    CHECK(config.queue.hosts[0].host == "nsqd.mq");
    CHECK(config.queue.hosts[0].port == 4151);
    CHECK(config.queue.hosts[1].option == "mq_lookupd_host");
    CHECK(config.queue.hosts[1].port == 4161);
    CHECK(config.queue.username == "u");
    CHECK(config.queue.password.reveal() == "s3cret");
    CHECK(config.queue.mechanism == "PLAIN");

    const Lines warnings = lines(loaded->warnings);
    const auto warned = [&](const std::string& part) {
        return std::ranges::any_of(warnings, [&](const std::string& line) { return line.contains(part); });
    };
    CHECK(warned("LC_ALL: is not an option of ecron (ignored)"));
    CHECK(warned("analysis_load_sleep: 5 is below the minimum; using 10s"));
    CHECK(warned("authentication is disabled"));
    CHECK(warned("db_format: \"utf8\" has no effect: database sessions always use utf8mb4"));
}

TEST_CASE("unknown keys are warnings only in files of the old service", "[config]") {
    const std::string name =
        GENERATE("cronsvr-secret.yaml", "mq_config.yaml", "sysvol/conf/service_conf/any.yaml");
    CAPTURE(name);
    CHECK(said_of(name, "cron_prot: 1\n") ==
          Lines{name + ":1: cron_prot: is not an option of ecron; did you mean cron_port? (ignored)"});
    CHECK(said_of(name, "unknown: {a: 1}\n").size() == 2);  // the map and its member
    CHECK(said_of(name, "cron_port: 1\ncron_port: 2\n") ==
          Lines{name + ":2: cron_port: is repeated; first set at " + name + ":1"});
}

TEST_CASE("camelCase keys identify a file of the old service", "[config]") {
    CHECK(said_of("queue.yaml", "mqHost: h\nprotocol: tcp\n").empty());
    CHECK(said_of("ecron.yaml", "protocol: tcp\n") ==
          Lines{"ecron.yaml:1: protocol: is not an option of ecron"});
    CHECK(said_of("cronsvr.yaml", "tenant: t\n") ==
          Lines{"cronsvr.yaml:1: tenant: is not an option of ecron"});
}

TEST_CASE("values of the wrong type are errors in files of the old service too", "[config]") {
    CHECK(said_of("cronsvr-secret.yaml", "db_port: mysql\n") ==
          Lines{"cronsvr-secret.yaml:1: db_port: \"mysql\" is not a port from 1 to 65535"});
}

TEST_CASE("db_driver overrides the driver implied by db_addr", "[config]") {
    const auto [text, driver] = GENERATE(table<std::string, store::Driver>({
        {"db_addr: 10.0.0.1\n", store::Driver::mysql},
        {"db_addr: 10.0.0.1\ndb_driver: sqlite\n", store::Driver::sqlite},
        {"db_driver: mysql\n", store::Driver::mysql},
        {"db_port: 3306\n", store::Driver::sqlite},
    }));
    CAPTURE(text);
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", text)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.store.driver == driver);
}

TEST_CASE("the message queue accepts several hosts, each with its own port", "[config]") {
    const auto [text, host, port] = GENERATE(table<std::string, std::string, int>({
        {"a", "a", 4150},
        {"a:1", "a", 1},
        {"[fd00::1]", "fd00::1", 4150},
        {"[fd00::1]:2", "fd00::1", 2},
        {"fd00::1", "fd00::1", 4150},
    }));
    CAPTURE(text);
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", "mq_host: [\"" + text + "\", other:3]\n")};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    REQUIRE(loaded->config.queue.hosts.size() == 2);
    CHECK(loaded->config.queue.hosts[0].host == host);
    CHECK(loaded->config.queue.hosts[0].port == port);
    CHECK(loaded->config.queue.hosts[1].port == 3);
}

TEST_CASE("the default port for Kafka is 9092", "[config]") {
    const auto [text, port] = GENERATE(table<std::string, int>({{"", 9092}, {"mq_port: 7\n", 7}}));
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", "mq_connector_type: kafka\nmq_host: k\n" + text)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.queue.hosts.front().port == port);
}

TEST_CASE("an invalid host of the message queue is an error", "[config]") {
    const std::string host = GENERATE("a:x", "a b", "10.0.0.1x:4150", "nsqd..mq");
    CAPTURE(host);
    CHECK(said_of("ecron.yaml", "mq_host: " + host + "\n") ==
          Lines{"ecron.yaml:1: mq_host: \"" + host + "\" is not HOST or HOST:PORT"});
    CHECK(said_of("ecron.yaml", "mq_kafka: [x]\n") ==
          Lines{"ecron.yaml:1: mq_kafka: contains an entry that is not NAME=VALUE"});
}
