#include "e2e/fake_clock.hpp"
#include "e2e/world.hpp"

/// Nodes with a clock offset from the database.
namespace ecron::e2e {
namespace {

constexpr std::size_t kShards = 16;  // of a new database

/// Returns the clock problem that the cluster reports for a node; empty if there is none.
std::string trouble_of(World& world, const std::string& name) {
    const json::value cluster = world.api().get("/cluster").parsed();
    for (const json::value& node : cluster.at("nodes").as_array()) {
        if (node.at("node").as_string() != name.c_str()) continue;
        const json::value* const trouble = node.as_object().if_contains("trouble");
        return trouble == nullptr ? std::string{} : std::string{trouble->as_string()};
    }
    return "no such node";
}

/// How many shards the node that is asked leads.
std::size_t leading(World& world) {
    return world.api().get("/cluster").parsed().at("self").at("leading").as_array().size();
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t times_logged(const Ecron& ecron, const std::string& phrase) {
    const std::string log = ecron.log();
    std::size_t count = 0;
    for (std::size_t at = log.find(phrase); at != std::string::npos; at = log.find(phrase, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a node with a clock offset reports it and is never leader while it exceeds a second", "[clock]") {
    if (!Database::tests_mysql()) return;
    if (!FakeClock::is_there()) {
        WARN("skipped: libfaketime is not installed");
        return;
    }
    World world{{{"multi_node", "true"}, {"node_id", "right"}}};
    Settings settings = world.database.settings();
    settings["multi_node"] = "true";
    settings["node_id"] = "wrong";
    Ecron wrong{world.database.folder(), settings};
    const FakeClock clock{world.database.folder() + "/clock"};
    wrong.environment() = clock.environment();
    wrong.start();
    CHECK(trouble_of(world, "right").empty());
    CHECK(trouble_of(world, "wrong").empty());

    clock.set_ahead(400ms);
    wait_until("the node warns", [&] { return wrong.logged("clock differs from the database clock"); });
    wait_until("other nodes report it",
               [&] { return says(trouble_of(world, "wrong"), "ahead of the database's"); });
    CHECK_FALSE(says(trouble_of(world, "wrong"), "it does not lead"));

    clock.set_ahead(-2s);
    wait_until("the node does not campaign",
               [&] { return wrong.logged("clock offset too large, not campaigning"); });
    wait_until("other nodes report it", [&] { return says(trouble_of(world, "wrong"), "it does not lead"); });
    CHECK(says(trouble_of(world, "wrong"), "behind the database's"));
    const std::string metrics = wrong.api().get("/metrics").body;
    CHECK(says(metrics, "\necron_clock_refused 1\n"));
    CHECK(says(metrics, "\necron_clock_ahead_seconds -"));

    wait_until("the other node leads every shard", [&] { return leading(world) == kShards; });
    const std::size_t leads = times_logged(wrong, "acquired leadership");  // while its clock was correct
    world.given({});
    world.target.wait_for("/run", 2);
    CHECK(world.ecron.terminate() == 0);
    CHECK(times_logged(wrong, "acquired leadership") == leads);
    clock.set_ahead(0s);
    wait_until("the node leads with a correct clock",
               [&] { return times_logged(wrong, "acquired leadership") > leads; });
    world.target.wait_for("/run", world.target.count("/run") + 1);
}

}  // namespace ecron::e2e
