#include <catch2/catch.hpp>

#include "ecron/model/json.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

constexpr Millis kHour{3'600'000};
constexpr Millis kDay{24 * kHour};

/// A store whose node leads, with history.
struct Past : World {
    Past() {
        open();
        job = given_job("job");
        term = lead();
        now = std::chrono::ceil<Seconds>(term.watermark);
    }
    /// Adds a run planned `ago` before now; it ends a second later if its state is terminal.
    ExecuteId given(ExecutionState state, Millis ago, const model::Job& of) {
        model::Execution run = a_run(of, term.epoch, now - ago - Millis{++runs});
        must(store().executions->claim({.epoch = term.epoch, .watermark = now, .executions = {run}}));
        if (state == ExecutionState::pending) return run.id;
        Outcome outcome{.id = run.id,
                        .attempt = 1,
                        .after = run,
                        .record = model::Attempt{.execute_id = run.id, .number = 1}};
        outcome.after.state = state;
        outcome.after.begin_at = run.scheduled_at;
        if (model::is_end(state)) outcome.after.end_at = *run.scheduled_at + Seconds{1};
        must(store().executions->finish(std::move(outcome)));
        return run.id;
    }
    ExecuteId given(ExecutionState state, Millis ago) { return given(state, ago, job); }
    /// Adds an execution as written by the previous service or a client.
    ExecuteId given_history(ExecutionState state, std::optional<Instant> begin, std::optional<Instant> end) {
        model::Execution row{.id = ExecuteId("old-" + std::to_string(++runs)),
                             .job_id = JobId("a job of old"),
                             .job_name = "old",
                             .state = state,
                             .begin_at = begin,
                             .end_at = end};
        must(store().reports->put_executions(std::nullopt, {row}, {}));
        return row.id;
    }
    bool exists(const ExecuteId& id) {
        return must(store().queries->find_execution(std::nullopt, id)).has_value();
    }
    /// Runs a whole round; returns how many executions were deleted.
    std::size_t trim(HistoryRule rule) {
        std::size_t gone = 0;
        JobId after;
        for (int steps = 0;; ++steps) {
            REQUIRE(steps < 1'000);
            const Trimmed trimmed = must(store().retention->trim_history(rule, after));
            CHECK(trimmed.executions <= 100);
            gone += trimmed.executions;
            after = trimmed.after;
            if (trimmed.round_ended) return gone;
        }
    }
    std::int64_t count(const std::string& table) { return number("select count(*) from " + table); }

    model::Job job;
    Term term;
    Instant now;
    int runs{0};
};

}  // namespace

TEST_CASE("old finished executions are deleted with their attempts, unfinished ones are kept at any age",
          "[store][history]") {
    Past world;
    using enum ExecutionState;
    std::vector<ExecuteId> gone, kept;  // rows are in scheduled-time order
    for (const ExecutionState state : {pending, executing, failure})
        kept.push_back(world.given(state, 400 * kDay));
    for (const ExecutionState state : {success, abandon, interrupt})
        gone.push_back(world.given(state, 40 * kDay));
    for (const ExecutionState state : {success, abandon, interrupt})
        kept.push_back(world.given(state, 20 * kDay));
    CHECK(world.trim({.keep = 30 * kDay}) == gone.size());
    for (const ExecuteId& id : gone) CHECK_FALSE(world.exists(id));
    for (const ExecuteId& id : kept) CHECK(world.exists(id));
    CHECK(world.count("t_cron_attempt") == 5);
    CHECK(world.must(world.store().queries->attempts(gone.front())).empty());
}

TEST_CASE("the newest executions of each job are kept", "[store][history]") {
    Past world;
    const model::Job other = world.given_job("other");
    std::vector<ExecuteId> ids;
    for (int i = 0; i < 350; ++i)
        ids.push_back(world.given(ExecutionState::success, 20 * kDay - i * kHour / 10));
    const ExecuteId unended = world.given(ExecutionState::executing, 10 * kDay);
    for (int i = 0; i < 5; ++i) world.given(ExecutionState::success, 20 * kDay, other);
    CHECK(world.trim({.per_job = 10}) == 341);
    CHECK_FALSE(world.exists(ids[340]));
    CHECK(world.exists(ids[341]));
    CHECK(world.exists(unended));
    CHECK(world.trim({.per_job = 10}) == 0);
    CHECK(world.count("t_cron_job_status") == 15);
}

TEST_CASE("executions that a tenant stores under another tenant's job id do not displace that job's history",
          "[store][history]") {
    Past world;
    std::vector<ExecuteId> own, forged;
    const auto forge = [&](const std::string& tenant) {
        model::Execution row{.id = ExecuteId("forged-" + std::to_string(++world.runs)),
                             .job_id = world.job.id,
                             .state = ExecutionState::success,
                             .begin_at = world.now - 2 * kHour,
                             .end_at = world.now - 2 * kHour};
        world.must(world.store().reports->put_executions(TenantId{tenant}, {row}, {}));
        return row.id;
    };
    for (int i = 0; i < 3; ++i) own.push_back(world.given(ExecutionState::success, 20 * kDay));
    for (int i = 0; i < 5; ++i) forged.push_back(forge("tenant-b"));
    forge("tenant-a ");  // a different tenant, even for databases that ignore trailing spaces
    CHECK(world.trim({.per_job = 3}) == 0);  // rows after the owner's young ones are not examined
    for (const ExecuteId& id : own) CHECK(world.exists(id));
    own.push_back(world.given(ExecutionState::success, 10 * kDay));
    CHECK(world.trim({.per_job = 3}) == 1);
    CHECK_FALSE(world.exists(own.front()));

    // By age, each row is subject to its own tenant's rule.
    CHECK(world.trim({.keep = kHour, .per_job = 3}) == 9);
}

TEST_CASE("what a tenant puts under the id of another's job keeps nothing of that job's history",
          "[store][history]") {
    Past world;
    model::Execution row{.id = ExecuteId("forged"),
                         .job_id = world.job.id,
                         .state = ExecutionState::success,
                         .begin_at = world.now + 400 * kDay,
                         .end_at = world.now + 400 * kDay};
    world.must(world.store().reports->put_executions(TenantId{"tenant-b"}, {row}, {}));
    const ExecuteId old = world.given(ExecutionState::success, 40 * kDay);
    const ExecuteId young = world.given(ExecutionState::success, 20 * kDay);
    CHECK(world.trim({.keep = 30 * kDay}) == 1);
    CHECK_FALSE(world.exists(old));
    CHECK(world.exists(young));
}

TEST_CASE("executions of a job that is not stored are kept for each tenant", "[store][history]") {
    Past world;
    for (const std::string tenant : {"tenant-a", "tenant-b"}) {
        for (int i = 0; i < (tenant == "tenant-a" ? 3 : 5); ++i) {
            model::Execution row{.id = ExecuteId("told-" + std::to_string(++world.runs)),
                                 .job_id = JobId("elsewhere"),
                                 .state = ExecutionState::success,
                                 .begin_at = world.now - 2 * kHour,
                                 .end_at = world.now - 2 * kHour};
            world.must(world.store().reports->put_executions(TenantId{tenant}, {row}, {}));
        }
    }
    CHECK(world.trim({.per_job = 3}) == 2);
    CHECK(world.number("select count(*) from t_cron_job_status where f_tenant_id = 'tenant-a'") == 3);
}

TEST_CASE("a job's own retention overrides the default in both directions", "[store][history]") {
    Past world;
    const auto with_retention = [&](const std::string& name, Millis retention) {
        model::Job job = a_job(name);
        model::Context context;
        context.exec = "http://h/x";
        context.retention = retention;
        job.context = model::write_context(context);
        return world.must(world.store().jobs->create_job(job, ""));
    };
    const model::Job shorter = with_retention("shorter", 2 * kHour);
    const model::Job longer = with_retention("longer", 100 * kDay);
    const ExecuteId early = world.given(ExecutionState::success, 3 * kHour, shorter);
    const ExecuteId late = world.given(ExecutionState::success, kHour + kHour / 2, shorter);
    const ExecuteId older = world.given(ExecutionState::success, 150 * kDay, longer);
    const ExecuteId old = world.given(ExecutionState::success, 50 * kDay, longer);
    CHECK(world.trim({.keep = 30 * kDay}) == 2);
    CHECK_FALSE(world.exists(early));
    CHECK(world.exists(late));
    CHECK(world.exists(old));
    CHECK_FALSE(world.exists(older));
    CHECK(world.trim({}) == 0);
}

TEST_CASE("no run planned later than an hour before the watermark is deleted", "[store][history]") {
    Past world;
    const ExecuteId near = world.given(ExecutionState::success, kHour - kHour / 10);
    const ExecuteId far = world.given(ExecutionState::success, kHour + kHour / 10);
    CHECK(world.trim({.keep = Millis{1}}) == 1);
    CHECK(world.exists(near));
    CHECK_FALSE(world.exists(far));
    // A leader that is far behind needs its history.
    const ExecuteId needed = world.given(ExecutionState::success, 40 * kDay);
    world.sql("update t_cron_shard set f_watermark = f_watermark - 50 * 86400000");
    CHECK(world.trim({.keep = 30 * kDay}) == 0);
    CHECK(world.exists(needed));
}

TEST_CASE("rows of the previous service expire by their end, and are kept if they have none",
          "[store][history]") {
    Past world;
    using enum ExecutionState;
    const Instant then = world.now - 90 * kDay;
    const std::vector<ExecuteId> gone{
        world.given_history(success, then, then), world.given_history(abandon, then, then + kHour),
        world.given_history(failure, then, then), world.given_history(interrupt, then, std::nullopt)};
    const std::vector<ExecuteId> kept{world.given_history(executing, then, std::nullopt),
                                      world.given_history(failure, then, std::nullopt),
                                      world.given_history(success, then, world.now),
                                      world.given_history(success, std::nullopt, std::nullopt)};
    world.sql(
        "update t_cron_job_status set f_trigger = null, f_tenant_id = null, f_is_deleted = null, f_attempt = "
        "null");
    CHECK(world.trim({.keep = 30 * kDay}) == gone.size());
    for (const ExecuteId& id : gone) CHECK_FALSE(world.exists(id));
    for (const ExecuteId& id : kept) CHECK(world.exists(id));
}

TEST_CASE("many unfinished executions do not prevent the deletion of others", "[store][history]") {
    Past world;
    for (int i = 0; i < 230; ++i) world.given(ExecutionState::executing, 60 * kDay);
    for (int i = 0; i < 230; ++i) world.given(ExecutionState::success, 50 * kDay);
    CHECK(world.trim({.keep = 30 * kDay}) == 230);
    CHECK(world.count("t_cron_job_status") == 230);
}

TEST_CASE("changes are deleted once every shard has planned them and no node reads them",
          "[store][history]") {
    Past world;
    const model::Job second = world.given_job("second");
    const model::Job third = world.given_job("third");
    world.must(world.store().executions->claim(
        {.epoch = world.term.epoch, .watermark = world.now, .planned = second.revision}));
    const HistoryRule rule{.keep = kHour};
    CHECK(world.trim(rule) == 0);
    CHECK(world.count("t_cron_change") == 3);  // the whole last day
    world.sql("update t_cron_change set f_at = f_at - 2 * 86400000");
    world.trim(rule);
    CHECK(world.count("t_cron_change") == 1);
    const auto changes = world.must(world.store().changes->changes_after(second.revision, 10));
    REQUIRE(changes.size() == 1);
    CHECK(changes.front().number == third.revision);
    CHECK(world.given_job("fourth").revision.value() == third.revision.value() + 1);
}

TEST_CASE("old summaries and dead letters are deleted", "[store][history]") {
    Past world;
    world.must(world.store().executions->claim(
        {.epoch = world.term.epoch,
         .watermark = world.now,
         .missed = {
             {.job = world.job.key, .from = world.now, .to = world.now, .count = 1, .reason = "misfire"}}}));
    world.sql(
        "insert into t_cron_dead_letter (f_channel, f_message_id, f_execute_id, f_tenant_id, f_receiver, "
        "f_url, "
        "f_payload, f_created, f_died, f_tries, f_code, f_reason) values (1, 'm', 'e', 't', 'r', 'u', 'p', "
        "0, 0, "
        "1, 0, 'r')");
    world.trim({.keep = 30 * kDay});
    CHECK(world.count("t_cron_missed") == 1);
    CHECK(world.count("t_cron_dead_letter") == 0);
    world.sql("update t_cron_missed set f_at = f_at - 31 * 86400000");
    world.trim({.keep = 30 * kDay});
    CHECK(world.count("t_cron_missed") == 0);
}
