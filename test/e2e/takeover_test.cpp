#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "e2e/accounts.hpp"
#include "e2e/world.hpp"

/// Migration from the previous service's database and back, and from one version of ecron to the next.
namespace ecron::e2e {
namespace {

constexpr const char* kOldJobs =
    "create table t_cron_job (f_key_id bigint not null auto_increment primary key, f_job_id varchar(36) not "
    "null, "
    "f_job_name varchar(64) not null, f_job_cron_time varchar(32) not null, f_job_type tinyint not null, "
    "f_job_context varchar(10240) null, f_tenant_id varchar(36) null, f_enabled tinyint not null default 1, "
    "f_remarks varchar(256) null, f_create_time bigint not null, f_update_time bigint not null, "
    "unique key index_job_id (f_job_id), unique key index_job_name (f_job_name, f_tenant_id), "
    "key index_tenant_id (f_tenant_id), key index_time (f_create_time, f_update_time), "
    "key index_job_type (f_job_type)) engine=innodb default charset=utf8mb4 collate=utf8mb4_bin";
constexpr const char* kOldStatuses =
    "create table t_cron_job_status (f_key_id bigint not null auto_increment primary key, "
    "f_execute_id varchar(36) not null, f_job_id varchar(36) not null, f_job_type tinyint not null, "
    "f_job_name varchar(64) not null, f_job_status tinyint not null, f_begin_time bigint null, "
    "f_end_time bigint null, f_executor varchar(1024) null, f_execute_times int null, f_ext_info "
    "varchar(1024) null, "
    "unique key index_execute_id (f_execute_id), key index_job_id (f_job_id), key index_job_status "
    "(f_job_status), "
    "key index_time (f_begin_time, f_end_time), key index_end_time (f_end_time)) "
    "engine=innodb default charset=utf8mb4 collate=utf8mb4_bin";
constexpr const char* kJobColumns =
    "insert into t_cron_job (f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, f_tenant_id, "
    "f_enabled, f_remarks, f_create_time, f_update_time) ";
constexpr const char* kStatusColumns =
    "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
    "f_begin_time, "
    "f_end_time, f_executor, f_execute_times, f_ext_info) ";

int size_from(const char* variable, int otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoi(text);
}

/// Returns a table with the column seq, 1 to `most`, for servers without MariaDB's seq_1_to_N.
std::string numbers_to(int most) {
    std::string sum = "1", tables;
    for (int unit = 1, digit = 0; unit < most; unit *= 10, ++digit) {
        const std::string table = "d" + std::to_string(digit);
        sum += " + " + std::to_string(unit) + " * " + table + ".n";
        tables += (digit == 0 ? "" : " cross join ") +
                  ("(select 0 n union all select 1 union all select 2 union all select 3 union all select 4 "
                   "union all select 5 union all select 6 union all select 7 union all select 8 union all "
                   "select 9) " +
                   table);
    }
    return "(select " + sum + " seq from " + tables + ") numbers where seq <= " + std::to_string(most);
}

/// A database of the previous service, including rows that such databases contain unintentionally.
class OldDatabase {
public:
    OldDatabase() { run(kOldJobs), run(kOldStatuses); }

    void run(const std::string& sql) const { CHECK(database.rows(sql).empty()); }
    void given_job(const std::string& id, const std::string& name, const std::string& cron, int type,
                   const std::string& context, int enabled = 1) const {
        run(kJobColumns +
            ("values ('" + id + "', '" + name + "', '" + cron + "', " + std::to_string(type) + ", " +
             context + ", 'mock-client-id', " + std::to_string(enabled) + ", null, 1600000000, 1600000000)"));
    }
    void given_status(const std::string& id, const std::string& job, int state,
                      const std::string& rest) const {
        run(kStatusColumns +
            ("values ('" + id + "', '" + job + "', 2, 'n', " + std::to_string(state) + ", " + rest + ")"));
    }
    [[nodiscard]] std::string calling(const std::string& path) const {
        return R"('{"mode":"http","exec":")" + target.url(path) +
               R"(","info":{"method":"GET","params":null,"headers":null,"body":null,"kubernetes":null},)"
               R"("notify":{"webhook":""},"begin_at":"","end_at":"","execute_id":""}')";
    }
    void given_awkward_rows() const {
        given_job("j-timed", "timed, and it repeats", "*/1 * * * * *", 1, calling("/timed"));
        given_job("j-quoted", R"(it''s "quoted" \\ 任务 😀)", "* * * * * ?", 2, calling("/quoted"));
        given_job("j-off", "off", "* * * * * *", 2, calling("/off"), 0);
        given_job("j-missed", "would have run a million times", "* * * * * *", 3, calling("/missed"));
        given_job("j-refused", "a step that cannot be", "*/70 0 3 1 1 ?", 2, calling("/refused"));
        given_job("j-never", "never matches", "0 0 0 31 2 ?", 2, calling("/never"));
        given_job("j-nothing", "no context", "* * * * * *", 2, "null");
        given_job("j-empty", "empty context", "* * * * * *", 2, "''");
        given_job("j-type", "a type that is unknown", "* * * * * *", 9, calling("/type"));
        given_job("j-mode", "a mode that is unknown", "* * * * * *", 2,
                  R"('{"mode":"ftp","exec":"ftp://h/x"}')");
        given_job("j-broken", "broken context", "* * * * * *", 2, R"('{"mode":')");
        given_status(
            "e-done", "j-quoted", 1,
            R"(1600000100, 1600000110, '[{"executor_id":"svc","executed_at":"2020-09-13T12:28:20Z"}]', 1, )"
            R"('{"tenant_id":"mock-client-id","is_deleted":0,"result":{"x":1}}')");
        given_status("e-stuck", "j-quoted", 2,
                     R"(1600000200, 0, 'null', null, '{"tenant_id":"mock-client-id","is_deleted":0}')");
        given_status("e-failed", "j-quoted", 3,
                     R"(1600000300, null, null, 2, '{"tenant_id":"mock-client-id","is_deleted":0}')");
        given_status("e-orphan", "j-gone", 2,
                     R"(1600000400, 0, '[]', 1, '{"tenant_id":"mock-client-id","is_deleted":0}')");
        given_status("e-null", "j-quoted", 2, "null, null, null, null, null");
        given_status("e-text", "j-quoted", 1,
                     R"(1600000500, 1600000501, '[]', 1, )"
                     R"('{"tenant_id":"mock-client-id","is_deleted":"0"}')");
        given_status("e-odd", "j-quoted", 99, "-5, -5, '{{', -1, 'null'");
    }
    /// Adds that many rows with statements on the server.
    void given_many(int jobs, int statuses) const {
        run(kJobColumns +
            ("select concat('many-', seq), concat('many ', seq), '0 0 3 1 1 ?', 2, " + calling("/many") +
             ", 'mock-client-id', 1, null, 1600000000, 1600000000 from " + numbers_to(jobs)));
        run(kStatusColumns + ("select concat('s-', seq), concat('many-', 1 + seq % " + std::to_string(jobs) +
                              "), 2, 'n', 1 + seq % 5, 1600000000 + seq, 1600000001 + seq, '[]', 1, "
                              R"('{"tenant_id":"mock-client-id","is_deleted":0}' from )" +
                              numbers_to(statuses)));
    }
    [[nodiscard]] std::string history() const {
        return database.value(
            "select concat(count(*), ' ', sum(crc32(concat_ws('|', f_execute_id, f_job_status, "
            "coalesce(f_begin_time, 0), coalesce(f_end_time, 0), f_executor, f_execute_times, f_ext_info)))) "
            "from t_cron_job_status where "
            "f_execute_id like 'e-%' or f_execute_id like 's-%'");
    }

    Database database;
    Target target;
};

Settings with_zone(Settings settings) {
    settings["timezone"] = "Asia/Shanghai";
    settings["history_days"] = "0";
    return settings;
}

}  // namespace

TEST_CASE("takes over a database of the previous service unchanged and runs nothing of its history",
          "[takeover]") {
    if (!Database::tests_mysql()) return;
    OldDatabase old;
    old.given_awkward_rows();
    const std::string history = old.history();
    Ecron ecron{old.database.folder(), with_zone(old.database.settings())};
    ecron.start();
    // Jobs continue from now: those of type timed repeat, as before.
    for (const char* path : {"/timed", "/quoted", "/missed"}) old.target.wait_for(path, 3);
    for (const Call& call : old.target.calls()) CHECK_FALSE(call.execution().starts_with("e-"));
    for (const char* path : {"/off", "/refused", "/never", "/type"}) CHECK(old.target.count(path) == 0);
    CHECK(old.database.value("select count(*) from t_cron_missed") == "0");

    const Reply jobs = ecron.api().get("/job?page=1&limit=100");
    REQUIRE(jobs.status == 200);
    CHECK(jobs.parsed().as_array().size() == 11);
    const Reply all =
        ecron.api().get("/jobstatus/j-quoted?begin_at=2020-01-01T00:00:00Z&end_at=2021-01-01T00:00:00Z");
    REQUIRE(all.status == 200);
    CHECK(all.parsed().as_array().size() == 4);  // without authentication also the one without a tenant
    CHECK(all.parsed().as_array().at(0).at("execute_id") == "e-text");  // the newest start first

    // The other members of a job that is rejected today can still be edited.
    const Reply read = ecron.api().get("/job?job_id=j-refused");
    REQUIRE(read.status == 200);
    json::object job = read.parsed().as_array().at(0).as_object();
    job["remarks"] = "changed";
    const Reply changed = ecron.api().put("/job/j-refused", json::serialize(job));
    CAPTURE(changed.body);
    CHECK(changed.status == 200);
    CHECK(ecron.terminate() == 0);
    CHECK(ecron.logged("taken over: 2 enabled jobs of the old service have an unknown type or mode"));
    CHECK(old.history() == history);
    CHECK(old.database.value("select count(*) from t_cron_outbox") == "0");
    CHECK(ecron.run_command({"db", "check"}) == 1);  // lists unknown values
    CHECK(old.database.value(
              "select count(*) from t_cron_job_status where f_begin_time is null or f_end_time is "
              "null") == "0");
}

TEST_CASE("reports at startup which history of the previous service will be removed", "[takeover]") {
    if (!Database::tests_mysql()) return;
    const auto [days, told] = GENERATE(table<std::string, bool>({{"30", true}, {"36000", false}}));
    OldDatabase old;
    old.given_awkward_rows();
    Settings settings = with_zone(old.database.settings());
    settings["history_days"] = days;
    Ecron ecron{old.database.folder(), settings};
    ecron.start();
    CHECK(ecron.terminate() == 0);
    CHECK(ecron.logged("taken over: executions of the old service that ended before ") == told);
}

TEST_CASE("supports a rollback to the previous service and back", "[takeover]") {
    if (!Database::tests_mysql()) return;
    OldDatabase old;
    old.given_awkward_rows();
    Ecron ecron{old.database.folder(), with_zone(old.database.settings())};
    ecron.start();
    old.target.wait_for("/timed", 1);
    CHECK(ecron.terminate() == 0);
    // The previous service knows its own columns and writes rows with them.
    CHECK(old.database
              .rows("select f_key_id, f_job_id, f_job_name, f_job_cron_time, f_job_type, f_job_context, "
                    "f_tenant_id, f_enabled, f_remarks, f_create_time, f_update_time from t_cron_job")
              .size() == 11);
    old.given_job("j-between", "made between", "* * * * * *", 2, old.calling("/between"));
    old.run("update t_cron_job set f_enabled = 0 where f_job_id = 'j-timed'");
    old.run("delete from t_cron_job where f_job_id = 'j-missed'");
    old.given_status("e-between", "j-between", 2,
                     R"(1600000900, 0, '[]', 1, '{"tenant_id":"mock-client-id","is_deleted":0}')");
    const std::size_t timed = old.target.count("/timed"), missed = old.target.count("/missed");
    ecron.start();
    old.target.wait_for("/between", 2);
    CHECK(old.target.count("/timed") == timed);
    CHECK(old.target.count("/missed") == missed);
    for (const Call& call : old.target.calls("/between")) CHECK_FALSE(call.execution() == "e-between");
    CHECK(old.database.value("select f_job_status from t_cron_job_status where f_execute_id = 'e-between'") ==
          "2");
}

TEST_CASE("takes over a large database in place", "[takeover]") {
    if (!Database::tests_mysql()) return;
    const int jobs = size_from("ECRON_TAKEOVER_JOBS", 200),
              statuses = size_from("ECRON_TAKEOVER_STATUSES", 2'000);
    OldDatabase old;
    old.given_awkward_rows();
    old.given_many(jobs, statuses);
    const std::string history = old.history();
    Ecron ecron{old.database.folder(), with_zone(old.database.settings())};
    const SystemClock clock;
    const SteadyInstant begin = clock.steady();
    ecron.start(Seconds{1'800});
    const auto ready = std::chrono::duration_cast<Millis>(clock.steady() - begin);
    old.target.wait_for("/timed", 2);
    CHECK(ecron.api().get("/jobtotal").parsed().at("total") == jobs + 11);
    CHECK(ecron.terminate() == 0);
    CHECK(old.history() == history);
    WARN(jobs << " jobs and " << statuses << " statuses were taken over and ready after " << ready.count()
              << " ms");
}

TEST_CASE("a user with only row privileges can serve a migrated database", "[takeover]") {
    if (!Database::tests_mysql()) return;
    World world;
    CHECK(world.ecron.terminate() == 0);
    Settings& settings = world.ecron.settings();
    const std::string schema = settings.at("db_name");
    const std::string user = "u" + schema.substr(schema.size() - 16);
    const auto admin = [&](const std::string& sql) { CHECK(world.database.rows(sql).empty()); };
    admin("create user " + user + " identified by 'password'");
    admin("grant select, insert, update, delete on " + schema + ".* to " + user);
    settings["user_name"] = user;
    settings["user_pwd"] = "password";
    world.ecron.start();
    const std::string job = world.given({});
    world.target.wait_for("/run", 3);
    CHECK(world.api().get("/jobstatus/" + job).status == 200);
    CHECK(world.api().remove("/job/" + job).status == 200);
    CHECK(world.ecron.terminate() == 0);
    CHECK_FALSE(world.ecron.logged("refused"));
    CHECK(world.ecron.run_command({"db", "check"}) == 0);
    CHECK(world.ecron.run_command({"db", "migrate"}) == 0);
    admin("drop user " + user);
}

TEST_CASE("two versions of ecron share a database during a rolling upgrade", "[takeover]") {
    if (!Database::tests_mysql()) return;
    // ECRON_PREVIOUS_BINARY is the older version; without it the newer one is recognized by its schema
    // change.
    const char* const previous = std::getenv("ECRON_PREVIOUS_BINARY");
    Database database;
    Target target;
    const auto node = [&](const std::string& name, const char* binary) {
        Settings settings = database.settings();
        settings["multi_node"] = "true";
        settings["node_id"] = name;
        auto made = std::make_unique<Ecron>(database.folder(), settings);
        if (binary != nullptr) made->run_as(binary);
        made->start();
        return made;
    };
    auto first = node("old-1", previous), second = node("old-2", previous);
    for (int n = 0; n < 10; ++n) {
        const json::object job{
            {"job_name", "firing-" + std::to_string(n)},
            {"job_cron_time", "* * * * * *"},
            {"job_type", "scheduled"},
            {"enabled", true},
            {"job_context",
             {{"mode", "http"}, {"exec", target.url("/run")}, {"overlap", "allow"}, {"misfire", "all"}}}};
        REQUIRE(first->api().post("/job", json::serialize(job)).status == 201);
    }
    target.wait_for("/run", 20);
    if (previous == nullptr) {
        const auto none = database.rows("alter table t_cron_job add column f_of_tomorrow int null");
        CHECK(none.empty());
        CHECK(
            database
                .rows(
                    "insert into t_cron_schema (f_version, f_name, f_min_binary, f_applied_at) values (900, "
                    "'tomorrow', 0, 0)")
                .empty());
    }
    const auto more = [&] { target.wait_for("/run", target.count("/run") + 20); };
    auto third = node("new-1", nullptr);
    more();
    CHECK(first->terminate() == 0);
    more();
    auto fourth = node("new-2", nullptr);
    CHECK(second->terminate() == 0);
    more();
    CHECK(third->terminate() == 0);
    more();
    CHECK(fourth->terminate() == 0);
    const Account told = account(database, target, "firing-", "/run");
    for (const std::string& example : told.examples) UNSCOPED_INFO(example);
    CHECK(told.clean());
    CHECK(told.repeated == 0);
    CHECK(fourth->run_command({"db", "check"}) == 0);
}

TEST_CASE("an import resumes the jobs of an export", "[takeover]") {
    World world;
    const std::string job = world.given({});
    world.target.wait_for("/run", 2);
    const std::string file = world.database.folder() + "/export";
    Ecron exporting{world.database.folder(), world.ecron.settings()};
    REQUIRE(exporting.run_command({"export", "--all"}) == 0);  // while it runs
    CHECK(world.ecron.terminate() == 0);
    std::string text = exporting.log();
    text.erase(text.rfind("ecron: "));  // the log also contains the line from stderr
    std::ofstream{file} << text;
    Database other;
    Ecron next{other.folder(), other.settings()};
    REQUIRE(next.run_command({"import", file}) == 0);
    CHECK(next.run_command({"db", "check"}) == 0);
    const std::size_t calls = world.target.count("/run");
    next.start();
    world.target.wait_for("/run", calls + 2);
    CHECK(next.api().get("/jobstatus/" + job).status == 200);
    CHECK(next.terminate() == 0);
}

}  // namespace ecron::e2e
