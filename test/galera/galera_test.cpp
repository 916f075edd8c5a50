#include <csignal>
#include <cstdlib>
#include <sstream>

#include "e2e/accounts.hpp"
#include "e2e/world.hpp"
#include "network/proxy.hpp"

/// ecron on a Galera cluster of three servers.
namespace ecron::e2e {
namespace {

std::vector<int> numbers(const char* variable) {
    const char* const text = std::getenv(variable);
    if (text == nullptr) FAIL(variable << " is not set; scripts/with-galera COMMAND starts a cluster");
    std::istringstream words(text);
    return {std::istream_iterator<int>(words), {}};
}

Server server(int port) {
    return {.host = "127.0.0.1",
            .user = std::getenv("ECRON_TEST_MYSQL_USER"),
            .password = std::getenv("ECRON_TEST_MYSQL_PASSWORD"),
            .port = static_cast<std::uint16_t>(port)};
}

/// Two ecron nodes: the world's node on one server and another node, possibly on another server.
struct Cluster {
    Cluster(int first_port, int second_port)
        : world(server(first_port), {{"multi_node", "true"}, {"node_id", "first"}}),
          second(world.database.folder(), [&] {
              Settings settings = world.database.settings();
              settings["db_port"] = std::to_string(second_port);
              settings["multi_node"] = "true";
              settings["node_id"] = "second";
              return settings;
          }()) {
        second.start();
        for (int n = 0; n < 20; ++n)
            world.given({.name = "firing-" + std::to_string(n),
                         .context = {{"overlap", "allow"}, {"misfire", "all"}, {"jitter", "900ms"}}});
    }
    void more_calls(std::size_t count) { world.target.wait_for("/run", world.target.count("/run") + count); }
    void check_account() {
        if (world.ecron.runs()) CHECK(world.ecron.terminate() == 0);
        CHECK(second.terminate() == 0);
        const Account result = account(world.database, world.target, "firing-", "/run");
        CAPTURE(result.examples, result.planned, result.calls, result.repeated, second.log());
        CHECK(result.clean());
        CHECK(result.missed == 0);
    }

    World world;
    Ecron second;
};

}  // namespace

TEST_CASE("of nodes on different Galera servers only the earlier one leads", "[galera]") {
    const std::vector<int> ports = numbers("ECRON_TEST_GALERA_PORTS");
    Cluster cluster(ports.at(1), ports.at(2));
    wait_until("the later node does not campaign",
               [&] { return cluster.second.logged("nodes use different nodes of the Galera cluster"); });
    CHECK(cluster.second.logged("uses=node-3 other=\"first uses node-2\""));
    cluster.more_calls(60);
    CHECK_FALSE(cluster.second.logged("acquired leadership"));
    CHECK(cluster.second.api()
              .post("/job", cluster.world.text_of({.name = "other", .path = "/other"}))
              .status == 201);

    CHECK(cluster.world.ecron.terminate() == 0);
    wait_until("the later node leads", [&] { return cluster.second.logged("acquired leadership"); });
    cluster.more_calls(40);
    cluster.check_account();
}

TEST_CASE("killing the Galera server in use loses and duplicates no run", "[galera]") {
    const std::vector<int> ports = numbers("ECRON_TEST_GALERA_PORTS");
    test::Proxy proxy("127.0.0.1", static_cast<std::uint16_t>(ports.at(0)));
    Cluster cluster(proxy.port(), proxy.port());
    cluster.more_calls(60);
    ::kill(numbers("ECRON_TEST_GALERA_PIDS").at(0), SIGKILL);
    proxy.move_to(static_cast<std::uint16_t>(ports.at(1)));
    cluster.more_calls(100);
    cluster.check_account();
}

}  // namespace ecron::e2e
