#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "ecron/store/upkeep.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

/// Texts that a collation may treat as equal are different tenants, names, ids and keys.
namespace {

const std::vector<std::string> kAlike{"acme", "acme ",        "acme  ", " acme", "ACME",
                                      "acmé", "acme\xC2\xA0", "",       " "};

struct Owned {
    model::Job job;
    ExecuteId execution;  // an execution of ecron
    ExecuteId history;    // an execution reported by a client
    std::int64_t dead_letter;
};

/// Every tenant has a job with the same name, an execution with a dead letter, a status and an audit entry.
struct Tenants : World {
    Tenants() {
        open();
        term = lead();
        for (const std::string& tenant : kAlike) owned.emplace(tenant, given(tenant));
    }

    Owned given(const std::string& tenant) {
        Owned own{.job = given_job("same name", tenant)};
        const Instant now = std::chrono::ceil<Seconds>(term.watermark);
        const model::Execution run = a_run(own.job, term.epoch, now - Seconds{1});
        must(store().executions->claim({.epoch = term.epoch, .watermark = now, .executions = {run}}));
        own.execution = run.id;
        Outcome outcome{.id = run.id, .attempt = 1, .after = run, .announcements = {an_announcement("m")}};
        outcome.after.state = ExecutionState::abandon;
        outcome.after.begin_at = outcome.after.end_at = now;
        REQUIRE(must(store().executions->finish(std::move(outcome))));
        own.dead_letter = buried();
        own.history = ExecuteId{"history of " + own.job.id.value().substr(0, 8)};
        REQUIRE(must(store().reports->put_executions(TenantId{tenant}, {status(own, ExecutionState::success)},
                                                     {}))
                    .empty());
        must(store().audit->append(
            {{.tenant = TenantId{tenant}, .client = TenantId{tenant}, .action = "a", .object = tenant}}));
        return own;
    }
    static model::Execution status(const Owned& own, ExecutionState state) {
        model::Execution execution;
        execution.id = own.history;
        execution.job_id = own.job.id;
        execution.state = state;
        execution.begin_at = execution.end_at = Instant{Seconds{1'000}};
        return execution;
    }
    std::int64_t buried() {
        const auto taken = must(
            store().outbox->take({.node = NodeId{"n"}, .lease = Seconds{60}, .limit = 1, .per_receiver = 1}));
        REQUIRE(taken.taken.size() == 1);
        REQUIRE(
            must(store().outbox->settle(taken.taken.front(), {.verdict = DeliveryResult::Verdict::dead})));
        return must(store().dead_letters->dead_letters(std::nullopt, 1, std::nullopt)).front().key;
    }

    Term term;
    std::map<std::string, Owned> owned;
};

std::vector<std::string> ids(const std::vector<model::Job>& jobs) {
    std::vector<std::string> all;
    for (const model::Job& job : jobs) all.push_back(job.id.value());
    return all;
}
std::vector<std::string> ids(const std::vector<model::Execution>& executions) {
    std::vector<std::string> all;
    for (const model::Execution& execution : executions) all.push_back(execution.id.value());
    return all;
}

}  // namespace

TEST_CASE("a tenant sees only its own objects, even if tenant names are similar", "[store][equality]") {
    Tenants world;
    Store& store = world.store();
    for (const auto& [name, own] : world.owned) {
        CAPTURE(name);
        const TenantId tenant{name};
        const std::vector<std::string> job{own.job.id.value()};
        const std::set<std::string> runs{own.history.value(), own.execution.value()};
        CHECK(ids(world.must(store.jobs->list_jobs({.tenant = tenant}))) == job);
        CHECK(world.must(store.jobs->count_jobs(tenant, std::nullopt, std::nullopt)) == 1);
        CHECK(world.must(store.jobs->count_jobs(tenant, Instant{}, std::nullopt)) == 1);
        const std::vector<std::string> listed =
            ids(world.must(store.queries->list_executions({.tenant = tenant})));
        CHECK(std::set<std::string>(listed.begin(), listed.end()) == runs);
        const auto audit = world.must(store.audit->list({.tenant = tenant}));
        REQUIRE(audit.size() == 1);
        CHECK(audit.front().tenant == tenant);
        CHECK(audit.front().client == tenant);
        CHECK(world.must(store.audit->list({.object = name})).size() == 1);
        const auto dead = world.must(store.dead_letters->dead_letters(tenant, 100, std::nullopt));
        REQUIRE(dead.size() == 1);
        CHECK(dead.front().key == own.dead_letter);
        CHECK(world.must(store.queries->find_execution(tenant, own.execution)));
        CHECK(world.must(store.queries->find_execution(tenant, own.history)));
        CHECK(world.must(latest_execution(*store.queries, tenant, own.job.id)));
    }
}

TEST_CASE("a tenant cannot access or change objects of a tenant with a similar name", "[store][equality]") {
    Tenants world;
    Store& store = world.store();
    for (const auto& [name, own] : world.owned) {
        for (const auto& [other, theirs] : world.owned) {
            if (name == other) continue;
            CAPTURE(name, other);
            const TenantId tenant{name};
            CHECK_FALSE(world.must(store.jobs->find_job(tenant, theirs.job.id)));
            CHECK(world.must(store.jobs->find_jobs(tenant, {theirs.job.id})).empty());
            CHECK_FALSE(world.await(store.jobs->replace_job(tenant, theirs.job, "", std::nullopt)));
            CHECK_FALSE(world.await(store.jobs->enable_jobs(tenant, {theirs.job.id}, false)));
            CHECK_FALSE(world.await(store.jobs->notify_jobs(tenant, {theirs.job.id}, "")));
            CHECK(world.must(store.jobs->delete_jobs(tenant, {theirs.job.id})).empty());
            CHECK_FALSE(world.must(store.queries->find_execution(tenant, theirs.execution)));
            CHECK_FALSE(world.must(latest_execution(*store.queries, tenant, theirs.job.id)));
            CHECK(world.must(store.queries->list_executions({.tenant = tenant, .jobs = {theirs.job.id}}))
                      .empty());
            // Each tenant has its own space of execution ids.
            CHECK(world
                      .must(store.reports->put_executions(
                          tenant, {Tenants::status(theirs, ExecutionState::failure)}, {}))
                      .empty());
            const auto untouched = world.must(store.queries->find_execution(TenantId{other}, theirs.history));
            REQUIRE(untouched);
            CHECK(untouched->state == ExecutionState::success);
            CHECK_FALSE(world.await(store.dead_letters->redeliver(tenant, {theirs.dead_letter})));
        }
    }
    CHECK(world.number("select count(*) from t_cron_job where f_enabled = 1") ==
          static_cast<std::int64_t>(kAlike.size()));
    for (const auto& [name, own] : world.owned)
        world.must(store.dead_letters->redeliver(TenantId{name}, {own.dead_letter}));
}

TEST_CASE("a tenant's pause does not affect other tenants", "[store][equality]") {
    World world;
    world.open();
    Store& store = world.store();
    const model::Job job = world.given_job("job", "acme");
    for (const char* tenant : {"acme ", "ACME", "acmé"})
        world.must(store.pauses->set_paused(TenantId{tenant}, true));
    CHECK(world.must(store.pauses->pauses()).tenants.size() == 3);
    CHECK(world.must(store.changes->changes_of(job.id, job.tenant, 10)).size() == 1);  // only its creation
    world.must(store.pauses->set_paused(TenantId{"acme"}, true));
    world.must(store.pauses->set_paused(TenantId{"acme "}, false));
    std::vector<std::string> paused;
    for (const auto& pause : world.must(store.pauses->pauses()).tenants)
        paused.push_back(pause.tenant.value());
    CHECK_THAT(paused, Catch::UnorderedEquals(std::vector<std::string>{"acme", "ACME", "acmé"}));
}

TEST_CASE("limits count only the tenant's own jobs", "[store][equality]") {
    World world{Options{.jobs_per_tenant = 1}};
    world.open();
    for (const std::string& tenant : kAlike) {
        CAPTURE(tenant);
        world.must(world.store().jobs->create_job(a_job("one", tenant), ""));
        CHECK(world.await(world.store().jobs->create_job(a_job("two", tenant), "")).error().code ==
              Errc::denied);
    }
    world.close();
    CHECK(check(world.options(), world.clock())->empty());
}

TEST_CASE("names that differ in a space, case or accent are different names", "[store][equality]") {
    World world;
    world.open();
    std::vector<model::Job> jobs;
    for (const std::string& name : kAlike) jobs.push_back(world.given_job("a" + name));
    for (const model::Job& job : jobs) {
        CAPTURE(job.name);
        const auto again = world.await(world.store().jobs->create_job(a_job(job.name), ""));
        REQUIRE_FALSE(again);
        CHECK(again.error().fields == std::vector<std::string>{"job_name"});
        CHECK(world.must(world.store().jobs->find_job(std::nullopt, job.id))->name == job.name);
    }
    model::Job renamed = jobs[0];
    renamed.name += "   ";
    CHECK(world.must(world.store().jobs->replace_job(std::nullopt, renamed, "", std::nullopt)).name ==
          renamed.name);
    renamed.name = jobs[1].name;
    CHECK_FALSE(world.await(world.store().jobs->replace_job(std::nullopt, renamed, "", std::nullopt)));
}

TEST_CASE("an id with a trailing space is a different id", "[store][equality]") {
    Tenants world;
    Store& store = world.store();
    const Owned& own = world.owned.at("acme");
    const JobId job{own.job.id.value() + " "};
    const ExecuteId execution{own.execution.value() + " "};
    CHECK_FALSE(world.must(store.jobs->find_job(std::nullopt, job)));
    CHECK_FALSE(world.await(store.jobs->enable_jobs(std::nullopt, {job}, false)));
    CHECK(world.must(store.jobs->delete_jobs(std::nullopt, {job})).empty());
    CHECK(world.must(store.changes->changes_of(job, own.job.tenant, 10)).empty());
    CHECK(world.must(store.queries->list_executions({.jobs = {job}})).empty());
    CHECK_FALSE(world.must(store.queries->find_execution(std::nullopt, execution)));
    CHECK(world.must(store.queries->find_executions({execution})).empty());
    CHECK(world.await(store.reports->record_result(execution, "{}", NotifyLeader::no)).error().code ==
          Errc::not_found);
}

TEST_CASE("a concurrency key with a trailing space is a different key", "[store][equality]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const Term term = world.lead();
    int number = 0;
    for (const std::string& key : kAlike) {
        CAPTURE(key);
        model::Execution run = a_run(job, term.epoch, term.watermark + Seconds{++number});
        world.must(world.store().executions->insert_execution(run, NotifyLeader::no));
        run.state = ExecutionState::executing;
        CHECK(world.must(world.store().executions->begin_attempt(run.id, 1, run, Slot{key, 1}, {})) ==
              Begun::yes);
    }
}

TEST_CASE("tenants are looked up by index", "[store][equality]") {
    World world;
    world.open();
    Session session = world.session();
    const std::string either = "f_tenant_id = :value or f_tenant_id = :bytes";
    const std::string exact = session.dialect().exactly("f_tenant_id");
    for (const auto& [query, index] : std::vector<std::pair<std::string, std::string>>{
             {"select f_key_id from t_cron_job where " + exact, "index_tenant_id"},
             {"select f_id from t_cron_audit where " + either, "index_tenant"},
             {"select f_id from t_cron_dead_letter where " + either, "index_tenant"}}) {
        CAPTURE(query);
        if (tested_driver() == Driver::sqlite) {
            Statement& plan = session.prepare("explain query plan " + query, "ss", "iiis");
            plan << "acme" << "acme";
            std::string steps;
            for (plan.run(); plan.fetch();) steps += plan.text(3) + "\n";
            CHECK_THAT(steps, Catch::Contains("SEARCH") && !Catch::Contains("SCAN"));
        } else {
            Statement& plan = session.prepare("explain format=json " + query, "ss", "s");
            plan << "acme" << "acme";
            REQUIRE(plan.first());
            CHECK_THAT(plan.text(0), Catch::Contains('"' + index + '"') && !Catch::Contains("\"ALL\""));
        }
    }
}

TEST_CASE("a page of the enabled jobs of a tenant is read in the order of an index", "[store][equality]") {
    if (tested_driver() == Driver::sqlite) return;  // chooses no combination of indexes
    World world;
    world.open();
    world.given_job("job");
    world.given_job("other", "tenant-b");
    for (int doubled = 0; doubled < 12; ++doubled)
        world.sql(
            "insert into t_cron_job (f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, "
            "f_tenant_id, f_enabled, f_remarks, f_create_time, f_update_time) select uuid(), uuid(), "
            "f_job_cron_time, f_job_type, f_job_context, f_tenant_id, f_key_id % 10 <> 0, f_remarks, "
            "f_create_time, f_update_time from t_cron_job");
    world.sql("analyze table t_cron_job");
    Session session = world.session();
    Statement& plan = session.prepare(
        "explain format=json select f_key_id, f_job_context from t_cron_job where " +
            session.dialect().exactly("f_tenant_id") + " and f_enabled = 1 order by f_key_id desc limit 101",
        "ss", "s");
    plan << "tenant-a" << "tenant-a";
    REQUIRE(plan.first());
    CHECK_THAT(plan.text(0), !Catch::Contains("intersect") && !Catch::Contains(R"("filesort":)") &&
                                 !Catch::Contains(R"("using_filesort": true)"));
}

TEST_CASE("an export omits generated columns and keeps tenants separate", "[store][equality]") {
    Tenants world;
    world.close();
    std::stringstream file;
    REQUIRE(export_store(world.options(), world.clock(), ExportScope::all, file));
    World other;
    REQUIRE(import_store(other.options(), other.clock(), file));
    CHECK(check(other.options(), other.clock())->empty());
    other.open();
    for (const std::string& tenant : kAlike)
        CHECK(other.must(other.store().jobs->list_jobs({.tenant = TenantId{tenant}})).size() == 1);
}
