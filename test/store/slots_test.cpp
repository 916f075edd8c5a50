#include <catch2/catch.hpp>

#include "store/node.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

/// Executions that share the slots of one key.
struct Places : World {
    Places() : World(Options{.nodes = Nodes::many}) {
        open();
        job = given_job("job");
        term = lead();
    }
    model::Execution waiting(int number) {
        model::Execution run = a_run(job, term.epoch, term.watermark + Seconds{number});
        must(store().executions->insert_execution(run, NotifyLeader::no));
        run.state = ExecutionState::executing;
        return run;
    }
    Begun begin(const model::Execution& run, std::uint32_t most, const std::string& key = "db") {
        return must(store().executions->begin_attempt(run.id, run.attempt, run, Slot{key, most}, {}));
    }
    bool finish(model::Execution run, ExecutionState state) {
        run.state = state;
        Outcome outcome{.id = run.id, .attempt = run.attempt, .after = run};
        if (state == ExecutionState::failure) outcome.next_attempt = run.attempt + 1;
        return must(store().executions->finish(std::move(outcome)));
    }
    std::int64_t taken() { return number("select count(*) from t_cron_slot"); }

    model::Job job;
    Term term;
};

}  // namespace

TEST_CASE("the number of running executions per key is limited", "[store]") {
    Places world;
    std::vector<model::Execution> runs;
    for (int i = 0; i < 4; ++i) runs.push_back(world.waiting(i));
    CHECK(world.begin(runs[0], 2) == Begun::yes);
    CHECK(world.begin(runs[1], 2) == Begun::yes);
    CHECK(world.begin(runs[2], 2) == Begun::no_slot);
    CHECK(world.number("select count(*) from t_cron_job_status where f_job_status = 6") == 2);
    CHECK(world.begin(runs[2], 1, "another key") == Begun::yes);
    const ExecutionState end =
        GENERATE(ExecutionState::success, ExecutionState::failure, ExecutionState::interrupt);
    REQUIRE(world.finish(runs[0], end));
    CHECK(world.begin(runs[3], 2) == Begun::yes);
    CHECK(world.taken() == 3);
}

TEST_CASE("a start that fails takes no slot", "[store]") {
    Places world;
    const model::Execution run = world.waiting(1);
    model::Execution next = run;
    next.attempt = 2;
    CHECK(world.begin(next, 1) == Begun::no);
    CHECK(world.taken() == 0);
    CHECK(world.begin(run, 1) == Begun::yes);
    REQUIRE(world.finish(run, ExecutionState::success));
    CHECK(world.begin(run, 1) == Begun::no);
    CHECK(world.taken() == 0);
}

TEST_CASE("a repeated start whose response was lost is recognized", "[store]") {
    Places world;
    const model::Execution run = world.waiting(1);
    CHECK(world.begin(run, 1) == Begun::yes);
    CHECK(world.begin(run, 1) == Begun::yes);
    CHECK(world.taken() == 1);
    model::Execution elsewhere = run;
    elsewhere.node = NodeId("another");
    CHECK(world.begin(elsewhere, 1) == Begun::no);
}

TEST_CASE("a client that ends an execution frees its slot", "[store]") {
    Places world;
    model::Execution run = world.waiting(1);
    CHECK(world.begin(run, 1) == Begun::yes);
    run.state = ExecutionState::interrupt;
    CHECK(world.must(world.store().reports->put_executions(std::nullopt, {run}, {})).empty());
    CHECK(world.taken() == 0);
}

TEST_CASE("slots are counted across nodes", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    Places world;
    const model::Execution here = world.waiting(1);
    const model::Execution there = world.waiting(2);
    Node other(world, "other");
    REQUIRE(other.campaign());
    const auto begin_there = [&] {
        return other.await(other.store().executions->begin_attempt(there.id, 1, there, Slot{"db", 1}, {}));
    };
    CHECK(world.begin(here, 1) == Begun::yes);
    CHECK(begin_there() == Begun::no_slot);
    REQUIRE(world.finish(here, ExecutionState::success));
    CHECK(begin_there() == Begun::yes);
}
