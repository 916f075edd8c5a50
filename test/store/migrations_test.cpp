#include "store/sql/migrations.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "ecron/model/json.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/migrations_data.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

std::string file(const std::string& path) {
    std::ifstream stream(path);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void given_old_database(World& world) {
    Session session = world.session(SessionUse::migrate);
    for (const std::string& statement : statements(file(ECRON_SOURCE_DIR "/test/store/old_service.sql"))) {
        // The texts contain colons, which SOCI treats as parameters only outside quotes.
        session.run(statement);
    }
}

std::vector<std::string> ids(const std::vector<model::Execution>& executions) {
    std::vector<std::string> all;
    for (const model::Execution& execution : executions) all.push_back(execution.id.value());
    return all;
}

}  // namespace

TEST_CASE("migrations are applied once", "[store]") {
    World world(Schema::none);
    world.open();
    const std::string key = world.store().queries->id_key();
    CHECK(key.size() == 32);
    const model::Job job = world.given_job("kept");
    const std::int64_t count = world.number("select count(*) from t_cron_schema");
    CHECK(count == static_cast<std::int64_t>(migrations(tested_driver()).size()));
    world.reopen();
    CHECK(world.store().queries->id_key() == key);
    CHECK(world.number("select count(*) from t_cron_schema") == count);
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, job.id)));
}

TEST_CASE("both databases have the same migrations", "[store]") {
    const auto sqlite = migrations(Driver::sqlite);
    const auto mysql = migrations(Driver::mysql);
    REQUIRE(sqlite.size() == mysql.size());
    for (std::size_t i = 0; i < sqlite.size(); ++i) {
        CHECK((i == 0 || sqlite[i].version > sqlite[i - 1].version));
        CHECK(sqlite[i].version == mysql[i].version);
        CHECK(sqlite[i].name == mysql[i].name);
        REQUIRE(min_binary(sqlite[i].text));
        CHECK(*min_binary(sqlite[i].text) == *min_binary(mysql[i].text));
    }
}

TEST_CASE("a schema is refused only if it needs a newer binary", "[store]") {
    World world(Schema::none);
    world.open();
    world.close();
    world.sql(
        "insert into t_cron_schema (f_version, f_name, f_min_binary, f_applied_at) values (900, 'future', 0, "
        "0)");
    world.open();  // a newer schema that permits this binary
    world.close();
    world.sql("update t_cron_schema set f_min_binary = 2000000 where f_version = 900");
    const auto refused = world.try_open();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid);
    CHECK(refused.error().what.find("needs a newer ecron") != std::string::npos);
    CHECK(refused.error().what.find(kBinaryVersion) != std::string::npos);
}

TEST_CASE("versions are compared by their parts", "[store]") {
    CHECK(*binary_number("0.1.0") < *binary_number("0.10.0"));
    CHECK(*binary_number("0.10.0") < *binary_number("1.0.0"));
    for (const char* text : {"", "1", "1.2", "1.2.3.4", "a.b.c", "1.2.-3", "1.2.1000"})
        CHECK_FALSE(binary_number(text));
}

TEST_CASE("a migration that was interrupted at any statement is completed by the next start", "[store]") {
    if (tested_driver() == Driver::sqlite) return;  // there, a migration is one transaction
    const Migration migration = migrations(Driver::mysql)[1];
    const std::vector<std::string> all = statements(migration.text);
    const std::size_t done = GENERATE_COPY(values<std::size_t>({1, 2, 5, 9, 12, all.size()}));
    CAPTURE(done);
    World world(Schema::none);
    {
        Session session = world.session(SessionUse::migrate);
        for (const std::string& statement : statements(migrations(Driver::mysql)[0].text))
            session.run(statement);
        for (std::size_t i = 0; i < done; ++i) run_migration_statement(session, all[i]);
    }
    world.open();
    const model::Job job = world.given_job("works");
    const Term term = world.lead();
    Claim claim{.epoch = term.epoch, .watermark = term.watermark};
    claim.executions.push_back(a_run(job, term.epoch, term.watermark));
    CHECK(world.must(world.store().executions->claim(claim)).mine == std::vector<bool>{true});
}

TEST_CASE("a partially applied ALTER is completed", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    {
        Session session = world.session(SessionUse::migrate);
        for (const std::string& statement : statements(migrations(Driver::mysql)[0].text))
            session.run(statement);
        session.run("alter table t_cron_job add column f_revision bigint not null default 0");
    }
    world.open();
    CHECK(world.given_job("works").revision == ChangeNumber(1));
}

TEST_CASE("a failing migration names the statement and the server's message, and continues after a repair",
          "[store]") {
    World world(Schema::none);
    Session session = world.session(SessionUse::migrate);
    session.run("create view t_cron_pause as select 1 as f_scope");
    const bool sqlite = tested_driver() == Driver::sqlite;
    const std::string place = sqlite ? "migration 0002_run_path failed at statement 29 of 31: "
                                     : "migration 0003_nodes failed at statement 3 of 4: ";
    const std::string message = sqlite ? "view t_cron_pause already exists" : "BASE TABLE";
    for (int start = 0; start < 2; ++start) {
        const Result<void> failed = world.try_open();
        REQUIRE_FALSE(failed);
        CAPTURE(failed.error().what);
        CHECK(failed.error().what.find(place) != std::string::npos);
        CHECK(failed.error().what.find(message) != std::string::npos);
    }
    // SQLite rolls back everything.
    if (!sqlite) CHECK(world.number("select count(*) from t_cron_schema") == 2);

    session.run("drop view t_cron_pause");
    for (const std::string& text : statements(migrations(tested_driver())[1].text))
        if (!sqlite && text.find("table if not exists t_cron_pause") != std::string::npos) session.run(text);
    session.disconnect();
    world.open();
    CHECK(world.given_job("works").revision == ChangeNumber(1));
}

TEST_CASE("the documented rights are sufficient for migration and operation", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    const Options own = world.options();
    const std::string name = "u" + own.database.substr(0, 20);
    const std::string of_user = " on " + own.database + ".* to " + name;
    Session admin(own, SessionUse::read, world.clock());
    admin.run("create user " + name + " identified by 'password'");
    admin.run("grant select, insert, update, delete, create, alter, drop, index" + of_user);
    world.options().user = name;
    world.options().password = SecretText("password");
    const Result<void> migrated = migrate(world.options(), world.clock());
    if (!migrated) FAIL(migrated.error().what);

    admin.run("revoke create, alter, drop, index on " + own.database + ".* from " + name);
    world.open();
    const model::Job job = world.given_job("works");
    const Term term = world.lead();
    Claim claim{.epoch = term.epoch, .watermark = term.watermark};
    claim.executions.push_back(a_run(job, term.epoch, term.watermark));
    CHECK(world.must(world.store().executions->claim(claim)).mine == std::vector<bool>{true});
    world.close();

    admin.run("delete from t_cron_schema where f_version = 12");
    const Result<void> refused = world.try_open();
    world.options() = own;
    admin.run("drop user " + name);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("command denied to user") != std::string::npos);
}

TEST_CASE("a database of the previous service is taken over with its jobs", "[store]") {
    if (tested_driver() == Driver::sqlite) return;  // the previous service supported only MySQL
    World world(Schema::none);
    given_old_database(world);
    world.open();
    CHECK(world.number("select f_id from t_of_another_service") == 7);
    CHECK(world.number("select count(*) from information_schema.statistics where table_schema = database() "
                       "and index_name "
                       "in ('index_job_type', 'index_create_time', 'index_update_time', 'index_is_deleted', "
                       "'index_end_time')") == 0);
    CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 6);
    CHECK(world.must(world.store().jobs->count_jobs(TenantId("tenant-a"), std::nullopt, std::nullopt)) == 3);

    std::vector<std::string> loaded;
    world.must(world.store().changes->load_plans([&](const StoredPlan& plan) {
        CHECK_FALSE(plan.has_plan);
        if (plan.id == "j-timed") CHECK(plan.context == R"({"mode":"http","exec":"http://old/"})");
        loaded.emplace_back(plan.id);
    }));
    CHECK(loaded.size() == 5);

    const auto job = world.must(world.store().jobs->find_job(TenantId("tenant-a"), JobId("j-scheduled")));
    REQUIRE(job);
    CHECK(job->name == "it's \"quoted\" \\ 任务 😀");
    CHECK(job->created_at == from_unix_seconds(1'600'000'000));
    const auto context = model::read_context(job->context);
    REQUIRE(context);
    CHECK(context->exec == "https://old.example.com/run");
    CHECK(job->context == model::write_context(*context));
    for (const char* id : {"j-no-context", "j-broken", "j-null-tenant"}) {
        const auto odd = world.must(world.store().jobs->find_job(std::nullopt, JobId(id)));
        REQUIRE(odd);
        CHECK(odd->context == model::write_context(model::Context{}));
    }
}

TEST_CASE("executions of the previous service are history", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    given_old_database(world);
    world.open();
    CHECK(world.must(world.store().queries->unended(100, 0)).empty());
    const Term term = world.lead();
    CHECK(std::chrono::abs(term.watermark - world.clock().now()) < Seconds{60});

    const JobId job("j-scheduled");
    const auto list = [&](const std::optional<TenantId>& tenant, std::size_t limit) {
        return ids(world.must(
            world.store().queries->list_executions({.tenant = tenant, .jobs = {job}, .limit = limit})));
    };
    CHECK(list(TenantId("tenant-a"), 100) == std::vector<std::string>{"e-failed", "e-stuck", "e-success"});
    CHECK(list(TenantId("tenant-a"), 1) == std::vector<std::string>{"e-failed"});
    CHECK(list(TenantId("tenant-b"), 100) == std::vector<std::string>{"e-other"});
    // Administrators see rows without a tenant and those in an unknown state, but no deleted rows.
    CHECK(list(std::nullopt, 100).size() == 7);
    CHECK(world.text("select concat(j.f_job_id, ' ', l.f_state) from t_cron_job_last l join t_cron_job j on "
                     "j.f_key_id = l.f_job_key") == "j-scheduled 1");

    const auto success =
        world.must(world.store().queries->find_execution(TenantId("tenant-a"), ExecuteId("e-success")));
    REQUIRE(success);
    CHECK(success->result == R"({"x":1})");
    CHECK(success->executors.front().executor_id == "svc");
    CHECK(success->trigger == model::Trigger::history);
    const auto broken =
        world.must(world.store().queries->find_execution(std::nullopt, ExecuteId("e-broken")));
    REQUIRE(broken);
    CHECK(broken->state == model::ExecutionState::unknown);
    CHECK(broken->job_type == model::JobType::unknown);
    CHECK_FALSE(broken->begin_at);
    CHECK(broken->executors.empty());
    CHECK_FALSE(world.must(
        world.store().executions->finish({.id = ExecuteId("e-stuck"), .attempt = 0, .after = *success})));
}

TEST_CASE("a timed job of the previous service keeps repeating after a change", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    given_old_database(world);
    world.open();
    auto job = world.must(world.store().jobs->find_job(std::nullopt, JobId("j-timed")));
    REQUIRE(job);
    const auto plan_of_row = [&] {
        return *model::read_plan(world.text("select f_plan from t_cron_job where f_job_id = 'j-timed'"));
    };
    world.must(world.store().jobs->notify_jobs(std::nullopt, {job->id}, "https://hook"));
    CHECK(world.number("select count(*) from t_cron_job where f_job_id = 'j-timed' and f_plan is null") == 1);
    job->remarks = "changed";
    const model::Job first =
        world.must(world.store().jobs->replace_job(std::nullopt, *job, "", std::nullopt));
    CHECK(plan_of_row().repeats);
    CHECK(first.effective_from == job->effective_from);
    const model::Job second =
        world.must(world.store().jobs->replace_job(std::nullopt, *job, "", std::nullopt));
    CHECK(plan_of_row().repeats);
    job->type = model::JobType::scheduled;
    world.must(world.store().jobs->replace_job(std::nullopt, *job, "", std::nullopt));
    CHECK_FALSE(plan_of_row().repeats);
    job->type = model::JobType::timed;
    world.must(world.store().jobs->replace_job(std::nullopt, *job, "", std::nullopt));
    CHECK_FALSE(plan_of_row().repeats);
}

TEST_CASE("the previous service can use the database again", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    given_old_database(world);
    world.open();
    world.given_job("made by ecron");
    world.close();
    world.sql(
        "insert into t_cron_job (f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, "
        "f_tenant_id, "
        "f_enabled, f_remarks, f_create_time, f_update_time) values ('j-new', 'new', '0 0 2 * * ?', 1, '{}', "
        "'tenant-a', 1, '', 1700000000, 1700000000)");
    world.sql(
        "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
        "f_begin_time, "
        "f_end_time, f_executor, f_execute_times, f_ext_info) values ('e-new', 'j-new', 1, 'new', 2, "
        "1700000000, 0, "
        "'[]', 1, 'null')");
    CHECK(world.number("select count(*) from t_cron_job where f_job_context is not null") == 7);
    world.sql("delete from t_cron_job where f_job_id = 'j-scheduled'");
    world.open();
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, JobId("j-new"))));
    CHECK(world.must(world.store().queries->unended(10, 0)).empty());
    const TenantId tenant("tenant-a");
    CHECK(world.must(world.store().jobs->count_jobs(tenant, std::nullopt, std::nullopt)) ==
          world.number("select count(*) from t_cron_job where f_tenant_id = 'tenant-a'"));
    const auto lines = check(world.options(), world.clock());
    REQUIRE(lines);
    // Only the rows with unknown values and damaged texts.
    CHECK(*lines == std::vector<std::string>{"execution has an unknown state: e-broken (1 in total)",
                                             "execution has an unknown type: e-broken (1 in total)",
                                             "context of a job is not readable: j-broken (1 in total)",
                                             "executor of an execution is not JSON: e-broken (1 in total)",
                                             "ext_info of an execution is not JSON: e-broken (1 in total)"});
}

TEST_CASE("a report on an execution that the previous service started ends it", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    given_old_database(world);
    world.open();
    const Instant before = std::chrono::floor<Seconds>(world.clock().now());
    world.must(world.store().reports->record_result(ExecuteId("e-stuck"), R"({"rows":3})", NotifyLeader::no));
    const auto stuck = world.must(world.store().queries->find_execution(std::nullopt, ExecuteId("e-stuck")));
    CHECK(stuck->state == model::ExecutionState::success);
    CHECK(stuck->result == R"({"rows":3})");
    CHECK(stuck->end_at >= before);
    world.must(
        world.store().reports->record_result(ExecuteId("e-success"), R"({"rows":4})", NotifyLeader::no));
    const auto success =
        world.must(world.store().queries->find_execution(std::nullopt, ExecuteId("e-success")));
    CHECK(success->end_at == from_unix_seconds(1'600'000'110));
    CHECK(success->result == R"({"rows":4})");
}

TEST_CASE("an execution id keeps its collation if the table's default differs", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    {
        Session session = world.session(SessionUse::migrate);
        for (const std::string& statement : statements(migrations(Driver::mysql)[0].text))
            session.run(statement);
        session.run("alter table t_cron_job_status default collate utf8mb4_general_ci");
    }
    world.open();
    CHECK(world.number("select count(*) from information_schema.columns where table_schema = database() and "
                       "column_name = 'f_execute_id' and (collation_name <> 'utf8mb4_bin' or "
                       "character_maximum_length <> 63)") == 0);
}

TEST_CASE("tables with another character set are migrated to one that supports every text", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    const std::string charset = GENERATE("utf8 collate utf8_bin", "latin1", "utf8mb4");
    CAPTURE(charset);
    {
        Session session = world.session(SessionUse::migrate);
        session.run("alter database " + world.options().database + " character set " + charset);
        for (std::string statement : statements(migrations(Driver::mysql)[0].text)) {
            const auto at = statement.find("charset=");
            if (at != std::string::npos) statement = statement.substr(0, at) + "charset=" + charset;
            session.run(statement);
        }
        session.run(
            "insert into t_cron_job (f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, "
            "f_tenant_id, f_create_time, f_update_time) values ('old', 'grüß', '0 0 1 1 *', 2, "
            "'{}', 'tenant-a', 1, 1)");
    }
    world.open();
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, JobId("old")))->name == "grüß");
    model::Job given = a_job("party 🎉");
    given.remarks = "🎉";
    given.context = a_context(R"({"text":"🎉"})");
    const model::Job job = world.must(world.store().jobs->create_job(given, ""));
    const model::Job found = *world.must(world.store().jobs->find_job(std::nullopt, job.id));
    CHECK(found.name == given.name);
    CHECK(found.remarks == given.remarks);
    CHECK(found.context == given.context);
    const Term term = world.lead();
    Claim claim{.epoch = term.epoch, .watermark = term.watermark};
    claim.executions.push_back(a_run(job, term.epoch, term.watermark));
    world.must(world.store().executions->claim(claim));
    Outcome outcome{.id = claim.executions.front().id, .attempt = 1, .after = claim.executions.front()};
    outcome.after.state = model::ExecutionState::success;
    outcome.after.reason = "🎉";
    outcome.after.result = R"({"text":"🎉"})";
    CHECK(world.must(world.store().executions->finish(outcome)));
    const auto row = world.must(world.store().queries->find_execution(std::nullopt, outcome.id));
    CHECK(row->job_name == given.name);
    CHECK(row->reason == "🎉");
    CHECK(row->result == outcome.after.result);
    CHECK(world.number("select count(*) from information_schema.columns where table_schema = database() and "
                       "character_set_name not in ('utf8mb4', 'ascii')") == 0);
}
