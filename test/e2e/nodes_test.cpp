#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "e2e/accounts.hpp"
#include "e2e/world.hpp"

/// Several nodes on one server.
namespace ecron::e2e {
namespace {

const Settings kMany{{"multi_node", "true"}, {"node_id", "node-1"}};

/// A world whose first node is `ecron`, and additional nodes.
class Nodes {
public:
    /// `shards`: number of shards to create before the nodes start; 0: the default.
    explicit Nodes(int count, int shards = 0) : world{kMany} {
        if (shards > 0) {
            CHECK(world.ecron.terminate() == 0);
            CHECK(world.ecron.run_command({"db", "shards", std::to_string(shards)}) == 0);
            world.ecron.start();
        }
        for (int number = 2; number <= count; ++number) add(number);
    }
    Ecron& add(int number) {
        Settings settings = world.database.settings();
        settings["multi_node"] = "true";
        settings["node_id"] = "node-" + std::to_string(number);
        others.push_back(std::make_unique<Ecron>(world.database.folder(), settings));
        others.back()->start();
        return *others.back();
    }
    Ecron& operator[](int number) {
        return number == 1 ? world.ecron : *others[static_cast<std::size_t>(number - 2)];
    }
    void given_firing(int count) {
        for (int n = 0; n < count; ++n)
            world.given({.name = "firing-" + std::to_string(n),
                         .context = {{"overlap", "allow"}, {"misfire", "all"}, {"jitter", "900ms"}}});
    }
    /// Stops every node in order and audits the scheduled runs.
    Account end() {
        if (world.ecron.runs()) CHECK(world.ecron.terminate() == 0);
        for (const auto& node : others)
            if (node->runs()) CHECK(node->terminate() == 0);
        return account(world.database, world.target, "firing-", "/run");
    }

    World world;
    std::vector<std::unique_ptr<Ecron>> others;
};

void more_calls(Target& target, std::size_t count) { target.wait_for("/run", target.count("/run") + count); }

/// Returns the shards that a node has acquired and not resigned, according to its log.
std::set<std::string> shards_of(const Ecron& node) {
    std::set<std::string> shards;
    std::istringstream log(node.log());
    for (std::string line; std::getline(log, line);) {
        const std::size_t at = line.find(" shard=");
        if (at == std::string::npos) continue;
        const std::string shard = line.substr(at + 7, line.find(' ', at + 7) - at - 7);
        if (line.find("shard ready") != std::string::npos) shards.insert(shard);
        if (line.find("resigned leadership") != std::string::npos ||
            line.find("lost leadership") != std::string::npos)
            shards.erase(shard);
    }
    return shards;
}

}  // namespace

TEST_CASE("every node takes writes, and with one shard one node plans", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{2, 1};
    CHECK_FALSE(nodes[2].logged("acquired leadership"));
    const Reply created = nodes[2].api().post("/job", nodes.world.text_of({.name = "second's"}));
    CAPTURE(created.body, nodes[1].log());
    REQUIRE(created.status == 201);
    nodes.world.target.wait_for("/run", 2);
    CHECK(nodes[2].api().remove("/job/" + created.text("/job_id")).status == 200);
    const SystemClock clock;
    const Instant deleted = clock.now();
    wait_until("some time has passed", [&] { return clock.now() > deleted + 3s; });
    const std::vector<Call> calls = nodes.world.target.calls("/run");
    CHECK(calls.back().scheduled() <= deleted + 1s);
}

TEST_CASE("a kill of the leader loses and duplicates no run", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{3};
    nodes.given_firing(20);
    more_calls(nodes.world.target, 40);
    nodes[1].kill();
    more_calls(nodes.world.target, 40);
    CHECK((nodes[2].logged("acquired leadership") || nodes[3].logged("acquired leadership")));
    nodes[1].start();
    more_calls(nodes.world.target, 40);
    // Attempts of the killed node are recovered once it is declared dead.
    const auto open = [&] {
        return nodes.world.database.rows(
            "select f_execute_id from t_cron_job_status where f_job_status = 2 and f_node = 'node-1'");
    };
    wait_until("no execution waits for the dead node", [&] { return open().empty(); });
    const Account result = nodes.end();
    CAPTURE(result.examples, result.planned, result.calls, result.repeated);
    CHECK(result.clean());
    CHECK(result.missed == 0);
}

TEST_CASE("a stopped node resigns its shards, and no run is late or repeated", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{2};
    nodes.given_firing(20);
    more_calls(nodes.world.target, 40);
    CHECK(nodes[1].terminate() == 0);
    CHECK(nodes[1].logged("resigned leadership"));
    more_calls(nodes.world.target, 40);
    CHECK(nodes[2].logged("acquired leadership"));
    const Account result = nodes.end();
    CAPTURE(result.examples, result.planned, result.calls);
    CHECK(result.clean());
    CHECK(result.missed == 0);
    CHECK(result.repeated == 0);
}

TEST_CASE("a run continues on its node after a resignation and counts for overlap", "[nodes]") {
    if (!Database::tests_mysql()) return;
    World world{[] {
        Settings settings = kMany;
        settings["shutdown_grace"] = "20s";
        return settings;
    }()};
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given({.path = "/slow"});
    world.target.wait_for("/slow", 1);
    Settings settings = world.database.settings();
    settings["multi_node"] = "true";
    settings["node_id"] = "node-2";
    Ecron second{world.database.folder(), settings};
    second.start();
    world.ecron.signal(SIGTERM);
    wait_until("the second process leads", [&] { return second.logged("acquired leadership"); });
    wait_until("a run is skipped", [&] {
        const std::vector<Row> rows = world.rows(job);
        return std::ranges::count(rows, "overlap", &Row::reason) >= 2;
    });
    CHECK(world.target.count("/slow") == 1);
    world.target.release("/slow");
    CHECK(world.ecron.wait_for_end() == 0);
    world.target.wait_for("/slow", 3);
    const std::vector<Row> rows = world.rows(job);
    CHECK(rows.front().state == "success");
    CHECK(rows.front().attempt == 1);
}

TEST_CASE("the leader carries out requests to other nodes", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{2, 1};
    World& world = nodes.world;
    const std::string job = world.given({.path = "/slow", .cron = "0 0 1 1 *"});

    SECTION("run-now") {
        const Reply asked = nodes[2].api().post("/jobexecution", R"({"job_id":")" + job + R"("})");
        CAPTURE(asked.body);
        REQUIRE(asked.status == 200);
        world.wait_for_state(asked.text("/execute_id"), "success");
        CHECK(world.target.count("/slow") == 1);
    }
    SECTION("cancel") {
        world.target.answer("/slow", Answer{.hangs = true});
        const Reply asked = nodes[2].api().post("/jobexecution", R"({"job_id":")" + job + R"("})");
        REQUIRE(asked.status == 200);
        world.target.wait_for("/slow", 1);
        const std::string execution = asked.text("/execute_id");
        const Reply cancelled = nodes[2].api().post("/jobexecution/" + execution + "/cancel", "");
        CAPTURE(cancelled.body, nodes[1].log());
        CHECK(cancelled.status == 200);
        CHECK(world.row(execution)->state == "interrupt");
    }
    SECTION("callback") {
        world.target.answer("/slow", Answer{.status = 202});
        const Reply asked = nodes[2].api().post("/jobexecution", R"({"job_id":")" + job + R"("})");
        REQUIRE(asked.status == 200);
        const std::string execution = asked.text("/execute_id");
        wait_until("the run is accepted", [&] { return world.row(execution)->accepted; });
        const Reply reported = nodes[2].api().send(
            "POST", "/api/cronsvr/v1/namespaces/common/executionresult/" + execution, R"({"done":true})");
        CAPTURE(reported.body);
        CHECK(reported.status == 200);
        world.wait_for_state(execution, "success");
    }
    SECTION("pause") {
        world.given({.name = "every second"});
        world.target.wait_for("/run", 1);
        REQUIRE(nodes[2].api().post("/scheduling/pause", "").status == 200);
        const SystemClock clock;
        const Instant paused = clock.now();
        wait_until("some time has passed", [&] { return clock.now() > paused + 3s; });
        const std::vector<Call> calls = world.target.calls("/run");
        CHECK(calls.back().scheduled() <= paused + 1s);
    }
}

TEST_CASE("rebalancing shards loses and duplicates no run", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{1, 4};
    wait_until("the first node leads all shards", [&] { return shards_of(nodes[1]).size() == 4; });
    nodes.given_firing(40);
    more_calls(nodes.world.target, 80);
    nodes.add(2);
    wait_until("two nodes lead two shards each",
               [&] { return shards_of(nodes[1]).size() == 2 && shards_of(nodes[2]).size() == 2; });
    more_calls(nodes.world.target, 80);
    nodes.add(3);
    more_calls(nodes.world.target, 80);
    nodes[1].kill();
    wait_until("the other nodes lead all shards",
               [&] { return shards_of(nodes[2]).size() + shards_of(nodes[3]).size() == 4; });
    more_calls(nodes.world.target, 80);
    wait_until("no execution waits for the dead node", [&] {
        return nodes.world.database
            .rows("select f_execute_id from t_cron_job_status where f_job_status = 2 and f_node = 'node-1'")
            .empty();
    });
    CHECK(nodes[2].terminate() == 0);
    more_calls(nodes.world.target, 80);
    const Account result = nodes.end();
    CAPTURE(result.examples, result.planned, result.calls, result.repeated);
    CHECK(result.clean());
    CHECK(result.missed == 0);
}

TEST_CASE("the nodes of a new database share the shards", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{3};
    wait_until("each node leads its share of 16 shards", [&] {
        std::size_t sum = 0;
        for (const int node : {1, 2, 3}) {
            const std::size_t shards = shards_of(nodes[node]).size();
            if (shards < 4 || shards > 6) return false;
            sum += shards;
        }
        return sum == 16;
    });
    nodes.given_firing(60);
    more_calls(nodes.world.target, 180);
    const auto begun =
        nodes.world.database.rows("select f_node, count(*) from t_cron_attempt group by f_node");
    CHECK(begun.size() == 3);
    const Account result = nodes.end();
    CAPTURE(result.examples, result.planned, result.calls);
    CHECK(result.clean());
    CHECK(result.repeated == 0);
}

TEST_CASE("a second process with the same node_id exits with an error that identifies the first", "[nodes]") {
    if (!Database::tests_mysql()) return;
    World world{kMany};
    world.given({});
    Settings settings = world.database.settings();
    settings["multi_node"] = "true";
    settings["node_id"] = "node-1";
    Ecron second{world.database.folder(), settings};
    CHECK(second.run_to_end() == 3);
    CAPTURE(second.log());
    CHECK(second.logged("another process uses this node_id: process " + std::to_string(world.ecron.pid())));
    const std::size_t calls = world.target.count("/run");
    world.target.wait_for("/run", calls + 2);
    CHECK_FALSE(world.ecron.logged("lost leadership"));
}

TEST_CASE("runs of one concurrency key share its slots across shards", "[nodes]") {
    if (!Database::tests_mysql()) return;
    Nodes nodes{1, 4};
    nodes.add(2);
    wait_until("two nodes lead two shards each",
               [&] { return shards_of(nodes[1]).size() == 2 && shards_of(nodes[2]).size() == 2; });
    nodes.world.target.answer("/shared", Answer{.delay = 100ms});
    for (int n = 0; n < 8; ++n)
        nodes.world.given({.name = "shared-" + std::to_string(n),
                           .path = "/shared",
                           .context = {{"concurrency_key", "scarce"}, {"max_concurrency", 2}}});
    nodes.world.target.wait_for("/shared", 30);
    CHECK(nodes.world.target.most_at_once("/shared") <= 2);
}

}  // namespace ecron::e2e
