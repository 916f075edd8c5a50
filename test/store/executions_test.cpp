#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>

#include "ecron/model/execute_id.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

using Executions = std::vector<model::Execution>;
const TenantId kTenant("tenant-a");

model::Execution history(const std::string& id, ExecutionState state, Seconds begin = Seconds{1'000}) {
    model::Execution execution;
    execution.id = ExecuteId(id);
    execution.job_id = JobId("job-1");
    execution.job_name = "reported by a client";
    execution.state = state;
    execution.begin_at = Instant{begin};
    execution.end_at = Instant{begin + Seconds{5}};
    execution.executors = {{"elsewhere", Instant{begin}}};
    execution.execute_times = 1;
    return execution;
}

std::vector<std::string> ids(const Executions& executions) {
    std::vector<std::string> all;
    for (const model::Execution& execution : executions) all.push_back(execution.id.value());
    return all;
}

}  // namespace

TEST_CASE("an execution of a client is ended once, and never after its own report", "[store]") {
    World world;
    world.open();
    const auto end = [&](const std::string& id) {
        return world.must(
            world.store().reports->end_history(ExecuteId(id), ExecutionState::interrupt, "cancelled"));
    };
    const auto put = [&](const model::Execution& row) {
        CHECK(world.must(world.store().reports->put_executions(kTenant, {row}, {})).empty());
    };
    const auto stored = [&](const std::string& id) {
        return world.must(world.store().queries->find_execution(kTenant, ExecuteId(id))).value();
    };
    put(history("a", ExecutionState::executing));
    CHECK(end("a"));
    CHECK(stored("a").state == ExecutionState::interrupt);
    CHECK(stored("a").reason == "cancelled");
    CHECK(stored("a").end_at >= stored("a").begin_at);
    CHECK_FALSE(end("a"));

    model::Execution done = history("b", ExecutionState::success);
    done.result = R"({"n":1})";
    put(history("b", ExecutionState::executing));
    put(done);  // after the cancel was asked for
    CHECK_FALSE(end("b"));
    CHECK(stored("b").state == ExecutionState::success);
    CHECK(stored("b").result == done.result);
    CHECK_FALSE(end("none"));
}

TEST_CASE("executions that are looked up together are all found", "[store]") {
    World world;
    world.open();
    constexpr int kMany = 400;  // each is looked up under two ids, and a statement takes 128
    Executions rows;
    for (int i = 0; i < kMany; ++i) rows.push_back(history(std::to_string(i), ExecutionState::success));
    CHECK(world.must(world.store().reports->put_executions(kTenant, rows, {})).empty());
    std::vector<boost::asio::awaitable<Result<std::optional<model::Execution>>>> lookups;
    for (const model::Execution& row : rows)
        lookups.push_back(world.store().queries->find_execution(kTenant, row.id));
    const auto found = world.all(std::move(lookups));
    CHECK(std::ranges::count_if(found, [](const auto& one) { return one && one->has_value(); }) == kMany);
}

TEST_CASE("statuses that clients write are history and can be overwritten by their tenant", "[store]") {
    World world;
    world.open();
    CHECK(world
              .must(world.store().reports->put_executions(kTenant, {history("a", ExecutionState::executing)},
                                                          {}))
              .empty());
    auto found = world.must(world.store().queries->find_execution(kTenant, ExecuteId("a")));
    REQUIRE(found);
    CHECK(found->tenant == kTenant);
    CHECK(found->trigger == model::Trigger::history);
    CHECK(found->begin_at == Instant{Seconds{1'000}});
    CHECK(found->executors.front().executor_id == "elsewhere");

    model::Execution again = history("a", ExecutionState::success);
    again.result = R"({"n":1})";
    CHECK(world.must(world.store().reports->put_executions(kTenant, {again}, {})).empty());
    found = world.must(world.store().queries->find_execution(kTenant, again.id));
    REQUIRE(found);
    CHECK(found->state == ExecutionState::success);
    CHECK(found->result == again.result);
    CHECK_FALSE(world.must(world.store().queries->find_execution(TenantId("tenant-b"), again.id)));
    CHECK(world.must(world.store().queries->unended(10, 0)).empty());
}

TEST_CASE("a client can change ecron's own executions only by permitted transitions", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const Term term = world.lead();
    model::Execution run = a_run(job, term.epoch, std::chrono::floor<Seconds>(world.clock().now()));
    world.must(world.store().executions->insert_execution(run, NotifyLeader::no));
    const auto put = [&](ExecutionState state) {
        model::Execution wanted = run;
        wanted.state = state;
        wanted.end_at = Instant{Seconds{2'000'000'000}};
        return world.must(world.store().reports->put_executions(kTenant, {wanted}, {})).empty();
    };
    CHECK_FALSE(put(ExecutionState::success));  // pending has not begun
    CHECK(put(ExecutionState::executing));
    CHECK_FALSE(put(ExecutionState::executing));
    CHECK(put(ExecutionState::success));
    CHECK_FALSE(put(ExecutionState::failure));
    CHECK_FALSE(put(ExecutionState::executing));
    const auto found = world.must(world.store().queries->find_execution(kTenant, run.id));
    CHECK(found->state == ExecutionState::success);
    CHECK(found->end_at == Instant{Seconds{2'000'000'000}});
    CHECK(found->trigger == model::Trigger::schedule);
}

TEST_CASE("lists show started executions, newest first, unless other states are requested", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const Term term = world.lead();
    const Instant now = std::chrono::floor<Seconds>(world.clock().now());
    Executions runs;
    for (int i = 0; i < 5; ++i) {
        runs.push_back(a_run(job, term.epoch, now - Seconds{10 - i}));
        world.must(world.store().executions->insert_execution(runs.back(), NotifyLeader::no));
    }
    const auto finish = [&](std::size_t i, ExecutionState state, bool began) {
        Outcome outcome{.id = runs[i].id, .attempt = 1, .after = runs[i]};
        outcome.after.state = state;
        if (began) outcome.after.begin_at = now + Seconds{i}, outcome.after.execute_times = 1;
        outcome.after.end_at = now + Seconds{i + 1};
        CHECK(world.must(world.store().executions->finish(outcome)));
    };
    finish(0, ExecutionState::success, true);
    finish(1, ExecutionState::interrupt, false);
    finish(2, ExecutionState::interrupt, true);
    finish(3, ExecutionState::abandon, true);
    const auto list = [&](ExecutionFilter filter) {
        filter.tenant = kTenant;
        return ids(world.must(world.store().queries->list_executions(filter)));
    };
    const auto id = [&](std::size_t i) { return runs[i].id.value(); };
    CHECK(list({.jobs = {job.id}}) == std::vector{id(3), id(2), id(0)});
    CHECK(list({.jobs = {job.id}, .states = {ExecutionState::pending}}) == std::vector{id(4)});
    CHECK(list({.states = {ExecutionState::interrupt}}) == std::vector{id(2), id(1)});
    CHECK(list({.type = model::JobType::timed}).empty());
    CHECK(list({.begin_from = now + Seconds{2}}) == std::vector{id(3), id(2)});
    CHECK(list({.begin_from = now, .begin_until = now + Seconds{2}}) == std::vector{id(2), id(0)});
    CHECK(list({.jobs = {job.id, JobId("x"), JobId("y")}, .limit = 1}) == std::vector{id(3)});
    const auto first = world.must(world.store().queries->list_executions({.tenant = kTenant, .limit = 2}));
    const ExecutionCursor behind{first.back().begin_at, first.back().key};
    CHECK(list({.limit = 2, .before = behind}) == std::vector{id(0)});
    CHECK(
        world.must(world.store().queries->list_executions({.tenant = TenantId("tenant-b"), .jobs = {job.id}}))
            .empty());

    const auto latest = world.must(latest_execution(*world.store().queries, kTenant, job.id));
    REQUIRE(latest);
    CHECK(latest->id == runs[3].id);
    CHECK_FALSE(world.must(latest_execution(*world.store().queries, kTenant, JobId("x"))));
}

TEST_CASE("the executions of a deleted job are marked and no longer listed", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    Executions statuses;
    for (int i = 0; i < 1'203; ++i) {  // more than one batch of marking
        statuses.push_back(history("old-" + std::to_string(i), ExecutionState::success));
        statuses.back().job_id = job.id;
        statuses.back().result = R"({"n":1})";
    }
    statuses.push_back(history("other", ExecutionState::success));
    CHECK(world.must(world.store().reports->put_executions(kTenant, statuses, {})).empty());
    world.must(world.store().jobs->delete_jobs(kTenant, {job.id}));
    if (GENERATE(false, true)) world.reopen();  // marking continues after a restart
    world.wait_for_none("select count(*) from t_cron_deleting");
    CHECK(world.number("select count(*) from t_cron_job_status where f_is_deleted = 1") == 1'203);
    CHECK(ids(world.must(world.store().queries->list_executions({.tenant = kTenant}))) ==
          std::vector<std::string>{"other"});
    CHECK_FALSE(world.must(world.store().queries->find_execution(kTenant, ExecuteId("old-7"))));
    const auto row = world.must(world.store().queries->find_execution(std::nullopt, ExecuteId("old-7")));
    REQUIRE(row);
    CHECK(row->deleted);
    CHECK(row->result == R"({"n":1})");
    // The previous service reads ext_info.
    CHECK(world.number("select count(*) from t_cron_job_status where f_ext_info like '%\"is_deleted\":0%'") ==
          1);
}

TEST_CASE("the deletion of a job leaves the rows that another tenant wrote under its id", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const TenantId other{"tenant-b"};
    Executions own{history("own", ExecutionState::success)};
    Executions foreign{history("foreign", ExecutionState::success)};
    own[0].job_id = foreign[0].job_id = job.id;
    foreign[0].tenant = other;
    CHECK(world.must(world.store().reports->put_executions(kTenant, own, {})).empty());
    CHECK(world.must(world.store().reports->put_executions(other, foreign, {})).empty());
    world.must(world.store().jobs->delete_jobs(kTenant, {job.id}));
    world.wait_for_none("select count(*) from t_cron_deleting");
    CHECK(world.must(world.store().queries->list_executions({.tenant = kTenant})).empty());
    CHECK(world.must(world.store().queries->list_executions({.tenant = other})).size() == 1);
    CHECK(world.number("select count(*) from t_cron_job_status where f_is_deleted = 1") == 1);
}

TEST_CASE("an execution that ends after its job was deleted stays deleted in ext_info", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const Term term = world.lead();
    const Instant now = std::chrono::floor<Seconds>(world.clock().now());
    Executions runs;
    for (int i = 0; i < 3; ++i) {
        runs.push_back(a_run(job, term.epoch, now - Seconds{i}));
        world.must(world.store().executions->insert_execution(runs.back(), NotifyLeader::no));
    }
    world.must(world.store().jobs->delete_jobs(kTenant, {job.id}));
    world.wait_for_none("select count(*) from t_cron_deleting");
    std::vector<Awaitable<bool>> ends;  // concurrently, so that the writer groups them
    for (const model::Execution& run : runs) {
        Outcome outcome{.id = run.id, .attempt = 1, .after = run};
        outcome.after.state = ExecutionState::interrupt;
        outcome.after.end_at = world.clock().now();
        ends.push_back(world.store().executions->finish(std::move(outcome)));
    }
    for (const Result<bool>& ended : world.all(std::move(ends))) CHECK(*ended);
    CHECK(world.number("select count(*) from t_cron_job_status where f_is_deleted = 1 and f_ext_info like "
                       "'%\"is_deleted\":1%'") == 3);
}

TEST_CASE("executions are listed by start, regardless of the order in which their rows were written",
          "[store]") {
    World world;
    world.open();
    // The previous service keeps ten seconds of statuses in memory and writes them in random order.
    for (const auto& [id, begin] : std::vector<std::pair<std::string, int>>{
             {"c", 1'003}, {"a", 1'001}, {"e", 1'004}, {"b", 1'002}, {"d", 1'003}}) {
        const model::Execution row = history(id, ExecutionState::success, Seconds{begin});
        CHECK(world.must(world.store().reports->put_executions(kTenant, {row}, {})).empty());
    }
    model::Execution unstarted = history("never", ExecutionState::success);
    unstarted.begin_at.reset();
    CHECK(world.must(world.store().reports->put_executions(kTenant, {unstarted}, {})).empty());
    const std::vector<std::string> sorted{"e", "d", "c", "b", "a", "never"};
    CHECK(ids(world.must(world.store().queries->list_executions(
              {.tenant = kTenant, .jobs = {JobId("job-1")}}))) == sorted);
    CHECK(world.must(latest_execution(*world.store().queries, kTenant, JobId("job-1")))->id ==
          ExecuteId("e"));

    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, std::size_t{4}}) {
        std::vector<std::string> paged;
        ExecutionFilter filter{.tenant = kTenant, .limit = limit};
        for (;;) {
            const Executions page = world.must(world.store().queries->list_executions(filter));
            if (page.empty()) break;
            std::ranges::copy(ids(page), std::back_inserter(paged));
            filter.before = ExecutionCursor{page.back().begin_at, page.back().key};
        }
        CHECK(paged == sorted);
    }
}

TEST_CASE("no time is NULL in the database, since the previous service cannot read NULL", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const Term term = world.lead();
    model::Execution run = a_run(job, term.epoch, std::chrono::floor<Seconds>(world.clock().now()));
    world.must(world.store().executions->insert_execution(run, NotifyLeader::no));
    CHECK(world.number("select count(*) from t_cron_job_status where f_begin_time = 0 and f_end_time = 0") ==
          1);
    model::Execution begun = run;
    begun.state = ExecutionState::executing;
    begun.begin_at = world.clock().now();
    world.must(world.store().executions->begin_attempt(run.id, 1, begun, std::nullopt, {}));
    CHECK(world.number("select count(*) from t_cron_job_status where f_begin_time > 0 and f_end_time = 0") ==
          1);
    CHECK(world.must(world.store().reports->put_executions(kTenant, {begun}, {})).size() == 1);
    CHECK(world.number("select count(*) from t_cron_job_status where f_begin_time is null or f_end_time is "
                       "null") == 0);
}

TEST_CASE("members of ext_info and executor that ecron does not know are kept", "[store]") {
    World world;
    world.open();
    model::Execution row = history("a", ExecutionState::executing);
    row.extra = R"("trace":{"id":1.50})";
    row.executors.front().extra = R"("zone":"b")";
    for (int i = 0; i < 2; ++i) {
        CHECK(world.must(world.store().reports->put_executions(kTenant, {row}, {})).empty());
        const auto found = world.must(world.store().queries->find_execution(kTenant, row.id));
        CHECK(found->extra == row.extra);
        CHECK(found->executors.front().extra == row.executors.front().extra);
    }
    const model::Job job = world.given_job("job");
    const Term term = world.lead();
    model::Execution own = a_run(job, term.epoch, std::chrono::floor<Seconds>(world.clock().now()));
    own.state = ExecutionState::executing;
    world.must(world.store().executions->insert_execution(own, NotifyLeader::no));
    own.state = ExecutionState::success;
    own.end_at = world.clock().now();
    own.extra = R"("by":"a client")";
    CHECK(world.must(world.store().reports->put_executions(kTenant, {own}, {})).empty());
    CHECK(world.must(world.store().queries->find_execution(kTenant, own.id))->extra == own.extra);
}

TEST_CASE("each tenant chooses execution ids in its own space", "[store][executions]") {
    World world;
    world.open();
    Store& store = world.store();
    const TenantId me{"me"}, you{"you"};
    const ExecuteId chosen{"nightly"};
    const auto sent = [](const ExecuteId& id, const TenantId& tenant) {
        return model::Execution{.id = id,
                                .job_id = JobId{"j"},
                                .job_name = "j",
                                .state = model::ExecutionState::executing,
                                .tenant = tenant,
                                .trigger = model::Trigger::manual,
                                .attempt = 1};
    };
    const auto insert = [&](const TenantId& tenant) {
        const KnownId known = world.must(id_of(*store.queries, tenant, chosen));
        CHECK_FALSE(known.exists);
        return world.must(store.executions->insert_execution(sent(known.id, tenant), NotifyLeader::no)).id;
    };
    const ExecuteId mine = insert(me);
    CHECK(mine == chosen);  // unchanged, unless another tenant has the id
    const ExecuteId yours = insert(you);
    CHECK(model::chosen_id(yours) == "nightly");
    CHECK(world.must(store.queries->find_execution(me, chosen))->id == mine);
    CHECK(world.must(store.queries->find_execution(you, chosen))->id == yours);
    CHECK(world.must(store.queries->find_execution(std::nullopt, chosen))->id == mine);
    CHECK(world.must(id_of(*store.queries, you, chosen)).exists);
    CHECK_FALSE(world.must(store.queries->find_execution(TenantId{"them"}, chosen)));
    const auto again = world.await(store.executions->insert_execution(sent(yours, you), NotifyLeader::no));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Errc::conflict);

    Outcome outcome{.id = yours, .attempt = 1, .after = sent(yours, you)};
    outcome.after.state = model::ExecutionState::success;
    outcome.record = model::Attempt{.execute_id = yours, .number = 1};
    outcome.announcements = {an_announcement("m")};
    CHECK(world.must(store.executions->finish(outcome)));
    CHECK(world.must(store.queries->find_execution(me, chosen))->state == model::ExecutionState::executing);
    CHECK(world.must(store.queries->find_execution(you, chosen))->state == model::ExecutionState::success);
    CHECK(world.must(store.queries->attempts(yours)).size() == 1);
    world.sql("delete from t_cron_job_status where f_execute_id = 'nightly'");  // by retention
    CHECK(world.must(id_of(*store.queries, you, chosen)).id == yours);
}

TEST_CASE("a status with another tenant's id is stored as the caller's own", "[store][executions]") {
    World world;
    world.open();
    Store& store = world.store();
    const auto put = [&](const char* tenant, const char* name) {
        return world.must(store.reports->put_executions(TenantId{tenant},
                                                        {{.id = ExecuteId{"e"},
                                                          .job_id = JobId{"j"},
                                                          .job_name = name,
                                                          .state = model::ExecutionState::success}},
                                                        {}));
    };
    CHECK(put("me", "mine").empty());
    CHECK(put("you", "yours").empty());
    CHECK(put("you", "yours again").empty());
    CHECK(world.must(store.queries->find_execution(TenantId{"me"}, ExecuteId{"e"}))->job_name == "mine");
    CHECK(world.must(store.queries->find_execution(TenantId{"you"}, ExecuteId{"e"}))->job_name ==
          "yours again");
    CHECK(world.number("select count(*) from t_cron_job_status") == 2);
    world.sql("delete from t_cron_job_status where f_execute_id = 'e'");
    CHECK(put("you", "still").empty());
    CHECK(world.number("select count(*) from t_cron_job_status") == 1);
}
