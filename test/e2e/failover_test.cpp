#include <fmt/format.h>

#include <algorithm>

#include "e2e/accounts.hpp"
#include "e2e/mariadb_server.hpp"
#include "e2e/world.hpp"
#include "network/proxy.hpp"

/// Failures between ecron and its MySQL server: unavailable at startup, access denied, failover to another
/// server, limited sessions.
namespace ecron::e2e {
namespace {

/// Returns a value of GET /metrics, or -1.
double metric(Ecron& ecron, const std::string& name) {
    const std::string text = '\n' + ecron.api().get("/metrics").body;
    const std::size_t at = text.find('\n' + name + ' ');
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

bool is_ready(Ecron& ecron) { return ecron.api().get("/health/ready").status == 200; }

std::size_t times(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
}

/// A primary and its replica; ecron's user has the given rights on both.
class Pair {
public:
    explicit Pair(const std::string& rights) : primary_({}, options(1)), replica_({}, options(2)) {
        primary({"create user cron@'127.0.0.1' identified by 'secret'",
                 "grant " + rights + " to cron@'127.0.0.1'",
                 "create user copy@'127.0.0.1' identified by 'secret'",
                 "grant replication slave on *.* to copy@'127.0.0.1'"});
        replica({fmt::format("change master to master_host='127.0.0.1', master_port={}, master_user='copy', "
                             "master_password='secret', master_use_gtid=slave_pos",
                             primary_.address().port),
                 "set global read_only=1", "start slave"});
        wait_until("the replica has ecron's user", [&] {
            return Database::ask(replica_.address(), "select 1 from mysql.user where user = 'cron'").size() ==
                   1;
        });
    }

    [[nodiscard]] std::uint16_t primary_port() const { return primary_.address().port; }
    [[nodiscard]] std::uint16_t replica_port() const { return replica_.address().port; }
    void demote_primary() { primary({"set global read_only=1"}); }
    void promote_replica() {
        const std::string position =
            Database::ask(primary_.address(), "select @@global.gtid_binlog_pos").front().front();
        replica({fmt::format("do master_gtid_wait('{}', 30)", position), "stop slave", "reset slave all",
                 "set global read_only=0"});
    }
    /// Returns the number of ecron's sessions with the former primary.
    [[nodiscard]] std::size_t sessions_with_primary() const {
        return Database::ask(primary_.address(),
                             "select id from information_schema.processlist where user = 'cron'")
            .size();
    }

private:
    static std::vector<std::string> options(int id) {
        return {fmt::format("--server-id={}", id), "--log-bin=log", "--skip-grant-tables=0"};
    }
    void primary(const std::vector<std::string>& statements) const {
        for (const std::string& text : statements) Database::ask(primary_.address(), text);
    }
    void replica(const std::vector<std::string>& statements) const {
        for (const std::string& text : statements) Database::ask(replica_.address(), text);
    }

    MariadbServer primary_;
    MariadbServer replica_;
};

}  // namespace

TEST_CASE("runs continue when the server becomes read-only and new connections reach another server",
          "[outage]") {
    // The replica is configured with MariaDB statements; the store's tests cover these errors on every
    // server.
    if (!Database::tests_mysql() || !MariadbServer::is_mariadb()) return;
    // The old server does not reject the second user, which must not write there.
    const std::string rights = GENERATE(std::string("all on `ecron%`.*"), std::string("all on *.*"));
    CAPTURE(rights);
    Pair servers{rights};
    test::Proxy proxy{"127.0.0.1", servers.primary_port()};
    World world{Server{.host = "127.0.0.1", .user = "cron", .password = "secret", .port = proxy.port()},
                {{"log_level", "info"}}};
    for (int n = 0; n < 5; ++n)
        world.given(
            {.name = fmt::format("firing-{}", n), .context = {{"misfire", "all"}, {"overlap", "allow"}}});
    world.target.wait_for("/run", 10);
    CHECK(servers.sessions_with_primary() > 0);

    servers.demote_primary();
    wait_until("the metrics show the rejection",
               [&] { return metric(world.ecron, R"(ecron_store_writes_refused{reason="read_only"})") == 1; });
    const Reply refused = world.api().post("/job", world.text_of({.name = "refused", .cron = "0 0 1 1 *"}));
    CHECK(refused.status == 503);
    CHECK_FALSE(refused.header("retry-after").empty());

    servers.promote_replica();
    proxy.send_new_connections_to(servers.replica_port());
    wait_until("writes are accepted", [&] {
        return world.api().post("/job", world.text_of({.name = "taken", .cron = "0 0 1 1 *"})).status == 201;
    });
    const Instant back = SystemClock{}.now();
    wait_until("planning has caught up",
               [&] { return world.target.calls("/run").back().scheduled() > back + 1s; });
    wait_until("no session uses the old server", [&] { return servers.sessions_with_primary() == 0; });
    CHECK(metric(world.ecron, R"(ecron_store_writes_refused{reason="read_only"})") == 0);
    CHECK(world.ecron.terminate() == 0);
    const Account result = account(world.database, world.target, "firing-", "/run");
    CAPTURE(result.examples, result.lost, result.doubled, result.planned);
    CHECK(result.clean());
    CHECK(result.missed == 0);
}

TEST_CASE("listens and reports a database that is unavailable at startup, then serves", "[outage]") {
    if (!Database::tests_mysql()) return;
    MariadbServer server;
    World world{server.address(), {{"log_level", "info"}}};
    const std::string job = world.given({});
    CHECK(world.ecron.terminate() == 0);
    server.kill();

    world.ecron.launch();
    CHECK(world.api().get("/health/alive").status == 200);
    CHECK(world.api().get("/health/ready").status == 503);
    CHECK(metric(world.ecron, "ecron_store_available") == 0);
    for (const Reply& reply :
         {world.api().get("/jobtotal"), world.api().get("/job?job_id=" + job),
          world.api().post("/job", world.text_of({.name = "early", .cron = "0 0 1 1 *"})),
          world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})")}) {
        CAPTURE(reply.body);
        CHECK(reply.status == 503);
        CHECK_FALSE(reply.header("retry-after").empty());
    }
    wait_until("ecron reports what it waits for", [&] {
        return world.ecron.logged(
            fmt::format("database unreachable, retrying host=127.0.0.1 port={} user=root schema={}",
                        server.address().port, world.ecron.settings().at("db_name")));
    });
    CHECK(world.ecron.terminate() == 0);

    world.ecron.launch();
    const std::size_t calls = world.target.count("/run");
    server.start();
    wait_until("ecron is ready", [&] { return is_ready(world.ecron); });
    CHECK(metric(world.ecron, "ecron_store_available") == 1);
    world.target.wait_for("/run", calls + 2);
    CHECK(world.api().post("/job", world.text_of({.name = "late", .cron = "0 0 1 1 *"})).status == 201);
    CHECK(world.ecron.terminate() == 0);
}

TEST_CASE("a rejected user is logged once a minute until access is granted", "[outage]") {
    if (!Database::tests_mysql()) return;
    MariadbServer server{{}, {"--skip-grant-tables=0"}};
    Database::ask(server.address(), "create user cron@'127.0.0.1' identified by 'right'");
    Database::ask(server.address(), "grant all on *.* to cron@'127.0.0.1'");
    const Database database{
        {.host = "127.0.0.1", .user = "cron", .password = "right", .port = server.address().port}};
    Settings settings = database.settings();
    settings["user_pwd"] = "wrong-password";
    Ecron ecron{database.folder(), settings};
    ecron.launch();
    const std::string line =
        fmt::format("database cannot be used, retrying host=127.0.0.1 port={} user=cron schema={} problem=",
                    server.address().port, settings["db_name"]);
    wait_until("the error is logged", [&] { return ecron.logged(line); });
    const auto aborted = [&] {
        return std::stoll(
            Database::ask(server.address(), "show global status like 'Aborted_connects'").front().at(1));
    };
    // A try takes place at least every two seconds, so ten take far less than two minutes.
    wait_until("ecron has tried ten times", [&] { return aborted() >= 10; });
    CHECK(times(ecron.log(), line) <= 2);
    CHECK(ecron.logged("Access denied for user 'cron'"));
    CHECK_FALSE(ecron.logged("wrong-password"));
    CHECK(ecron.api().get("/health/alive").status == 200);
    CHECK_FALSE(is_ready(ecron));

    Database::ask(server.address(), "alter user cron@'127.0.0.1' identified by 'wrong-password'");
    wait_until("ecron is ready", [&] { return is_ready(ecron); });
    CHECK(ecron.terminate() == 0);
    Database::ask(server.address(), "alter user cron@'127.0.0.1' identified by 'right'");
}

TEST_CASE("a schema that requires a newer ecron ends the process", "[outage]") {
    if (!Database::tests_mysql()) return;
    World world;
    CHECK(world.ecron.terminate() == 0);
    CHECK(world.database
              .rows("update t_cron_schema set f_min_binary = 999000000 order by f_version desc limit 1")
              .empty());
    CHECK(world.ecron.run_to_end() == 2);
    CHECK(world.ecron.logged("needs a newer ecron"));
}

TEST_CASE("uses at most max_open_conns sessions", "[outage]") {
    if (!Database::tests_mysql()) return;
    World world{{{"max_open_conns", "4"}, {"db_readers", ""}, {"log_level", "info"}}};
    std::string job;
    for (int n = 0; n < 5; ++n) job = world.given({.name = fmt::format("firing-{}", n)});
    std::size_t most = 0;
    wait_until("every kind of work is done", [&] {
        CHECK(world.api().get("/job").status == 200);
        CHECK(world.api().get("/jobstatus?job_id=" + job).status == 200);
        most = std::max(most, world.database.sessions());
        return world.target.count("/run") >= 15;
    });
    CHECK(most == 4);
    CHECK(world.ecron.terminate() == 0);

    world.ecron.settings()["max_open_conns"] = "3";
    CHECK(world.ecron.run_to_end() == 2);
    CHECK(world.ecron.logged("ECRON_MAX_OPEN_CONNS"));
    CHECK(world.ecron.logged("4 to 1000"));
}

}  // namespace ecron::e2e
