#include <algorithm>
#include <catch2/catch.hpp>

#include "ecron/store/upkeep.hpp"
#include "store/world.hpp"

/// A watermark that is ahead of the store's clock, which was ahead and was set back.
using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

constexpr Millis kHour{3'600'000};
constexpr Millis kDay{24 * kHour};

/// A leader whose shard's watermark is a day ahead.
struct Ahead : World {
    Ahead() {
        open();
        job = given_job("job");
        term = lead();
        now = std::chrono::ceil<Seconds>(term.watermark);
        sql("update t_cron_shard set f_watermark = f_watermark + 86400000");
    }
    Result<std::optional<Instant>> rewind() {
        return await(store().executions->rewind(Shard(0), term.epoch, now));
    }
    Instant watermark() {
        return from_unix_millis(number("select f_watermark from t_cron_shard where f_shard = 0"));
    }
    Result<Claimed> claim(Epoch epoch, Instant until, std::vector<model::Execution> executions) {
        return await(store().executions->claim(
            {.epoch = epoch, .watermark = until, .planned = term.head, .executions = std::move(executions)}));
    }

    model::Job job;
    Term term;
    Instant now;
};

}  // namespace

TEST_CASE("a watermark ahead of the clock does not prevent claims that leave it where it is", "[store]") {
    Ahead world;
    const Instant ahead = world.watermark();
    const auto claimed =
        world.claim(world.term.epoch, ahead, {a_run(world.job, world.term.epoch, world.now)});
    REQUIRE(claimed);
    CHECK(claimed->mine == std::vector<bool>{true});
    CHECK(world.watermark() == ahead);
    CHECK(world.claim(world.term.epoch, ahead + Millis{1}, {}).error().code == Errc::unavailable);
}

TEST_CASE("a watermark ahead of the clock is set back, and no occurrence is claimed twice", "[store]") {
    Ahead world;
    const Instant later = world.now + kHour;
    REQUIRE(world.claim(world.term.epoch, world.watermark(), {a_run(world.job, world.term.epoch, later)}));

    const auto rewound = world.rewind();
    REQUIRE(rewound);
    CHECK(*rewound == world.now);
    CHECK(world.watermark() == world.now);
    CHECK(world.claim(world.term.epoch, world.now, {}).error().code == Errc::denied);  // the term has ended

    const Term next = world.must(world.store().election->begin_term(Shard(0), NodeId("node-1")));
    CHECK(next.watermark == world.now);
    const auto again = world.claim(next.epoch, world.now, {a_run(world.job, next.epoch, later)});
    REQUIRE(again);
    CHECK(again->mine == std::vector<bool>{false});
    world.close();
    const auto findings = check(world.options(), world.clock());
    REQUIRE(findings);
    CHECK(std::ranges::none_of(*findings, [](const std::string& line) {
        return line.find("beyond every watermark") != std::string::npos;
    }));
}

TEST_CASE("a watermark that is not ahead of the clock stays", "[store]") {
    Ahead world;
    world.sql("update t_cron_shard set f_watermark = f_watermark - 86400000");
    const Instant before = world.watermark();
    const auto rewound =
        world.await(world.store().executions->rewind(Shard(0), world.term.epoch, world.now - kHour));
    REQUIRE(rewound);
    CHECK_FALSE(*rewound);
    CHECK(world.watermark() == before);
    CHECK(world.claim(world.term.epoch, before, {}));  // in the same term
}

TEST_CASE("a watermark is not set back past executions that retention has deleted", "[store][history]") {
    Ahead world;
    const Instant deleted = world.now + 2 * kHour;
    for (const Instant scheduled_at : {deleted, deleted + kHour}) {
        const model::Execution run = a_run(world.job, world.term.epoch, scheduled_at);
        REQUIRE(world.claim(world.term.epoch, world.watermark(), {run}));
        Outcome outcome{.id = run.id, .attempt = 1, .after = run};
        outcome.after.state = model::ExecutionState::success;
        outcome.after.end_at = scheduled_at;
        world.must(world.store().executions->finish(std::move(outcome)));
    }
    const Trimmed trimmed = world.must(world.store().retention->trim_history({.per_job = 1}, JobId{}));
    REQUIRE(trimmed.executions == 1);

    const auto rewound = world.rewind();
    REQUIRE(rewound);
    CHECK(*rewound == deleted);
    CHECK(world.watermark() == deleted);
}

TEST_CASE("deletions before they were recorded are assumed up to an hour before the watermark", "[store]") {
    Ahead world;
    const Instant ahead = world.watermark();
    world.sql("delete from t_cron_meta where f_key = 'deleted_until'");
    world.reopen();
    world.term = world.lead();
    const auto rewound = world.rewind();
    REQUIRE(rewound);
    CHECK(*rewound == ahead - kHour);
}

TEST_CASE("summaries of missed occurrences end at a watermark that is set back", "[store]") {
    Ahead world;
    const Instant ahead = world.watermark();
    const JobKey job = world.job.key;
    world.must(world.store().executions->claim(
        {.epoch = world.term.epoch,
         .watermark = ahead,
         .planned = world.term.head,
         .missed = {{job, world.now - kHour, world.now + kHour, 120, "misfire"},
                    {job, world.now + 2 * kHour, world.now + 3 * kHour, 60, "misfire"}}}));
    REQUIRE(world.rewind());
    const auto missed = world.must(world.store().changes->missed_of(job, world.now - kDay, world.now + kDay));
    REQUIRE(missed.size() == 1);
    CHECK(missed.front().to == world.now);
    CHECK(missed.front().count == 60);
    CHECK(world.must(world.store().election->begin_term(Shard(0), NodeId("node-1"))).missed.empty());
}
