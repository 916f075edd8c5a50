#include "ecron/execution/executors.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace ecron;
using namespace ecron::execution;

namespace {

/// A runner whose attempts run until the test ends them.
class HeldRunner final : public Runner {
public:
    void start(const AttemptOrder& order, Done done) override {
        started.push_back(order.execute_id.value());
        under_way[order.execute_id.value()] = std::move(done);
    }
    void cancel(const ExecuteId& id) override { cancelled.push_back(id.value()); }
    [[nodiscard]] std::string host_of(const Task& task) const override { return task.context.exec; }

    void end(const std::string& id) {
        Done done = std::move(under_way.at(id));
        under_way.erase(id);
        AttemptResult result;
        result.outcome = model::ExecutionState::success;
        done(std::move(result));
    }

    std::vector<std::string> started, cancelled;
    std::map<std::string, Done> under_way;
};

struct Order {
    std::string id;
    std::string tenant{"t"};
    std::string host{};
    int priority{0};
    model::Mode mode{model::Mode::http};
};

class PoolWorld {
public:
    explicit PoolWorld(Lane lane) {
        lane.kind = &kHttpExecutor;
        lane.runner = &runner;
        Lane commands{.kind = &kCommandExecutor, .runner = &command_runner, .limit = 1};
        pool = make_pool(clock, {lane, commands});
    }

    void submit(const Order& order) {
        auto task = std::make_shared<Task>();
        task->tenant = TenantId{order.tenant};
        task->context.exec = order.host;
        task->context.priority = order.priority;
        task->context.mode = order.mode;
        pool->submit({.execute_id = ExecuteId{order.id},
                      .task = task,
                      .may_start = [this, id = order.id] { return !refused.contains(id); }},
                     [this, id = order.id](AttemptResult result) { results[id] = std::move(result); });
    }
    void submit_all(const std::vector<Order>& orders) {
        for (const Order& order : orders) submit(order);
    }
    /// Ends running attempts, oldest first, until none runs; returns the order of all starts.
    std::vector<std::string> run_dry() {
        for (std::size_t i = 0; i < runner.started.size(); ++i)
            if (runner.under_way.contains(runner.started[i])) runner.end(runner.started[i]);
        return runner.started;
    }

    ManualClock clock{Instant{}};
    HeldRunner runner, command_runner;
    std::unique_ptr<Pool> pool;
    std::map<std::string, AttemptResult> results;
    std::set<std::string> refused;  // may not start
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("concurrent attempts are limited by the lane, the rest waits", "[pool]") {
    PoolWorld world{{.limit = 2}};
    world.submit_all({{"a"}, {"b"}, {"c"}});
    CHECK(world.pool->running() == 2);
    CHECK(world.pool->waiting() == 1);
    world.runner.end("a");
    CHECK(world.runner.started == Ids{"a", "b", "c"});
    CHECK(world.pool->waiting() == 0);
    CHECK(world.results.at("a").outcome == model::ExecutionState::success);
}

TEST_CASE("an attempt that may no longer start when it gets a slot is withheld", "[pool]") {
    PoolWorld world{{.limit = 2, .per_host = 1}};
    world.submit_all({{"a", "t", "host"}, {"b"}, {"c", "t", "host"}, {"d", "t", "host"}, {"e"}});
    world.refused = {"c", "e"};
    world.runner.end("a");
    world.runner.end("b");
    CHECK(world.results.at("c").withheld);
    CHECK(world.results.at("e").withheld);
    CHECK_FALSE(world.results.at("a").withheld);
    CHECK(world.runner.started == Ids{"a", "b", "d"});
    CHECK(world.pool->waiting() == 0);
    CHECK(world.run_dry() == Ids{"a", "b", "d"});
    CHECK(world.pool->running() == 0);
}

TEST_CASE("tenants are served round-robin, regardless of the number of queued attempts", "[pool]") {
    PoolWorld world{{.limit = 1}};
    world.submit_all({{"a1", "a"}, {"a2", "a"}, {"a3", "a"}, {"b1", "b"}, {"b2", "b"}, {"c1", "c"}});
    CHECK(world.run_dry() == Ids{"a1", "a2", "b1", "c1", "a3", "b2"});
}

TEST_CASE("within a tenant the higher priority goes first, then the older", "[pool]") {
    PoolWorld world{{.limit = 1}};
    world.submit_all({{"first"},
                      {"low", "t", "", -5},
                      {"old"},
                      {"young"},
                      {"high", "t", "", 10},
                      {"other", "u", "", -1'000}});
    CHECK(world.run_dry() == Ids{"first", "high", "other", "old", "young", "low"});
}

TEST_CASE("each kind of attempt has its own limit", "[pool]") {
    PoolWorld world{{.limit = 1}};
    world.submit_all({{"http"}, {"http2"}, {"exe", "t", "", 0, model::Mode::exe}});
    CHECK(world.command_runner.started == Ids{"exe"});
    CHECK(world.runner.started == Ids{"http"});
}

TEST_CASE("an attempt of an unsupported kind fails with the reason", "[pool]") {
    ManualClock clock{Instant{}};
    const auto pool = make_pool(clock, {});
    auto task = std::make_shared<Task>();
    AttemptResult result;
    pool->submit({.execute_id = ExecuteId{"a"}, .task = task}, [&](AttemptResult told) { result = told; });
    CHECK(result.outcome == model::ExecutionState::failure);
    CHECK(result.reason == "runs of this kind are not available here");
}

TEST_CASE("a full host does not block attempts for other hosts", "[pool]") {
    PoolWorld world{{.limit = 3, .per_host = 1}};
    world.submit_all({{"a1", "t", "slow"}, {"a2", "t", "slow"}, {"a3", "t", "slow"}, {"b1", "t", "quick"}});
    CHECK(world.runner.started == Ids{"a1", "b1"});
    CHECK(world.pool->waiting() == 2);
    SECTION("a freed slot goes to the oldest waiting attempt of the host") {
        world.runner.end("a1");
        CHECK(world.runner.started == Ids{"a1", "b1", "a2"});
        world.submit({"a4", "t", "slow"});
        CHECK(world.run_dry() == Ids{"a1", "b1", "a2", "a3", "a4"});
    }
    SECTION("an attempt waiting for the host can be cancelled") {
        world.pool->cancel(ExecuteId{"a2"});
        CHECK(world.results.at("a2").outcome == model::ExecutionState::interrupt);
        CHECK(world.run_dry() == Ids{"a1", "b1", "a3"});
    }
    CHECK(world.pool->running() == 0);
    CHECK(world.pool->waiting() == 0);
}

TEST_CASE("a slot reserved for a cancelled attempt goes to the next one", "[pool]") {
    PoolWorld world{{.limit = 2, .per_host = 1}};
    world.submit_all({{"a1", "t", "p"}, {"a2", "t", "p"}, {"a3", "t", "p"}, {"x", "t", "q"}});
    world.submit_all({{"y", "t", "r", 5}});
    CHECK(world.runner.started == Ids{"a1", "x"});
    world.runner.end("a1");  // y has a higher priority and takes the slot; a2 keeps its reservation at p
    CHECK(world.runner.started == Ids{"a1", "x", "y"});
    world.pool->cancel(ExecuteId{"a2"});
    world.runner.end("x");
    CHECK(world.runner.started == Ids{"a1", "x", "y", "a3"});
}

TEST_CASE("if tenants share a lane, slots are reserved for tenants without one", "[pool]") {
    PoolWorld world{{.limit = 10, .tenants = Tenants::many}};
    for (int i = 0; i < 20; ++i) world.submit({"a" + std::to_string(i), "a"});
    CHECK(world.pool->running() == 8);
    world.submit({"b", "b"});
    CHECK(world.runner.started.back() == "b");
    SECTION("a reserved slot is available to the next tenant") {
        world.submit({"c", "c"});
        CHECK(world.runner.started.back() == "c");
    }
    SECTION("all waiting attempts eventually run") {
        CHECK(world.run_dry().size() == 21);
        CHECK(world.pool->waiting() == 0);
    }
}

TEST_CASE("per_tenant limits a tenant regardless of free slots", "[pool][limits]") {
    PoolWorld world{{.limit = 10, .per_tenant = 2}};
    world.submit_all({{"a1", "a"}, {"a2", "a"}, {"a3", "a"}, {"b1", "b"}});
    CHECK(world.runner.started == Ids{"a1", "a2", "b1"});
    world.runner.end("a1");
    CHECK(world.runner.started.back() == "a3");
    CHECK(world.run_dry().size() == 4);
}

TEST_CASE("a cancelled running attempt ends as interrupt, regardless of its runner's result", "[pool]") {
    PoolWorld world{{.limit = 1}};
    world.submit_all({{"a"}, {"b"}});
    world.pool->cancel(ExecuteId{"a"});
    world.pool->cancel(ExecuteId{"a"});
    CHECK(world.runner.cancelled == Ids{"a"});
    CHECK(world.pool->running() == 1);  // until it has ended
    world.runner.end("a");
    CHECK(world.results.at("a").outcome == model::ExecutionState::interrupt);
    CHECK(world.results.at("a").reason == "cancelled");
    CHECK(world.runner.started == Ids{"a", "b"});
}

TEST_CASE("times are taken from the clock", "[pool]") {
    PoolWorld world{{.limit = 1}};
    world.submit_all({{"a"}, {"b"}});
    world.clock.advance(Millis{50});
    world.runner.end("a");
    CHECK(world.pool->began(ExecuteId{"b"}) == Instant{Millis{50}});
    CHECK_FALSE(world.pool->began(ExecuteId{"a"}));
    CHECK(world.results.at("a").begin_at == Instant{});
    CHECK(world.results.at("a").end_at == Instant{Millis{50}});
}

TEST_CASE("a thousand hanging attempts do not delay other tenants, and use bounded memory", "[pool]") {
    PoolWorld world{{.limit = 1'000, .tenants = Tenants::many}};
    for (int i = 0; i < 1'000; ++i) world.submit({"hangs" + std::to_string(i), "slow"});
    CHECK(world.pool->running() == 800);
    for (int i = 0; i < 5'000; ++i) {
        const std::string id = "quick" + std::to_string(i);
        world.submit({id, "tenant" + std::to_string(i % 50)});
        REQUIRE(world.runner.started.back() == id);  // immediately
        world.runner.end(id);
    }
    CHECK(world.pool->running() == 800);
    CHECK(world.pool->waiting() == 200);
}
