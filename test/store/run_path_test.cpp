#include <catch2/catch.hpp>

#include <set>

#include "ecron/base/uuid.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

/// A store whose node leads, with one job.
struct Leading : World {
    Leading() {
        open();
        job = given_job("job");
        term = lead();
        now = std::chrono::ceil<Seconds>(term.watermark);
    }
    model::Execution run(Seconds before_now = Seconds{0}) { return a_run(job, term.epoch, now - before_now); }
    Claim claim_of(std::vector<model::Execution> executions) {
        return {
            .epoch = term.epoch, .watermark = now, .planned = term.head, .executions = std::move(executions)};
    }
    model::Execution claimed(Seconds before_now = Seconds{0}) {
        model::Execution execution = run(before_now);
        CHECK(must(store().executions->claim(claim_of({execution}))).mine == std::vector<bool>{true});
        return execution;
    }
    Outcome outcome_of(const model::Execution& execution, ExecutionState state) {
        Outcome outcome{.id = execution.id, .attempt = execution.attempt, .after = execution};
        outcome.after.state = state;
        outcome.after.begin_at = now;
        outcome.after.end_at = now + Seconds{1};
        outcome.after.execute_times = execution.attempt;
        outcome.after.executors.push_back({"node-1", now});
        outcome.record =
            model::Attempt{.execute_id = execution.id,
                           .number = execution.attempt,
                           .begin_at = now,
                           .end_at = now + Millis{1'234},
                           .node = NodeId("node-1"),
                           .outcome = state == ExecutionState::success ? state : ExecutionState::failure,
                           .code = 200};
        return outcome;
    }
    model::Execution stored(const ExecuteId& id) {
        auto found = must(store().queries->find_execution(std::nullopt, id));
        REQUIRE(found);
        return std::move(*found);
    }
    bool exists(const ExecuteId& id) {
        return must(store().queries->find_execution(std::nullopt, id)).has_value();
    }

    model::Job job;
    Term term;
    Instant now;
};

}  // namespace

TEST_CASE("the first term starts at the store's current time, the next one where the last one ended",
          "[store]") {
    World world;
    world.open();
    const Term first = world.lead();
    CHECK(first.epoch == Epoch(1));
    CHECK(std::chrono::abs(first.watermark - world.clock().now()) < Seconds{10});
    CHECK(world.store().election->leads(Shard(0)));
    const Instant watermark = first.watermark + Millis{200};
    world.must(world.store().executions->claim(
        {.epoch = first.epoch, .watermark = watermark, .planned = ChangeNumber(0)}));
    world.must(world.store().election->end_term(Shard(0)));
    CHECK_FALSE(world.store().election->leads(Shard(0)));
    world.reopen();
    const Term second = world.lead("node-2");
    CHECK(second.epoch == Epoch(2));
    CHECK(second.watermark == watermark);
}

TEST_CASE("a claim stores its runs and the watermark together", "[store]") {
    Leading world;
    std::vector<model::Execution> runs;
    for (int i = 0; i < 333; ++i) runs.push_back(world.run(Seconds{i}));
    const Claimed claimed = world.must(world.store().executions->claim(world.claim_of(runs)));
    CHECK(claimed.mine == std::vector<bool>(333, true));
    CHECK(world.number("select count(*) from t_cron_job_status") == 333);
    CHECK(world.number("select f_watermark from t_cron_shard") == to_unix_millis(world.now));
    const model::Execution run = world.stored(runs[7].id);
    CHECK(run.state == ExecutionState::pending);
    CHECK(run.scheduled_at == runs[7].scheduled_at);
    CHECK(run.due == runs[7].due);
    CHECK(run.node == NodeId("node-1"));
    CHECK(run.attempt == 1);
    CHECK(run.trigger == model::Trigger::schedule);
    CHECK(run.job_key == world.job.key);
    CHECK(run.tenant == world.job.tenant);
    CHECK_FALSE(run.begin_at);
}

TEST_CASE("the watermark never decreases", "[store]") {
    Leading world;
    world.claimed();
    Claim earlier = world.claim_of({});
    earlier.watermark -= Seconds{60};
    world.must(world.store().executions->claim(earlier));
    CHECK(world.number("select f_watermark from t_cron_shard") == to_unix_millis(world.now));
}

TEST_CASE("a watermark from a clock that is ahead of the store's is refused", "[store]") {
    Leading world;
    Claim ahead = world.claim_of({world.run()});
    ahead.watermark += Seconds{3'600};
    const auto refused = world.await(world.store().executions->claim(ahead));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unavailable);
    CHECK_FALSE(world.exists(ahead.executions.front().id));
}

TEST_CASE("a claim of an ended term changes nothing", "[store]") {
    Leading world;
    const Term old = world.term;
    world.must(world.store().election->end_term(Shard(0)));
    world.term = world.lead("node-2");
    std::vector<boost::asio::awaitable<Result<Claimed>>> claims;
    Claim stale = world.claim_of({world.run(Seconds{1})});
    stale.epoch = old.epoch;
    claims.push_back(world.store().executions->claim(stale));
    claims.push_back(world.store().executions->claim(world.claim_of({world.run(Seconds{2})})));
    claims.push_back(world.store().executions->claim(stale));
    const auto answers = world.all(std::move(claims));
    REQUIRE_FALSE(answers[0]);
    CHECK(answers[0].error().code == Errc::denied);
    CHECK(answers[1]);
    REQUIRE_FALSE(answers[2]);
    CHECK(world.number("select count(*) from t_cron_job_status") == 1);
}

TEST_CASE("a repeated claim recognizes its own rows and those of another term", "[store]") {
    Leading world;
    const model::Execution mine = world.claimed(Seconds{1});
    model::Execution theirs = world.run(Seconds{2});
    theirs.epoch = Epoch(77);
    world.must(world.store().executions->insert_execution(theirs, NotifyLeader::no));
    const model::Execution ended = world.claimed(Seconds{3});
    REQUIRE(world.must(world.store().executions->finish(world.outcome_of(ended, ExecutionState::success))));

    theirs.epoch = world.term.epoch;
    const Claim again = world.claim_of({mine, world.run(Seconds{4}), theirs, ended});
    CHECK(world.must(world.store().executions->claim(again)).mine ==
          std::vector<bool>{true, true, false, false});
    CHECK(world.number("select count(*) from t_cron_job_status") == 4);
    CHECK(world.stored(theirs.id).epoch == Epoch(77));
}

TEST_CASE("an execution id used by another run does not prevent the other claims", "[store]") {
    Leading world;
    model::Execution taken = world.claimed(Seconds{1});
    SECTION("another instant") { taken.scheduled_at = *taken.scheduled_at - Seconds{60}; }
    SECTION("another job") { taken.job_id = JobId("another"); }
    const model::Execution innocent = world.run(Seconds{5});
    const Claimed claimed = world.must(world.store().executions->claim(world.claim_of({taken, innocent})));
    CHECK(claimed.mine == std::vector<bool>{false, true});
    CHECK(world.exists(innocent.id));
}

TEST_CASE("concurrent claims share a transaction", "[store]") {
    Leading world;
    std::vector<boost::asio::awaitable<Result<Claimed>>> claims;
    for (int i = 0; i < 50; ++i)
        claims.push_back(world.store().executions->claim(world.claim_of({world.run(Seconds{i})})));
    const std::uint64_t before = world.store().statistics().transactions;
    for (const auto& claimed : world.all(std::move(claims))) CHECK(claimed);
    CHECK(world.store().statistics().transactions - before < 25);
    CHECK(world.number("select count(*) from t_cron_job_status") == 50);
}

TEST_CASE("the claim of a timed job's only run disables the job in the same transaction", "[store]") {
    Leading world;
    Claim claim = world.claim_of({world.run()});
    claim.completed = {{world.job.key, world.job.effective_from}};
    SECTION("with the planned schedule") {
        world.must(world.store().jobs->find_job(std::nullopt, world.job.id));  // in the cache of SQLite
        world.must(world.store().executions->claim(claim));
        const auto stored = world.must(world.store().jobs->find_job(std::nullopt, world.job.id));
        CHECK_FALSE(stored->enabled);
        const auto changes = world.must(world.store().changes->changes_after(world.job.revision, 10));
        REQUIRE(changes.size() == 1);
        CHECK(changes.front().is_completion());
        CHECK(changes.front().number == stored->revision);
        const auto replaced = read_replaced(changes.front());
        REQUIRE(replaced);
        CHECK(replaced->cron_time == world.job.cron_time);
        CHECK(replaced->type == world.job.type);
        CHECK(replaced->enabled);
        CHECK(replaced->effective_from == world.job.effective_from);
        CHECK(store::jobs_to_read(changes).empty());
    }
    SECTION("after another change of the job") {
        model::Job change = world.job;
        change.remarks = "changed";
        world.must(world.store().jobs->replace_job(std::nullopt, change, "", std::nullopt));
        world.must(world.store().executions->claim(claim));
        CHECK_FALSE(world.must(world.store().jobs->find_job(std::nullopt, world.job.id))->enabled);
    }
    SECTION("but not after a change of its schedule, even if the run was read with the change") {
        model::Job change = world.job;
        change.cron_time = "1 1 * * *";
        claim.executions.front().revision =
            world.must(world.store().jobs->replace_job(std::nullopt, change, "", std::nullopt)).revision;
        world.must(world.store().executions->claim(claim));
        CHECK(world.must(world.store().jobs->find_job(std::nullopt, world.job.id))->enabled);
    }
}

TEST_CASE("a claim disables many jobs, each with its own change", "[store]") {
    Leading world;
    constexpr std::size_t kJobs = 300;  // more than one statement names
    Claim claim = world.claim_of({});
    std::vector<JobId> ids;
    for (std::size_t i = 0; i < kJobs; ++i) {
        const model::Job job = world.given_job("one-shot-" + std::to_string(i));
        ids.push_back(job.id);
        // A schedule of an earlier revision, which the job no longer has.
        claim.completed.push_back({job.key, job.effective_from - Millis{1}});
        if (i > 0) claim.completed.push_back({job.key, job.effective_from});
    }
    claim.completed.push_back({JobKey(987'654'321), world.now});
    world.must(world.store().executions->claim(claim));
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, ids.front()))->enabled);
    std::set<ChangeNumber> revisions;
    for (std::size_t i = 1; i < kJobs; ++i) {
        const auto stored = world.must(world.store().jobs->find_job(std::nullopt, ids[i]));
        REQUIRE(stored);
        CHECK_FALSE(stored->enabled);
        CHECK(world.number("select count(*) from t_cron_change where f_kind = 'spent' and f_number = " +
                           std::to_string(stored->revision.value()) +
                           " and f_at = " + std::to_string(to_unix_millis(stored->effective_from)) +
                           " and f_job_key = " + std::to_string(stored->key.value())) == 1);
        revisions.insert(stored->revision);
    }
    CHECK(revisions.size() == kJobs - 1);
    CHECK(world.number("select f_number from t_cron_change_head") == revisions.rbegin()->value());
}

TEST_CASE("claims that share a transaction disable the completed one-shots of all", "[store]") {
    Leading world;
    std::vector<JobId> ids;
    std::vector<boost::asio::awaitable<Result<Claimed>>> claims;
    for (int i = 0; i < 50; ++i) {
        const model::Job job = world.given_job("one-shot-" + std::to_string(i));
        Claim claim = world.claim_of({world.run(Seconds{i})});
        claim.completed = {{job.key, job.effective_from}};
        ids.push_back(job.id);
        claims.push_back(world.store().executions->claim(std::move(claim)));
    }
    for (const auto& claimed : world.all(std::move(claims))) CHECK(claimed);
    for (const JobId& id : ids)
        CHECK_FALSE(world.must(world.store().jobs->find_job(std::nullopt, id))->enabled);
    CHECK(world.number("select count(*) from t_cron_change where f_kind = 'spent'") == 50);
    CHECK(world.number(
              "select (select max(f_number) from t_cron_change) - f_number from t_cron_change_head") == 0);
}

TEST_CASE("ends that are equal and ends that differ share transactions, and each row gets its own",
          "[store]") {
    Leading world;
    constexpr int kRuns = 150;  // more than one statement names
    std::vector<model::Execution> runs;
    for (int i = 0; i < kRuns; ++i) runs.push_back(world.run(Seconds{i}));
    world.must(world.store().executions->claim(world.claim_of(runs)));
    const bool all_expected = GENERATE(true, false);
    std::vector<boost::asio::awaitable<Result<bool>>> ends;
    for (int i = 0; i < kRuns; ++i) {
        model::Execution& run = runs[static_cast<std::size_t>(i)];
        const bool fails = i % 10 == 3;
        Outcome end = world.outcome_of(run, fails ? ExecutionState::failure : ExecutionState::success);
        if (fails) {
            end.next_attempt = 2;
            end.after.due = world.now + Seconds{i};
        }
        if (i % 25 == 4) end.after.result = R"({"number":1})";
        if (!all_expected && i == 77) end.attempt = 2;
        ends.push_back(world.store().executions->finish(end));
        run = end.after;
        run.attempt = fails ? 2 : 1;
    }
    const auto written = world.all(std::move(ends));
    for (int i = 0; i < kRuns; ++i) {
        CAPTURE(i);
        const model::Execution& expected = runs[static_cast<std::size_t>(i)];
        const bool was_expected = all_expected || i != 77;
        CHECK(written[static_cast<std::size_t>(i)].value() == was_expected);
        const model::Execution stored = world.stored(expected.id);
        CHECK(stored.state == (was_expected ? expected.state : ExecutionState::pending));
        CHECK(stored.due == expected.due);
        CHECK(stored.attempt == expected.attempt);
        CHECK(stored.node == expected.node);
        CHECK(stored.epoch == expected.epoch);
        if (was_expected) {
            CHECK(stored.result == expected.result);
            CHECK(stored.executors.size() == 1);
        }
    }
}

TEST_CASE("claimed runs that have not started can be withdrawn by their leader only", "[store]") {
    Leading world;
    const model::Execution waiting = world.claimed(Seconds{1});
    const model::Execution begun = world.claimed(Seconds{2});
    Outcome begin = world.outcome_of(begun, ExecutionState::executing);
    REQUIRE(world.must(world.store().executions->begin_attempt(begun.id, 1, begin.after, std::nullopt, {})) ==
            Begun::yes);
    const auto denied = world.await(world.store().executions->withdraw(Shard(0), Epoch(99), {waiting.id}));
    REQUIRE_FALSE(denied);
    CHECK(denied.error().code == Errc::denied);
    CHECK(world.exists(waiting.id));
    world.must(world.store().executions->withdraw(Shard(0), world.term.epoch,
                                                  {waiting.id, begun.id, ExecuteId("unknown")}));
    CHECK_FALSE(world.exists(waiting.id));
    CHECK(world.exists(begun.id));
    CHECK(world.must(world.store().executions->claim(world.claim_of({waiting}))).mine ==
          std::vector<bool>{true});  // the id is available again
}

TEST_CASE("an outcome is stored with its attempt and its announcements", "[store]") {
    Leading world;
    const model::Execution run = world.claimed();
    Outcome outcome = world.outcome_of(run, ExecutionState::success);
    outcome.record->detail = R"({"total":0.25})";
    outcome.record->output = std::string("bytes \0 \xff\xfe ' \\ :p0", 18);
    outcome.record->reason = "it's fine";
    outcome.announcements = {an_announcement("one"), an_announcement("two")};
    CHECK(world.must(world.store().executions->finish(outcome)));
    const model::Execution stored = world.stored(run.id);
    CHECK(stored.state == ExecutionState::success);
    CHECK(stored.begin_at == world.now);
    CHECK(stored.end_at == world.now + Seconds{1});
    CHECK(stored.execute_times == 1);
    REQUIRE(stored.executors.size() == 1);
    CHECK(stored.executors.front().executor_id == "node-1");
    const auto attempts = world.must(world.store().queries->attempts(run.id));
    REQUIRE(attempts.size() == 1);
    CHECK(attempts.front().number == 1);
    CHECK(attempts.front().code == 200);
    CHECK(attempts.front().end_at == world.now + Millis{1'234});
    CHECK(attempts.front().detail == outcome.record->detail);
    CHECK(attempts.front().output == outcome.record->output);
    CHECK(attempts.front().reason == "it's fine");
    CHECK(world.number("select count(*) from t_cron_outbox") == 2);
    CHECK(world.text("select f_payload from t_cron_outbox order by f_id limit 1") ==
          outcome.announcements.front().payload);
}

TEST_CASE("an execution ends once, at its current attempt", "[store]") {
    Leading world;
    const model::Execution run = world.claimed();
    Outcome wrong = world.outcome_of(run, ExecutionState::success);
    wrong.attempt = 2;
    CHECK_FALSE(world.must(world.store().executions->finish(wrong)));
    CHECK(world.must(world.store().executions->finish(world.outcome_of(run, ExecutionState::success))));
    Outcome late = world.outcome_of(run, ExecutionState::abandon);
    late.announcements = {an_announcement("m")};
    CHECK_FALSE(world.must(world.store().executions->finish(late)));
    CHECK(world.stored(run.id).state == ExecutionState::success);
    CHECK(world.number("select count(*) from t_cron_outbox") == 0);
    CHECK_FALSE(world.must(
        world.store().executions->finish(world.outcome_of(world.run(Seconds{9}), ExecutionState::success))));
}

TEST_CASE("an outcome with an owner applies only while the row has that owner", "[store]") {
    Leading world;
    const std::vector<model::Execution> runs{world.run(Seconds{3}), world.run(Seconds{2}),
                                             world.run(Seconds{1})};
    world.must(world.store().executions->claim(world.claim_of(runs)));
    const auto handed_back = [&](const model::Execution& run, const std::string& node, Epoch epoch) {
        Outcome outcome = world.outcome_of(run, ExecutionState::pending);
        outcome.owner = {.node = NodeId(node), .epoch = epoch};
        return outcome;
    };
    const std::string mine = runs[0].node.value();
    CHECK_FALSE(world.must(world.store().executions->finish(handed_back(runs[0], "another", runs[0].epoch))));
    CHECK_FALSE(world.must(world.store().executions->finish(handed_back(runs[0], mine, Epoch(99)))));
    CHECK(world.must(world.store().executions->finish(handed_back(runs[0], mine, runs[0].epoch))));
    // A recorded start means that the run must not be withdrawn as if it had never begun.
    model::Execution begun = world.stored(runs[0].id);
    begun.state = ExecutionState::executing;
    begun.node = runs[0].node;
    REQUIRE(world.must(world.store().executions->begin_attempt(begun.id, begun.attempt, begun, {}, {})) ==
            Begun::yes);
    Outcome unbegun = handed_back(runs[0], mine, runs[0].epoch);
    unbegun.owner->may_have_begun = false;
    CHECK_FALSE(world.must(world.store().executions->finish(unbegun)));
    CHECK(world.must(world.store().executions->finish(handed_back(runs[0], mine, runs[0].epoch))));
    // Several share a statement.
    std::vector<boost::asio::awaitable<Result<bool>>> together;
    together.push_back(world.store().executions->finish(handed_back(runs[1], mine, runs[1].epoch)));
    together.push_back(world.store().executions->finish(handed_back(runs[2], "another", runs[2].epoch)));
    const auto answers = world.all(std::move(together));
    CHECK(answers[0].value());
    CHECK_FALSE(answers[1].value());
}

TEST_CASE("each of many outcomes in one batch has its own answer", "[store]") {
    Leading world;
    std::vector<model::Execution> runs;
    for (int i = 0; i < 250; ++i) runs.push_back(world.run(Seconds{i}));
    world.must(world.store().executions->claim(world.claim_of(runs)));
    REQUIRE(
        world.must(world.store().executions->finish(world.outcome_of(runs[100], ExecutionState::interrupt))));
    std::vector<boost::asio::awaitable<Result<bool>>> outcomes;
    for (const model::Execution& run : runs)
        outcomes.push_back(world.store().executions->finish(world.outcome_of(run, ExecutionState::success)));
    outcomes.push_back(world.store().executions->finish(
        world.outcome_of(runs[5], ExecutionState::abandon)));  // a second end
    const auto answers = world.all(std::move(outcomes));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        CAPTURE(i);
        REQUIRE(answers[i]);
        CHECK(*answers[i] == (i != 100 && i != 250));
    }
    CHECK(world.number("select count(*) from t_cron_job_status where f_job_status = 1") == 249);
    CHECK(world.number("select count(*) from t_cron_attempt") == 250);
}

TEST_CASE("a failed attempt continues as the next one", "[store]") {
    Leading world;
    const model::Execution run = world.claimed();
    Outcome failed = world.outcome_of(run, ExecutionState::failure);
    failed.next_attempt = 2;
    failed.after.due = world.now + Millis{1'500};
    CHECK(world.must(world.store().executions->finish(failed)));
    model::Execution stored = world.stored(run.id);
    CHECK(stored.state == ExecutionState::failure);
    CHECK(stored.attempt == 2);
    CHECK(stored.due == world.now + Millis{1'500});
    CHECK(stored.end_at == world.now + Seconds{1});  // of the failed attempt

    stored.state = ExecutionState::executing;
    CHECK(world.must(world.store().executions->begin_attempt(run.id, 1, stored, std::nullopt, {})) ==
          Begun::no);
    CHECK(world.must(world.store().executions->begin_attempt(run.id, 2, stored, std::nullopt, {})) ==
          Begun::yes);
    CHECK(world.must(world.store().executions->begin_attempt(run.id, 2, stored, std::nullopt, {})) ==
          Begun::no);
    stored = world.stored(run.id);
    CHECK(stored.state == ExecutionState::executing);
    CHECK_FALSE(stored.end_at);
    const auto broken = check(world.options(), world.clock());
    REQUIRE(broken);
    CHECK(*broken == std::vector<std::string>{});

    Outcome put_back{.id = run.id, .attempt = 2, .after = stored, .next_attempt = 3};
    put_back.after.state = ExecutionState::pending;
    put_back.after.end_at = world.now + Seconds{1};  // as remembered by a node
    CHECK(world.must(world.store().executions->finish(put_back)));
    CHECK(world.number("select count(*) from t_cron_job_status where f_end_time <> 0") == 0);
}

TEST_CASE("many attempts that follow a failure begin without an end", "[store]") {
    Leading world;
    const std::vector<model::Execution> runs{world.run(Seconds{3}), world.run(Seconds{2}),
                                             world.run(Seconds{1})};
    world.must(world.store().executions->claim(world.claim_of(runs)));
    std::vector<boost::asio::awaitable<Result<bool>>> failures;
    for (const model::Execution& run : runs) {
        failures.push_back(world.store().executions->finish(world.outcome_of(run, ExecutionState::failure)));
    }
    for (const Result<bool>& failed : world.all(std::move(failures))) CHECK(failed.value());
    std::vector<boost::asio::awaitable<Result<Begun>>> begins;
    for (const model::Execution& run : runs) {
        model::Execution after = world.stored(run.id);
        after.state = ExecutionState::executing;
        begins.push_back(world.store().executions->begin_attempt(run.id, 1, after, std::nullopt, {}));
    }
    for (const Result<Begun>& begun : world.all(std::move(begins))) CHECK(begun.value() == Begun::yes);
    CHECK(world.number("select count(*) from t_cron_job_status where f_job_status = 2 and f_end_time = 0") ==
          3);
}

TEST_CASE("an attempt whose execution a client ends keeps its record, and its node's result is added",
          "[store]") {
    Leading world;
    model::Execution run = world.claimed();
    model::Execution begun = run;
    begun.state = ExecutionState::executing;
    begun.node = NodeId("node-1");
    begun.begin_at = world.now;
    begun.executors = {{"node-1", world.now}};
    begun.execute_times = 1;
    REQUIRE(world.must(world.store().executions->begin_attempt(run.id, 1, begun, std::nullopt, {})) ==
            Begun::yes);
    model::Execution put = begun;
    put.state = ExecutionState::success;
    put.end_at = world.now - Seconds{1};
    CHECK(world.must(world.store().reports->put_executions(std::nullopt, {put}, {})).size() ==
          1);  // ends too early
    CHECK(world.stored(run.id).state == ExecutionState::executing);
    put.end_at.reset();
    CHECK(world.must(world.store().reports->put_executions(std::nullopt, {put}, {})).empty());
    CHECK(world.stored(run.id).end_at >= world.now - Seconds{1});
    auto attempts = world.must(world.store().queries->attempts(run.id));
    REQUIRE(attempts.size() == 1);
    CHECK(attempts.front().begin_at == world.now);
    CHECK(attempts.front().outcome == ExecutionState::success);
    CHECK(attempts.front().node == NodeId("node-1"));
    CHECK(attempts.front().reason == "ended over PUT /jobstatus");

    Outcome late = world.outcome_of(run, ExecutionState::failure);
    late.record->reason = "status 500";
    CHECK_FALSE(world.must(world.store().executions->finish(late)));
    CHECK(world.stored(run.id).state == ExecutionState::success);
    CHECK_FALSE(world.must(world.store().executions->finish(world.outcome_of(run, ExecutionState::failure))));
    attempts = world.must(world.store().queries->attempts(run.id));
    REQUIRE(attempts.size() == 1);
    CHECK(attempts.front().outcome == ExecutionState::failure);
    CHECK(attempts.front().reason == "ended over PUT /jobstatus; status 500");
}

TEST_CASE("an attempt whose start was not stored is recorded, even if a client ends its execution",
          "[store]") {
    Leading world;
    const model::Execution run = world.claimed();
    model::Execution put = run;
    put.state = ExecutionState::interrupt;
    CHECK(world.must(world.store().reports->put_executions(std::nullopt, {put}, {})).empty());
    CHECK(world.must(world.store().queries->attempts(run.id)).empty());
    CHECK_FALSE(world.must(world.store().executions->finish(world.outcome_of(run, ExecutionState::success))));
    CHECK(world.stored(run.id).state == ExecutionState::interrupt);
    CHECK(world.must(world.store().queries->attempts(run.id)).size() == 1);
}

TEST_CASE("a callback's result is stored before the end and after it", "[store]") {
    Leading world;
    const model::Execution run = world.claimed();
    const bool before = GENERATE(true, false);
    if (before) world.must(world.store().reports->record_result(run.id, R"({"rows":3})", NotifyLeader::no));
    REQUIRE(world.must(world.store().executions->finish(world.outcome_of(run, ExecutionState::success))));
    if (!before) world.must(world.store().reports->record_result(run.id, R"({"rows":3})", NotifyLeader::no));
    CHECK(world.stored(run.id).result == R"({"rows":3})");
    CHECK(world.stored(run.id).state == ExecutionState::success);
    CHECK(world.await(world.store().reports->record_result(ExecuteId("unknown"), "{}", NotifyLeader::no))
              .error()
              .code == Errc::not_found);
}

TEST_CASE("a requested execution is inserted once", "[store]") {
    Leading world;
    model::Execution requested = world.run();
    requested.id = ExecuteId(random_uuid());
    requested.trigger = model::Trigger::manual;
    requested.snapshot = a_context();
    std::vector<boost::asio::awaitable<Result<model::Execution>>> inserts;
    inserts.push_back(world.store().executions->insert_execution(requested, NotifyLeader::no));
    inserts.push_back(world.store().executions->insert_execution(requested, NotifyLeader::no));
    model::Execution other = requested;
    other.id = ExecuteId(random_uuid());
    inserts.push_back(world.store().executions->insert_execution(other, NotifyLeader::no));
    const auto answers = world.all(std::move(inserts));
    CHECK(answers[0].has_value() != answers[1].has_value());
    CHECK(answers[2]);
    const auto& refused = answers[0] ? answers[1] : answers[0];
    CHECK(refused.error().code == Errc::conflict);
    CHECK(world.stored(requested.id).snapshot == requested.snapshot);
}

TEST_CASE("unfinished executions are found in pages, without the rest of history", "[store]") {
    Leading world;
    std::vector<model::Execution> runs;
    for (int i = 0; i < 10; ++i) runs.push_back(world.run(Seconds{i}));
    world.must(world.store().executions->claim(world.claim_of(runs)));
    world.must(world.store().executions->finish(world.outcome_of(runs[3], ExecutionState::success)));
    Outcome failed = world.outcome_of(runs[4], ExecutionState::failure);
    failed.next_attempt = 2;
    world.must(world.store().executions->finish(failed));
    world.sql(
        "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status) "
        "values ('stuck', 'x', 2, 'stuck since the previous service', 2)");
    std::vector<std::string> seen;
    std::int64_t after = 0;
    for (;;) {
        const auto page = world.must(world.store().queries->unended(4, after));
        if (page.empty()) break;
        for (const model::Execution& execution : page) {
            CHECK(execution.key > after);
            after = execution.key;
            seen.push_back(execution.id.value());
        }
    }
    CHECK(seen.size() == 9);
    CHECK(std::ranges::find(seen, runs[3].id.value()) == seen.end());
    CHECK(std::ranges::find(seen, runs[4].id.value()) != seen.end());
}

TEST_CASE("unfinished executions that are overdue are found, whatever they wait for", "[store]") {
    Leading world;
    std::vector<model::Execution> runs;
    for (int i = 0; i < 6; ++i) runs.push_back(world.run(Seconds{i}));
    world.must(world.store().executions->claim(world.claim_of(runs)));
    world.must(world.store().executions->finish(world.outcome_of(runs[0], ExecutionState::success)));
    Outcome failed = world.outcome_of(runs[1], ExecutionState::failure);
    failed.next_attempt = 2;
    world.must(world.store().executions->finish(failed));
    Outcome accepted = world.outcome_of(runs[2], ExecutionState::executing);
    accepted.after.accepted = true;
    accepted.after.end_at.reset();
    world.must(world.store().executions->finish(accepted));
    model::Execution begun = runs[3];
    begun.state = ExecutionState::executing;
    world.must(world.store().executions->begin_attempt(begun.id, 1, begun, std::nullopt, {}));

    const auto ids = [&](Instant before, std::size_t limit, std::int64_t after) {
        std::vector<ExecuteId> found;
        for (const model::Execution& row : world.must(world.store().queries->overdue(before, limit, after)))
            found.push_back(row.id);
        return found;
    };
    CHECK(ids(*runs[3].due, 10, 0) == std::vector{runs[5].id, runs[4].id});
    CHECK(ids(*runs[3].due + Millis{1}, 1, 0) == std::vector{runs[5].id});
    const std::int64_t first = world.must(world.store().queries->overdue(*runs[3].due, 1, 0)).front().key;
    CHECK(ids(*runs[3].due + Millis{1}, 10, first) == std::vector{runs[4].id, runs[3].id});
    CHECK(ids(*runs[1].due + Millis{1}, 10, first) ==
          std::vector{runs[4].id, runs[3].id, runs[2].id, runs[1].id});
}

TEST_CASE("missed summaries are stored once, with the watermark that passes them", "[store]") {
    Leading world;
    Claim claim = world.claim_of({});
    claim.missed.push_back({.job = world.job.key,
                            .from = world.now - Seconds{3'600},
                            .to = world.now,
                            .count = 60,
                            .reason = "misfire"});
    world.must(world.store().executions->claim(claim));
    world.must(world.store().executions->claim(claim));
    CHECK(world.number("select sum(f_count) from t_cron_missed") == 60);
    CHECK(world.number("select f_watermark from t_cron_shard") == to_unix_millis(world.now));

    world.lead("node-2");
    claim.missed.front().from = world.now + Seconds{1};
    CHECK(world.await(world.store().executions->claim(claim)).error().code == Errc::denied);
    CHECK(world.number("select count(*) from t_cron_missed") == 1);
}

TEST_CASE("of summaries that begin at the same instant the longer one is kept", "[store]") {
    Leading world;
    Claim claim = world.claim_of({});
    const Instant from = world.now - Seconds{60};
    const auto told = [&](Seconds length, std::int64_t count) {
        claim.missed.assign(1, {world.job.key, from, from + length, count, "misfire"});
        world.must(world.store().executions->claim(claim));
        const std::vector<Missed> found =
            world.must(world.store().changes->missed_of(world.job.key, from, from));
        REQUIRE(found.size() == 1);
        return std::pair(found.front().to - from, found.front().count);
    };
    CHECK(told(Seconds{30}, 3) == std::pair(Millis{30'000}, std::int64_t{3}));
    CHECK(told(Seconds{50}, 5) == std::pair(Millis{50'000}, std::int64_t{5}));
    CHECK(told(Seconds{40}, 4) == std::pair(Millis{50'000}, std::int64_t{5}));
}

TEST_CASE("scheduling is paused as a whole and per tenant", "[store]") {
    World world;
    world.open();
    world.must(world.store().pauses->set_paused(TenantId("tenant-b"), true));
    world.must(world.store().pauses->set_paused(TenantId("tenant-b"), true));
    world.must(world.store().pauses->set_paused(std::nullopt, true));
    ActivePauses pauses = world.must(world.store().pauses->pauses());
    CHECK(pauses.all);
    REQUIRE(pauses.tenants.size() == 1);
    CHECK(pauses.tenants.front().tenant == TenantId("tenant-b"));
    world.must(world.store().pauses->set_paused(std::nullopt, false));
    pauses = world.must(world.store().pauses->pauses());
    CHECK_FALSE(pauses.all);
    CHECK(pauses.tenants.size() == 1);
}
