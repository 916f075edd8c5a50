#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "e2e/accounts.hpp"
#include "e2e/service_manager.hpp"
#include "e2e/world.hpp"
#include "ecron/base/uuid.hpp"

/// Startup, shutdown and signals.
namespace ecron::e2e {
namespace {

std::string run_now(World& world, const std::string& job) {
    const Reply reply = world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})");
    REQUIRE(reply.status == 200);
    return reply.text("/execute_id");
}

JobText on_demand(const std::string& name) { return {.name = name, .path = "/" + name, .cron = "0 0 1 1 *"}; }

void make_certificate(const std::string& folder, const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -addext subjectAltName=IP:127.0.0.1 -keyout " + folder + "/key.pem -out " + folder +
        "/cert.pem 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
}

std::string own_temporary_folder() {
    const std::string folder =
        std::filesystem::temp_directory_path() / ("ecron-e2e-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    return folder;
}

}  // namespace

TEST_CASE("SIGTERM waits for running attempts, and the exit code is 0", "[life]") {
    World world{{{"shutdown_grace", "20s"}}};
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given(on_demand("slow"));
    const std::string execution = run_now(world, job);
    world.target.wait_for("/slow", 1);
    world.ecron.signal(SIGTERM);
    wait_until("ecron reports that it is not ready",
               [&] { return world.api().get("/health/ready").status == 503; });
    CHECK(world.ecron.runs());
    world.target.release("/slow");
    CHECK(world.ecron.wait_for_end() == 0);
    CHECK(world.row(execution)->state == "success");
    CHECK(world.target.count("/slow") == 1);
}

TEST_CASE("an attempt longer than the grace period returns to pending and the next process runs it",
          "[life]") {
    World world{{{"shutdown_grace", "300ms"}}};
    world.target.answer("/slow", Answer{.hangs = true});
    const std::string job = world.given(on_demand("slow"));
    const std::string execution = run_now(world, job);
    world.target.wait_for("/slow", 1);
    CHECK(world.ecron.terminate() == 0);
    CHECK(world.row(execution)->state == "pending");
    world.target.release("/slow");
    world.ecron.start();
    world.wait_for_state(execution, "success");
    const std::vector<Call> calls = world.target.calls("/slow");
    REQUIRE(calls.size() == 2);
    CHECK(calls[1].execution() == execution);
    CHECK(calls[1].attempt() == 2);
}

TEST_CASE("an orderly restart loses and duplicates no occurrence", "[life]") {
    World world{{{"misfire_grace", "60s"}}};
    const std::string job = world.given({.context = {{"overlap", "allow"}}});
    world.target.wait_for("/run", 2);
    CHECK(world.ecron.terminate() == 0);
    world.ecron.start();
    const Instant restarted = world.target.calls("/run").back().scheduled();
    std::map<Instant, int> instants;
    // Occurrences of the time without ecron start together, and may arrive in any order.
    wait_until("every occurrence up to two seconds after the restart has arrived", [&] {
        instants.clear();
        for (const Call& call : world.target.calls("/run")) ++instants[call.scheduled()];
        const Instant last = instants.rbegin()->first;
        return last >= restarted + 2s &&
               (last - instants.begin()->first) / 1s + 1 == static_cast<long>(instants.size());
    });
    CHECK(std::ranges::all_of(instants, [](const auto& entry) { return entry.second == 1; }));
}

TEST_CASE("SIGHUP reopens the log file", "[life]") {
    const std::string folder = own_temporary_folder();
    World world{{{"log_file", folder + "/ecron.log"}}};
    std::filesystem::rename(folder + "/ecron.log", folder + "/ecron.log.1");
    world.ecron.signal(SIGHUP);
    wait_until("a new log exists", [&] { return world.ecron.logged("logs reopened"); });
    CHECK(world.api().get("/health/alive").status == 200);
    std::filesystem::remove_all(folder);
}

TEST_CASE("TLS uses the configured certificate, and SIGHUP reloads it", "[life]") {
    const std::string folder = own_temporary_folder();
    make_certificate(folder, "first");
    World world{{{"ssl_on", "true"}, {"cert_file", folder + "/cert.pem"}, {"key_file", folder + "/key.pem"}}};
    CHECK(world.api().get("/health/ready").status == 200);
    std::filesystem::copy(folder + "/cert.pem", folder + "/first.pem");

    make_certificate(folder, "second");
    world.ecron.signal(SIGHUP);
    wait_until("the certificate is reloaded", [&] { return world.ecron.logged("certificate reloaded"); });
    CHECK(Api(world.ecron.port(), folder + "/cert.pem").get("/health/ready").status == 200);
    CHECK(Api(world.ecron.port(), folder + "/first.pem").get("/health/ready").status == 0);

    std::filesystem::copy(folder + "/cert.pem", folder + "/second.pem");
    std::ofstream(folder + "/cert.pem") << "no certificate";
    world.ecron.signal(SIGHUP);
    wait_until("the error is logged", [&] { return world.ecron.logged("failed to reload certificate"); });
    CHECK(Api(world.ecron.port(), folder + "/second.pem").get("/health/ready").status == 200);
    std::filesystem::remove_all(folder);
}

TEST_CASE("ecron notifies the service manager when it listens, while it works and when it stops", "[life]") {
    const Database database;
    const bool is_abstract = GENERATE(false, true);
    const std::string name = is_abstract ? "@ecron-e2e-" + random_uuid() : database.folder() + "/notify";
    CAPTURE(name);
    const ServiceManager manager{name};
    Ecron ecron{database.folder(), database.settings()};
    ecron.environment() = {{"NOTIFY_SOCKET", name}, {"WATCHDOG_USEC", "200000"}};
    ecron.spawn();
    CHECK(manager.next() == "READY=1");
    CHECK(ecron.logged("ecron listens"));
    for (int i = 0; i < 3; ++i) CHECK(manager.next() == "WATCHDOG=1");
    ecron.signal(SIGTERM);
    std::string message;
    while ((message = manager.next()) == "WATCHDOG=1") {}
    CHECK(message == "STOPPING=1");
    CHECK(ecron.wait_for_end() == 0);
}

TEST_CASE("the watchdog is not fed on behalf of another process", "[life]") {
    const Database database;
    const ServiceManager manager{database.folder() + "/notify"};
    Ecron ecron{database.folder(), database.settings()};
    ecron.environment() = {
        {"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "1000"}, {"WATCHDOG_PID", "1"}};
    ecron.spawn();
    CHECK(manager.next() == "READY=1");
    ecron.signal(SIGTERM);
    CHECK(manager.next() == "STOPPING=1");
    CHECK(ecron.wait_for_end() == 0);
}

TEST_CASE("a port in use ends the start with exit code 3, before the database is opened", "[life]") {
    if (Database::tests_mysql()) return;
    const World first;
    const Database database;
    Settings settings = database.settings();
    const std::string option = GENERATE("cron_port", "anlys_port");
    settings[option] = std::to_string(first.ecron.port());
    Ecron second{database.folder(), settings};
    CHECK(second.run_to_end() == 3);
    CHECK(second.logged(option + ": cannot listen on 127.0.0.1 port " + settings[option] +
                        ": Address already in use"));
    CHECK_FALSE(std::filesystem::exists(settings["db_path"]));
    CHECK(second.run_command({"check-config"}) == (option == "cron_port" ? 0 : 2));  // an ecron answers there
}

TEST_CASE("a second process on the same SQLite file refuses to start and reports the owner", "[life]") {
    if (Database::tests_mysql()) return;
    World world;
    Ecron second{world.database.folder(), world.database.settings()};
    CHECK(second.run_to_end() == 3);
    CHECK(second.logged("is in use by process " + std::to_string(world.ecron.pid())));
    CHECK(world.api().get("/health/ready").status == 200);
}

TEST_CASE("a second process on the same server is a standby and takes over when the first is killed",
          "[life]") {
    if (!Database::tests_mysql()) return;
    World world{{{"node_id", "first"}}};
    const std::string job = world.given({});
    CHECK_FALSE(world.ecron.logged("standing by"));
    Settings settings = world.database.settings();
    settings["node_id"] = "second";
    Ecron second{world.database.folder(), settings};
    second.start();
    CHECK(second.logged("standing by"));

    CHECK(second.api().get("/job?job_id=" + job).status == 200);
    const Reply created = second.api().post("/job", world.text_of({.name = "standby's", .path = "/standby"}));
    CAPTURE(created.body);
    REQUIRE(created.status == 201);
    world.target.wait_for("/standby", 1);
    const Reply asked =
        second.api().post("/jobexecution", R"({"job_id":")" + created.text("/job_id") + R"("})");
    REQUIRE(asked.status == 200);
    world.wait_for_state(asked.text("/execute_id"), "success");
    CHECK_FALSE(second.logged("acquired leadership"));

    world.target.wait_for("/run", 1);
    world.ecron.kill();
    const SystemClock clock;
    const Instant died = clock.now();
    wait_until("the second process leads", [&] { return second.logged("acquired leadership"); }, 8s);
    CHECK(clock.now() - died < 8s);
    CHECK(second.api().post("/job", world.text_of({.name = "other", .path = "/other"})).status == 201);
    world.target.wait_for("/other", 1);
    world.target.wait_for("/run", world.target.count("/run") + 1);
    std::map<Instant, int> rows;
    for (const Row& row : world.rows(job)) ++rows[row.scheduled_at];
    CHECK((rows.rbegin()->first - rows.begin()->first) / 1s + 1 == static_cast<long>(rows.size()));
}

TEST_CASE("a frozen leader is deposed and duplicates no run", "[frozen]") {
    if (!Database::tests_mysql()) return;
    World world{{{"node_id", "first"}}};
    for (int n = 0; n < 20; ++n)
        world.given({.name = "firing-" + std::to_string(n),
                     .context = {{"overlap", "allow"}, {"misfire", "all"}, {"jitter", "900ms"}}});
    Settings settings = world.database.settings();
    settings["node_id"] = "second";
    Ecron second{world.database.folder(), settings};
    second.start();
    world.target.wait_for("/run", 40);

    world.ecron.signal(SIGSTOP);
    wait_until("the second process leads", [&] { return second.logged("acquired leadership"); });
    const std::size_t calls = world.target.count("/run");
    world.target.wait_for("/run", calls + 40);
    world.ecron.signal(SIGCONT);
    INFO("log of the second process:\n" << second.log());
    if (!comes_true([&] { return world.ecron.logged("lost leadership"); }))
        FAIL("the first process has not noticed, its log:\n" << world.ecron.log());
    CHECK(world.api().post("/job", world.text_of({.name = "other", .path = "/other"})).status == 201);
    world.target.wait_for("/other", 1);
    const std::size_t now = world.target.count("/run");
    world.target.wait_for("/run", now + 40);
    CHECK(world.ecron.terminate() == 0);
    CHECK(second.terminate() == 0);

    const Account result = account(world.database, world.target, "firing-", "/run");
    CAPTURE(result.examples, result.planned, result.calls, result.repeated);
    CHECK(result.clean());
    CHECK(result.missed == 0);
}

TEST_CASE("a truncated change log does not block planning", "[life]") {
    World world;
    world.given({.path = "/before"});
    world.target.wait_for("/before", 1);
    CHECK(world.ecron.terminate() == 0);
    (void)world.database.rows("update t_cron_change_head set f_number = f_number + 5");
    world.ecron.start();
    const std::size_t calls = world.target.count("/before");
    world.target.wait_for("/before", calls + 2);
    CHECK(world.ecron.logged("change log has gaps"));
    world.given({.name = "another", .path = "/after"});
    world.target.wait_for("/after", 2);
}

TEST_CASE("ecron health queries the service with and without TLS", "[life]") {
    const bool tls = GENERATE(false, true);
    CAPTURE(tls);
    World world;
    const std::string folder = own_temporary_folder();
    if (tls) {
        make_certificate(folder, "elsewhere.example.com");
        world.ecron.terminate();
        world.ecron.settings().merge(Settings{
            {"ssl_on", "true"}, {"cert_file", folder + "/cert.pem"}, {"key_file", folder + "/key.pem"}});
        world.ecron.start();
    }
    Settings settings = world.ecron.settings();
    settings["cron_port"] = std::to_string(world.ecron.port());
    Ecron asking{world.database.folder(), settings};
    CHECK(asking.run_command({"health"}) == 0);
    world.ecron.terminate();
    CHECK(asking.run_command({"health"}) == 1);
    CHECK(asking.log().find("/health/ready: ") != std::string::npos);
    std::filesystem::remove_all(folder);
}

}  // namespace ecron::e2e
