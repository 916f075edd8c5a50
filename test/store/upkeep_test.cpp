#include "ecron/store/upkeep.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "ecron/base/uuid.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/fill.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using Catch::Contains;

namespace {

std::string saved(World& world, ExportScope what) {
    std::ostringstream to;
    const auto rows = export_store(world.options(), world.clock(), what, to);
    REQUIRE(rows);
    return to.str();
}

Result<std::uint64_t> restored(World& world, const std::string& text) {
    std::istringstream from(text);
    return import_store(world.options(), world.clock(), from);
}

std::vector<std::string> broken(World& world) {
    const auto lines = check(world.options(), world.clock());
    if (!lines) FAIL(lines.error().what);
    return *lines;
}

/// The export with the first row of its jobs repeated in the next line.
std::string with_row_twice(std::string text) {
    text = text.substr(0, text.rfind("{\"rows\":")) + "{\"rows\":99}\n";
    const std::size_t row = text.find('\n', text.find("{\"table\":\"t_cron_job\"")) + 1;
    const std::size_t end = text.find('\n', row) + 1;
    return text.insert(end, text.substr(row, end - row));
}

std::string with_table_twice(std::string text) {
    const std::size_t head = text.find("{\"table\":\"t_cron_job\"");
    const std::size_t end = text.find('\n', head) + 1;
    return text.insert(end, text.substr(head, end - head));
}

/// Adds a job that has run and one that has not.
model::Execution given_history(World& world) {
    world.open();
    const model::Job job = world.given_job("it's \"quoted\"\n任务 😀");
    world.given_job("another");
    const Term term = world.lead();
    Claim claim{.epoch = term.epoch, .watermark = term.watermark + Seconds{1}};
    claim.executions.push_back(a_run(job, term.epoch, term.watermark + Seconds{1}));
    world.must(world.store().executions->claim(claim));
    return claim.executions.front();
}

}  // namespace

TEST_CASE("a store is filled with jobs and their history", "[store]") {
    World world;
    const Instant created = world.clock().now() - std::chrono::hours{2};
    Content content;
    Content::PastJob& past = content.jobs.emplace_back();
    past.job = a_job("filled");
    past.job.created_at = past.job.updated_at = created;
    Content::PastExecution& done = past.history.emplace_back();
    done.execution.trigger = model::Trigger::schedule;
    done.execution.scheduled_at = done.execution.due = done.execution.begin_at = created + Seconds{60};
    done.execution.end_at = created + Seconds{61};
    done.execution.state = model::ExecutionState::abandon;
    done.execution.attempt = done.execution.execute_times = 1;
    done.execution.node = NodeId{"n"};
    done.attempts.push_back({.number = 1,
                             .begin_at = created + Seconds{60},
                             .end_at = created + Seconds{61},
                             .node = NodeId{"n"},
                             .code = 503,
                             .reason = "the target answered 503"});
    past.missed.push_back(
        {.from = created + Seconds{120}, .to = created + Seconds{180}, .count = 2, .reason = "misfire"});
    REQUIRE(fill_store(world.options(), world.clock(), content));
    CHECK(broken(world) == std::vector<std::string>{});
    const Result<void> again = fill_store(world.options(), world.clock(), content);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Errc::conflict);

    world.open();
    const auto job = world.must(world.store().jobs->find_job(std::nullopt, past.job.id));
    REQUIRE(job);
    CHECK(job->created_at == from_unix_seconds(to_unix_seconds(created)));
    const ExecuteId id{
        keyed_uuid(world.store().queries->id_key(), job->id.value(), *done.execution.scheduled_at)};
    const auto execution = world.must(world.store().queries->find_execution(std::nullopt, id));
    REQUIRE(execution);
    CHECK(execution->state == model::ExecutionState::abandon);
    CHECK(execution->job_name == "filled");
    CHECK(world.must(world.store().changes->missed_of(job->key, created, created + Seconds{200})).size() ==
          1);
    CHECK(world.must(world.store().listings->count_failing()) == 1);
    // The first term plans from now on, not from the creation of the jobs.
    const Term term = world.lead();
    CHECK(term.planned == term.head);
    CHECK(term.watermark >= world.clock().now() - Seconds{5});
}

TEST_CASE("an export is imported row by row without changes", "[store]") {
    World world;
    const model::Execution run = given_history(world);
    const std::string id_key = world.store().queries->id_key();
    const std::string text = saved(world, ExportScope::all);
    World other;
    REQUIRE(restored(other, text));
    CHECK(saved(other, ExportScope::all) == text);
    CHECK(broken(other).empty());
    other.open();
    CHECK(other.store().queries->id_key() == id_key);
    CHECK(other.must(other.store().queries->find_execution(std::nullopt, run.id)));
    CHECK(other.must(other.store().queries->unended(10, 0)).size() == 1);
}

TEST_CASE("an export of jobs starts without planning state when imported", "[store]") {
    World world;
    given_history(world);
    World other;
    REQUIRE(restored(other, saved(world, ExportScope::jobs)) == 2);
    CHECK(broken(other).empty());
    other.open();
    CHECK(other.must(other.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 2);
    CHECK(other.must(other.store().queries->unended(10, 0)).empty());
    const Term term = other.lead();
    CHECK(std::chrono::abs(term.watermark - other.clock().now()) < Seconds{60});
}

TEST_CASE("an import accepts only a complete export of a known version, into an empty store", "[store]") {
    World world;
    given_history(world);
    const std::string text = saved(world, ExportScope::all);
    const std::string without_last_line = text.substr(0, text.rfind('\n', text.size() - 2) + 1);
    const std::size_t jobs = text.find("{\"table\":\"t_cron_job\"");
    const auto second_row = std::ranges::count(text.substr(0, jobs), '\n') + 3;
    const auto [file, why] = GENERATE_COPY(table<std::string, std::string>({
        {"", "cut off"},
        {without_last_line, "cut off"},
        {text.substr(0, text.size() / 2), "line"},
        {"{}\n", "not an ecron export"},
        {"hello\n", "line 1"},
        {R"({"ecron_export":1,"version":"9.0.0","schema":9000,"scope":"all"})"
         "\n",
         "newer"},
        {without_last_line + "{\"rows\":1}\n", "rows"},
        {text + "{\"rows\":0}\n", "continues after the last line"},
        {text + text, "continues after the last line"},
        {with_row_twice(text),
         "line " + std::to_string(second_row) + ": duplicate: t_cron_job has a row with the same key"},
        {with_table_twice(text), "table \"t_cron_job\" is in the file twice"},
        {R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n"
         R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n",
         "line 2: a member is missing or has another type"},
        {R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n"
         R"({"table":"t_cron_job"})"
         "\n",
         "line 2: a member is missing or has another type"},
        {R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n"
         R"({"table":5,"columns":[]})"
         "\n",
         "line 2: a member is missing or has another type"},
        {R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n"
         R"({"table":null,"columns":[]})"
         "\n",
         "line 2: a member is missing or has another type"},
        {R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n"
         R"({"table":"mysql.user","columns":["a"]})"
         "\n",
         "table \""},
        {R"({"ecron_export":1,"version":"0.1.0","schema":1,"scope":"all"})"
         "\n"
         R"({"table":"t_cron_job","columns":["f_key_id) values (1); drop table t_cron_job; --"]})"
         "\n",
         "no column"},
    }));
    CAPTURE(file, why);
    World other;
    const auto refused = restored(other, file);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::invalid);
    CHECK_THAT(refused.error().what, Contains(why));
    other.open();
    CHECK(other.must(other.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 0);
    other.close();
    CHECK(restored(other, text));
    const auto full = restored(other, text);
    REQUIRE_FALSE(full);
    CHECK_THAT(full.error().what, Contains("not empty"));
}

TEST_CASE("an import fails immediately if a node is running, and names it", "[store]") {
    World world;
    given_history(world);
    const std::string text = saved(world, ExportScope::jobs);
    World other;
    other.open();
    other.lead();
    const auto refused = restored(other, text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
}

TEST_CASE("a check finds violated invariants and names them", "[store]") {
    const auto [damage, found] = GENERATE(table<std::string, std::string>({
        {"update t_cron_job_status set f_job_status = 9", "unknown state"},
        {"update t_cron_job_status set f_job_status = 1", "finished execution has no end time"},
        {"update t_cron_job_status set f_end_time = 5", "unfinished execution has an end time"},
        {"update t_cron_shard set f_watermark = 5", "beyond every watermark"},
        {"update t_cron_job_status set f_nominal = f_nominal - 1000", "does not match its scheduled time"},
        {"delete from t_cron_job where f_job_name <> 'another'", "refers to a job that does not exist"},
        {"insert into t_cron_attempt (f_execute_id, f_attempt, f_begin, f_end, f_node, f_outcome, f_code) "
         "values ('nobody', 1, 1, 1, '', 1, 1)",
         "attempt refers to an execution that does not exist: nobody (1 in total)"},
        {"insert into t_cron_slot (f_key, f_number, f_execute_id) values ('k', 0, 'nobody')", "slot is held"},
        {"update t_cron_change_head set f_number = 0", "above its head"},
        {"update t_cron_change set f_number = f_number + 10 where f_number > 1", "gap"},
        {"update t_cron_job set f_revision = 1000", "revision above the head"},
        {"update t_cron_shard set f_planned = 1000", "planned changes that do not exist"},
        {"delete from t_cron_change_head", "exactly one head"},
        {"update t_cron_shard set f_shard = 3", "not numbered from 0"},
        {"update t_cron_tenant set f_jobs = f_jobs + 1", "job counter of a tenant"},
        {"delete from t_cron_tenant", "job counter of a tenant"},
        {"update t_cron_tenant set f_bytes = f_bytes + 1", "byte counter of a tenant"},
        {"update t_cron_job_status set f_job_type = 9", "execution has an unknown type"},
        {"update t_cron_job set f_job_type = 9", "job has an unknown type"},
        {R"(update t_cron_job set f_job_context = '{"mode":"ftp","exec":"ftp://h/"}')",
         "job has an unknown mode"},
        {R"(update t_cron_job_status set f_trigger = 0, f_ext_info = '{"is_deleted":"0","tenant_id":"t"}')",
         "is_deleted of an execution is not a number"},
        {"update t_cron_job set f_plan = '{'", "plan of a job is not readable"},
        {R"(update t_cron_job set f_job_context = '{"mode":"http","exec":')",
         "context of a job is not readable"},
        {"update t_cron_job_status set f_executor = '['", "executor of an execution is not JSON"},
        {"update t_cron_job_status set f_ext_info = 'x'", "ext_info of an execution is not JSON"},
        {"update t_cron_job_status set f_result = '{'", "result of an execution is not JSON"},
        {"update t_cron_job_status set f_snapshot = '{}}'", "job as sent of an execution is not JSON"},
        {"update t_cron_change set f_replaced = '{'", "replaced schedule in the change log is not JSON"},
    }));
    CAPTURE(damage);
    World world;
    given_history(world);
    REQUIRE(broken(world).empty());
    world.close();
    world.sql(damage);
    const std::vector<std::string> lines = broken(world);
    CHECK_THAT((lines.empty() ? "nothing" : Catch::StringMaker<std::vector<std::string>>::convert(lines)),
               Contains(found));
}

TEST_CASE("a repair corrects derived values only", "[store]") {
    World world;
    given_history(world);
    world.close();
    const auto repaired = [&] { return *repair(world.options(), world.clock()); };
    CHECK(repaired().empty());
    world.sql("update t_cron_tenant set f_jobs = 7, f_bytes = 0");
    world.sql("insert into t_cron_tenant (f_tenant_id, f_jobs, f_bytes) values ('gone', 1, 1)");
    world.sql("update t_cron_job_status set f_begin_time = null, f_end_time = null, f_is_deleted = 1");
    // Values that only the previous service reads are not invariants of ecron.
    CHECK(broken(world).size() == 2);
    CHECK(repaired() == std::vector<std::string>{"corrected job counters of tenants (2)",
                                                 "set missing times of executions to 0 (1)",
                                                 "marked deleted executions as deleted in ext_info (1)"});
    CHECK(broken(world).empty());
    CHECK(repaired().empty());
}

TEST_CASE("a repair leaves counters alone while a context is damaged, and the check reports both",
          "[store]") {
    World world;
    given_history(world);
    world.close();
    world.sql(R"(update t_cron_job set f_job_context = '{"mode":"http"')");
    const std::int64_t bytes = world.number("select f_bytes from t_cron_tenant");
    CHECK(repair(world.options(), world.clock())->empty());
    CHECK(world.number("select f_bytes from t_cron_tenant") == bytes);
    CHECK(broken(world).size() == 2);
}

TEST_CASE("check and export fail if there is no database", "[store]") {
    World world(Schema::none);
    const auto lines = check(world.options(), world.clock());
    REQUIRE_FALSE(lines);
    CHECK(lines.error().code == Errc::not_found);
    std::ostringstream to;
    const auto rows = export_store(world.options(), world.clock(), ExportScope::all, to);
    REQUIRE_FALSE(rows);
    CHECK(rows.error().code == Errc::not_found);
    REQUIRE(migrate(world.options(), world.clock()));
    CHECK(broken(world).empty());
}
