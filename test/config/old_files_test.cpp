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

TEST_CASE("the three files of the old service are read as they are", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files_if_present = {files.write("sysvol/conf/service_conf/cronsvr.yaml", kService),
                                files.write("sysvol/conf/secret_conf/cronsvr-secret.yaml", kSecret),
                                files.write("mq_config.yaml", kQueue)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    const Config& config = loaded->config;
    CHECK_FALSE(is_loopback(config.http.address));
    CHECK(config.http.health_port == 12346);
    CHECK(config.api.executor_id == "management");
    CHECK(config.store.driver == Driver::mysql);  // a server is named
    CHECK(config.store.host == "fd00::9");
    CHECK(config.store.name == "dip_ecron");
    CHECK(config.store.password.reveal() == "p\"w'd");
    CHECK(config.store.connect_timeout == 10s);
    CHECK(config.auth.hydra_admin.host == "fd00::5");
    REQUIRE(config.mq.hosts.size() == 2);
    CHECK(config.mq.hosts[0].host == "nsqd.mq");
    CHECK(config.mq.hosts[0].port == 4151);
    CHECK(config.mq.hosts[1].option == "mq_lookupd_host");
    CHECK(config.mq.hosts[1].port == 4161);
    CHECK(config.mq.username == "u");
    CHECK(config.mq.password.reveal() == "s3cret");
    CHECK(config.mq.mechanism == "PLAIN");

    const Lines warnings = lines(loaded->warnings);
    const auto warned = [&](const std::string& part) {
        return std::ranges::any_of(warnings, [&](const std::string& line) { return line.contains(part); });
    };
    CHECK(warned("LC_ALL: is no option of ecron (ignored)"));
    CHECK(warned("analysis_load_sleep: 5 is too low and counts as 10s"));
    CHECK(warned("anybody may: there is no authentication"));
    CHECK(warned("db_format: \"utf8\" has no effect: sessions with the database always use utf8mb4"));
}

TEST_CASE("unknown keys are warnings in the old service's files only", "[config]") {
    const std::string name =
        GENERATE("cronsvr-secret.yaml", "mq_config.yaml", "sysvol/conf/service_conf/any.yaml");
    CAPTURE(name);
    CHECK(said_of(name, "cron_prot: 1\n") ==
          Lines{name + ":1: cron_prot: is no option of ecron; did you mean cron_port? (ignored)"});
    CHECK(said_of(name, "unknown: {a: 1}\n").size() == 2);  // the map and what is inside
    CHECK(said_of(name, "cron_port: 1\ncron_port: 2\n") ==
          Lines{name + ":2: cron_port: stands here again, after " + name + ":1"});
}

TEST_CASE("camelCase keys make a file one of the old service's, whatever its name", "[config]") {
    CHECK(said_of("queue.yaml", "mqHost: h\nprotocol: tcp\n").empty());
    CHECK(said_of("ecron.yaml", "protocol: tcp\n") == Lines{"ecron.yaml:1: protocol: is no option of ecron"});
    CHECK(said_of("cronsvr.yaml", "tenant: t\n") == Lines{"cronsvr.yaml:1: tenant: is no option of ecron"});
}

TEST_CASE("values of the wrong type are errors in the old service's files too", "[config]") {
    CHECK(said_of("cronsvr-secret.yaml", "db_port: mysql\n") ==
          Lines{"cronsvr-secret.yaml:1: db_port: \"mysql\" is not a port from 1 to 65535"});
}

TEST_CASE("db_driver decides when it is said, else naming a server does", "[config]") {
    const auto [text, driver] = GENERATE(table<std::string, Driver>({
        {"db_addr: 10.0.0.1\n", Driver::mysql},
        {"db_addr: 10.0.0.1\ndb_driver: sqlite\n", Driver::sqlite},
        {"db_driver: mysql\n", Driver::mysql},
        {"db_port: 3306\n", Driver::sqlite},
    }));
    CAPTURE(text);
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", text)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.store.driver == driver);
}

TEST_CASE("hosts of the message queue may be several, each with a port of its own", "[config]") {
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
    REQUIRE(loaded->config.mq.hosts.size() == 2);
    CHECK(loaded->config.mq.hosts[0].host == host);
    CHECK(loaded->config.mq.hosts[0].port == port);
    CHECK(loaded->config.mq.hosts[1].port == 3);
}

TEST_CASE("Kafka's port is its own where none is given", "[config]") {
    const auto [text, port] = GENERATE(table<std::string, int>({{"", 9092}, {"mq_port: 7\n", 7}}));
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", "mq_connector_type: kafka\nmq_host: k\n" + text)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.mq.hosts.front().port == port);
}

TEST_CASE("a host of the message queue that is none is an error", "[config]") {
    CHECK(said_of("ecron.yaml", "mq_host: a:x\n") ==
          Lines{"ecron.yaml:1: mq_host: \"a\" is not HOST or HOST:PORT"});
    CHECK(said_of("ecron.yaml", "mq_kafka: [x]\n") ==
          Lines{"ecron.yaml:1: mq_kafka: has something else than NAME=VALUE"});
}
