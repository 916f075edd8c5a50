#include "store/retention/usage.hpp"

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

const TenantId kMe{"me"};

model::Execution sent(const std::string& id, std::size_t bytes, const TenantId& tenant = kMe) {
    return {.id = ExecuteId{id},
            .job_id = JobId{"j"},
            .job_name = "j",
            .tenant = tenant,
            .trigger = model::Trigger::manual,
            .attempt = 1,
            .snapshot = std::string(bytes, 's')};
}

model::Execution status(const std::string& id, std::size_t bytes) {
    return {.id = ExecuteId{id},
            .job_id = JobId{"j"},
            .job_name = "j",
            .state = model::ExecutionState::success,
            .tenant = kMe,
            .result = R"({"text":")" + std::string(bytes, 'r') + "\"}"};
}

/// Measures what is stored, as the node that leads the first shard does, and reads the result.
void measure(World& world) {
    while (!world.must(world.store().usage->measure_bytes())) {}
    world.must(world.store().usage->read_bytes());
}

bool refused(const Error& error) {
    return error.code == Errc::denied && error.fields == std::vector<std::string>{"limit_bytes"};
}

}  // namespace

TEST_CASE("writes before the start of a measurement are counted once", "[store][limits]") {
    TenantUsage usage{1'000};
    const Instant begin{Millis{1'000'000}};
    usage.wrote(kMe, 600, begin);
    CHECK(usage.history(kMe) == 600);
    CHECK(usage.has_room(kMe, 400));
    CHECK_FALSE(usage.has_room(kMe, 401));
    CHECK(usage.has_room(TenantId{"you"}, 1'000));
    usage.wrote(kMe, 100, begin + Seconds{20});
    usage.measured({.history = {{kMe, 600}}, .jobs = {{kMe, 50}}, .since = begin + Seconds{10}});
    CHECK(usage.history(kMe) == 700);
    CHECK(usage.has_room(kMe, 250));
    CHECK_FALSE(usage.has_room(kMe, 251));
    usage.measured({.history = {}, .jobs = {}, .since = begin + Seconds{30}});
    CHECK(usage.history(kMe) == 0);
    usage.wrote(kMe, 10, begin + Seconds{40});
    usage.wrote(kMe, -10, begin + Seconds{41});
    CHECK(usage.history(kMe) == 0);
}

TEST_CASE("requested executions, statuses and jobs share one limit of bytes", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 3'000}};
    world.open();
    Store& store = world.store();
    world.must(store.executions->insert_execution(sent("e-1", 1'000), NotifyLeader::no));
    const auto too_much =
        world.await(store.executions->insert_execution(sent("e-2", 2'000), NotifyLeader::no));
    REQUIRE_FALSE(too_much);
    CHECK(refused(too_much.error()));
    CHECK(world.number("select count(*) from t_cron_job_status") == 1);
    world.must(store.executions->insert_execution(sent("e-3", 2'000, TenantId{"you"}), NotifyLeader::no));

    world.must(store.reports->put_executions(kMe, {status("h-1", 500)}, {}));
    const auto statuses =
        world.await(store.reports->put_executions(kMe, {status("h-2", 500), status("h-3", 900)}, {}));
    REQUIRE_FALSE(statuses);
    CHECK(refused(statuses.error()));
    CHECK(world.number("select count(*) from t_cron_job_status where f_execute_id like 'h-%'") == 1);

    const auto job = world.await(store.jobs->create_job({.id = JobId{"j"},
                                                         .name = "j",
                                                         .cron_time = "@daily",
                                                         .context = std::string(2'000, ' '),
                                                         .tenant = kMe},
                                                        ""));
    REQUIRE_FALSE(job);
    CHECK(refused(job.error()));

    const auto again = world.await(store.executions->insert_execution(sent("e-1", 2'000), NotifyLeader::no));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Errc::conflict);  // the same request again
}

TEST_CASE("a webhook for several jobs is stored within the limit of bytes or for none of them",
          "[store][limits]") {
    World world{Options{.bytes_per_tenant = 1'000}};
    world.open();
    Store& store = world.store();
    std::vector<JobId> ids;
    for (const char* id : {"a", "b"}) {
        ids.emplace_back(id);
        world.must(store.jobs->create_job(
            {.id = JobId{id}, .name = id, .cron_time = "@daily", .context = "{}", .tenant = kMe}, ""));
    }
    const std::string before = world.text("select group_concat(f_job_context) from t_cron_job");
    const auto grown = world.await(store.jobs->notify_jobs(kMe, ids, "http://h/" + std::string(400, 'w')));
    REQUIRE_FALSE(grown);
    CHECK(refused(grown.error()));
    CHECK(world.text("select group_concat(f_job_context) from t_cron_job") == before);
    CHECK(world.number("select f_bytes from t_cron_tenant") == 4);
    world.must(store.jobs->notify_jobs(kMe, ids, "http://h/"));
}

TEST_CASE("executions are refused as soon as jobs have used the bytes", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 3'000}};
    world.open();
    Store& store = world.store();
    const model::Job job{.id = JobId{"j"},
                         .name = "j",
                         .cron_time = "@daily",
                         .context = std::string(2'500, ' '),
                         .tenant = kMe};
    world.must(store.jobs->create_job(job, ""));
    CHECK_FALSE(world.await(store.executions->insert_execution(sent("e-1", 500), NotifyLeader::no)));
    world.must(store.usage->read_bytes());
    CHECK_FALSE(world.await(store.executions->insert_execution(sent("e-1", 500), NotifyLeader::no)));
    world.must(store.jobs->delete_jobs(kMe, {job.id}));
    world.must(store.executions->insert_execution(sent("e-1", 500), NotifyLeader::no));
}

TEST_CASE("reading the sums keeps what this process has written meanwhile", "[store][limits]") {
    TenantUsage usage{1'000};
    const Instant begin{Millis{1'000'000}};
    usage.jobs_hold(kMe, 900, begin);
    usage.measured({.jobs = {{kMe, 100}}, .jobs_read = begin});
    CHECK_FALSE(usage.has_room(kMe, 101));
    usage.measured({.jobs = {{kMe, 100}}, .jobs_read = begin + Seconds{10}});
    CHECK(usage.has_room(kMe, 900));
    usage.measured({.jobs_read = begin + Seconds{20}});
    CHECK(usage.has_room(kMe, 1'000));
}

TEST_CASE("reported results are counted when they are stored", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 3'000}};
    world.open();
    Store& store = world.store();
    const std::string half = R"({"r":")" + std::string(1'200, 'r') + "\"}";
    for (const char* id : {"e-1", "e-2", "e-3"})
        world.must(store.executions->insert_execution(sent(id, 10), NotifyLeader::no));
    for (const char* id : {"e-1", "e-2", "e-3"})
        world.must(store.reports->record_result(ExecuteId{id}, half, NotifyLeader::no));
    CHECK(world.number("select count(*) from t_cron_job_status where f_result like '{\"r\"%'") == 2);
}

TEST_CASE("a tenant's usage is known after a restart, and decreases with retention", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 3'000}};
    world.open();
    world.must(world.store().executions->insert_execution(sent("e-1", 2'000), NotifyLeader::no));
    measure(world);
    world.reopen();
    world.must(world.store().usage->read_bytes());
    CHECK_FALSE(
        world.await(world.store().executions->insert_execution(sent("e-2", 1'500), NotifyLeader::no)));
    world.sql("delete from t_cron_job_status");
    measure(world);
    world.must(world.store().executions->insert_execution(sent("e-2", 1'500), NotifyLeader::no));
}

TEST_CASE("a measurement adds up executions, attempts and dead letters of each tenant", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 1'000'000}};
    world.open();
    Store& store = world.store();
    for (int i = 0; i < 1'100; ++i)
        world.must(store.executions->insert_execution(
            sent("e-" + std::to_string(i), 10, TenantId{i % 2 == 0 ? "me" : "me "}), NotifyLeader::no));
    world.sql(
        "insert into t_cron_attempt (f_execute_id, f_attempt, f_begin, f_end, f_node, f_outcome, f_code, "
        "f_output) values ('e-0', 1, 0, 0, 'n', 1, 0, '12345')");
    world.sql(
        "insert into t_cron_dead_letter (f_channel, f_message_id, f_execute_id, f_tenant_id, f_receiver, "
        "f_url, "
        "f_payload, f_created, f_died, f_tries, f_code, f_reason) values (1, 'm', 'e-0', 'me', 'r', '1', "
        "'22', "
        "0, 0, 0, 0, '333')");
    measure(world);
    const auto mine = [&](const std::string& name) {
        return world.number("select f_bytes from t_cron_usage where length(f_tenant_id) = " +
                            std::to_string(name.size()));
    };
    // The other tenant's name, stored in each of its 550 rows, is one byte longer.
    CHECK(mine("me") - (mine("me ") - 550) == 105 + 106);
    CHECK(mine("me ") >= 550 * (10 + 100));
}

TEST_CASE("at the limit an outcome is stored with a marker in place of its payload", "[store][limits]") {
    World world{Options{.bytes_per_tenant = 3'000}};
    world.open();
    Store& store = world.store();
    const model::Execution run =
        world.must(store.executions->insert_execution(sent("e-1", 1'000), NotifyLeader::no));
    Outcome outcome{.id = run.id, .attempt = 1, .after = run};
    outcome.after.state = model::ExecutionState::success;
    outcome.after.end_at = world.clock().now();
    outcome.after.result = R"({"big":")" + std::string(1'500, 'x') + "\"}";
    outcome.record = model::Attempt{.execute_id = run.id,
                                    .number = 1,
                                    .outcome = model::ExecutionState::success,
                                    .detail = "{}",
                                    .output = std::string(5'000, 'o')};
    CHECK(world.must(store.executions->finish(outcome)));
    const auto kept = world.must(store.queries->find_execution(kMe, run.id));
    REQUIRE(kept);
    CHECK(kept->state == model::ExecutionState::success);
    CHECK(kept->result.empty());
    CHECK_THAT(kept->reason, Catch::Contains("payload not stored"));
    const auto attempts = world.must(store.queries->attempts(run.id));
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].output.size() == 1'024);
    CHECK_THAT(attempts[0].reason, Catch::Contains("payload not stored"));
}

TEST_CASE("at the limit a report and a status of a run keep their state without their text",
          "[store][limits]") {
    World world{Options{.bytes_per_tenant = 3'000}};
    world.open();
    Store& store = world.store();
    for (const char* id : {"e-1", "e-2"}) {
        model::Execution run = sent(id, 1'000);
        run.state = model::ExecutionState::executing;
        world.must(store.executions->insert_execution(run, NotifyLeader::no));
    }
    const std::string big = R"({"big":")" + std::string(2'000, 'x') + "\"}";
    world.must(store.reports->record_result(ExecuteId{"e-1"}, big, NotifyLeader::no));
    const auto reported = world.must(store.queries->find_execution(kMe, ExecuteId{"e-1"}));
    CHECK_THAT(reported->result, Catch::StartsWith(R"({"ecron":"payload not stored)"));
    model::Execution put = status("e-2", 2'000);
    CHECK(world.must(store.reports->put_executions(kMe, {put}, {})).empty());
    const auto ended = world.must(store.queries->find_execution(kMe, ExecuteId{"e-2"}));
    CHECK(ended->state == model::ExecutionState::success);
    CHECK_THAT(ended->result, Catch::StartsWith(R"({"ecron":"payload not stored)"));
}
