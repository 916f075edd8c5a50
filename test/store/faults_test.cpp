#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "ecron/base/log.hpp"
#include "ecron/store/upkeep.hpp"
#include "network/proxy.hpp"
#include "store/sql/state.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;
using model::ExecutionState;

namespace {

constexpr Seconds kPatience{60};  // far longer than any wait here; a test that reaches it has failed

/// Limits the size of files that this process may write, to simulate a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    sighandler_t handler_{};
};

/// Ends every connection to the test database except the caller's.
void kill_connections(World& world, std::string_view which = "1 = 1") {
    Session session = world.session();
    Statement& list = session.prepare(
        "select id from information_schema.processlist where db = database() and "
        "id <> connection_id() and " +
            std::string(which),
        "", "i");
    std::vector<std::int64_t> ids;
    for (list.run(); list.fetch();) ids.push_back(list.integer(0));
    for (const std::int64_t id : ids) session.run("kill connection " + std::to_string(id));
}

/// Waits until the store is available again after an outage.
void wait_until_available(World& world) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!world.store().health().available) {
        if (std::chrono::steady_clock::now() > deadline) FAIL("the store did not become available again");
        std::this_thread::sleep_for(Millis{10});
    }
}

}  // namespace

TEST_CASE("a batch without conflicts is committed at the first try", "[store]") {
    World world;
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 250; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i)), ""));
    for (const auto& created : world.all(std::move(creates))) REQUIRE(created);
    const model::Job job = world.given_job("runs");
    const Term term = world.lead();
    Claim claim{.epoch = term.epoch, .watermark = term.watermark};
    for (int i = 0; i < 250; ++i)
        claim.executions.push_back(a_run(job, term.epoch, term.watermark - Seconds{i}));
    world.must(world.store().executions->claim(claim));
    std::vector<boost::asio::awaitable<Result<bool>>> outcomes;
    for (const model::Execution& run : claim.executions) {
        Outcome outcome{.id = run.id,
                        .attempt = 1,
                        .after = run,
                        .record = model::Attempt{},
                        .announcements = {an_announcement("m")}};
        outcome.after.state = ExecutionState::success;
        outcome.record->execute_id = run.id;
        outcome.record->number = 1;
        outcomes.push_back(world.store().executions->finish(std::move(outcome)));
    }
    for (const auto& finished : world.all(std::move(outcomes))) CHECK(*finished);
    CHECK(world.store().statistics().retries == 0);  // a refused batch would be repeated member by member
    CHECK(world.store().statistics().failures == 0);
}

TEST_CASE("a second process on the same file is refused with an error that names the owner", "[store]") {
    if (tested_driver() == Driver::mysql) return;
    World world;
    world.open();
    boost::asio::io_context other_io;
    const auto refused = Store::open(other_io, world.options(), world.clock());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
    CHECK(refused.error().what.find("process " + std::to_string(getpid())) != std::string::npos);
    world.close();
    CHECK(Store::open(other_io, world.options(), world.clock()));
}

TEST_CASE("a full disk is reported clearly, and writes succeed again once there is space", "[store]") {
    if (tested_driver() == Driver::mysql) return;
    World world;
    world.open();
    const model::Job kept = world.given_job("kept");
    int stored = 0;
    {
        const FileSizeLimit limit(512 * 1'024);
        Result<model::Job> last = fail(Errc::internal, "none");
        do {
            model::Job job = a_job("job " + std::to_string(stored));
            job.context = a_context(R"({"key":")" + std::string(20'000, 'x') + R"("})");
            last = world.await(world.store().jobs->create_job(job, ""));
            if (last) ++stored;
        } while (last && stored < 1'000);
        REQUIRE_FALSE(last);
        CHECK(last.error().code == Errc::unavailable);
        CHECK(last.error().what.find("disk is full") != std::string::npos);
        CHECK_FALSE(world.store().health().problem.empty());
        CHECK(world.store().health().available);
        CHECK(world.store().health().writes_refused == WriteRefusal::disk_full);
        CHECK(world.must(world.store().jobs->find_job(std::nullopt, kept.id)));  // reads still work
    }
    world.given_job("after");
    CHECK(world.store().health().problem.empty());
    CHECK(world.store().health().writes_refused == WriteRefusal::none);
    CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == stored + 2);
    CHECK(world.number("select count(*) from t_cron_job") == stored + 2);
}

TEST_CASE("a file that cannot be written is reported clearly", "[store]") {
    if (tested_driver() == Driver::mysql) return;
    World world;
    world.open();
    world.close();
    namespace fs = std::filesystem;
    const fs::path file = world.options().path;
    fs::permissions(file.string() + ".lock", fs::perms::all);
    constexpr auto kReadAll = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
    constexpr auto kEnterAll = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
    fs::permissions(file, kReadAll);
    fs::permissions(file.parent_path(), kReadAll | kEnterAll);
    const uid_t self = geteuid();
    if (self == 0) REQUIRE(seteuid(65'534) == 0);  // root may write everything
    const auto refused = world.try_open();
    if (self == 0) REQUIRE(seteuid(0) == 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unavailable);
    CAPTURE(refused.error().what);
    CHECK(refused.error().what.find("read-only") != std::string::npos);
    fs::permissions(file.parent_path(), fs::perms::owner_all);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    world.open();
}

TEST_CASE("a path that is not a database is refused and nothing is changed", "[store]") {
    if (tested_driver() == Driver::mysql) return;
    namespace fs = std::filesystem;
    World world{Schema::none};
    const fs::path file = world.options().path;
    const auto [kind, why] =
        GENERATE(table<std::string, std::string>({{"directory", "is a directory"},
                                                  {"fifo", "is not a regular file"},
                                                  {"text", "is not an SQLite database"},
                                                  {"short", "is not an SQLite database"}}));
    CAPTURE(kind);
    if (kind == "directory") fs::create_directory(file);
    if (kind == "fifo") REQUIRE(mkfifo(file.c_str(), 0600) == 0);
    if (kind == "text") std::ofstream{file} << "a text that is longer than the header of a database\n";
    if (kind == "short") std::ofstream{file} << "SQLite";
    constexpr auto kOpen = fs::perms::owner_all | fs::perms::group_all | fs::perms::others_all;
    fs::permissions(file, kOpen);
    std::vector<Result<void>> results{world.try_open(), migrate(world.options(), world.clock())};
    if (const auto checked = check(world.options(), world.clock()); !checked)
        results.emplace_back(std::unexpected(checked.error()));
    CHECK(results.size() == 3);
    for (const Result<void>& result : results) {
        REQUIRE_FALSE(result);
        CHECK(result.error().code == Errc::invalid);
        CHECK(result.error().what == fmt::format("db_path: {} {}", file.string(), why));
    }
    CHECK(fs::status(file).permissions() == kOpen);
    CHECK(std::distance(fs::directory_iterator{file.parent_path()}, {}) == 1);
}

TEST_CASE("a closed store answers that it is closed", "[store]") {
    World world;
    world.open();
    const model::Job job = a_job("late");
    world.store().close();
    CHECK(world.await(world.store().jobs->create_job(job, "")).error().code == Errc::unavailable);
    CHECK(world.await(world.store().jobs->find_job(std::nullopt, job.id)).error().code == Errc::unavailable);
}

TEST_CASE("writes that wait when the store closes are carried out", "[store]") {
    World world;
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 300; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i)), ""));
    for (const auto& created : world.all(std::move(creates), [&] { world.store().close(); })) CHECK(created);
}

TEST_CASE("writes beyond the queue limit are refused immediately", "[store]") {
    Options knobs;
    knobs.queue_limit = 5;
    World world(knobs);
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 500; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i)), ""));
    int refused = 0;
    int stored = 0;
    for (const auto& created : world.all(std::move(creates))) {
        if (created) {
            ++stored;
        } else {
            ++refused;
            CHECK(created.error().code == Errc::unavailable);
        }
    }
    CHECK(stored >= 5);
    CHECK(refused > 0);
    CHECK(world.number("select count(*) from t_cron_job") == stored);
}

TEST_CASE("killed connections are replaced without errors for callers", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    world.open();
    std::vector<JobId> ids;
    for (int round = 0; round < 5; ++round) {
        kill_connections(world);
        ids.push_back(world.given_job("job " + std::to_string(round)).id);
        CHECK(world.must(world.store().jobs->find_jobs(std::nullopt, ids)).size() == ids.size());
        CHECK(world.must(world.store().jobs->list_jobs({.limit = 100})).size() == ids.size());
    }
    CHECK(world.store().statistics().reconnects >= 5);
}

TEST_CASE("a commit whose response is lost is recognized, not repeated", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    ecron::test::Proxy proxy(world.options().host, world.options().port);
    const Options direct = world.options();
    world.options().host = "127.0.0.1";
    world.options().port = proxy.port();
    world.open();
    // A store that opens sweeps deleted jobs; the commit of which the answer is lost is another one.
    while (world.store().statistics().transactions == 0) std::this_thread::yield();
    SECTION("a created job") {
        const model::Job given = a_job("job");
        proxy.lose_answer_to("commit");
        const model::Job created = world.must(world.store().jobs->create_job(given, ""));
        CHECK(proxy.lost() == 1);
        CHECK(created.id == given.id);
        CHECK(created.key.value() > 0);
        CHECK(world.number("select count(*) from t_cron_change") == 1);
        CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 1);
    }
    SECTION("a claim, and its outcome") {
        const model::Job job = world.given_job("job");
        const Term term = world.lead();
        Claim claim{.epoch = term.epoch, .watermark = term.watermark};
        for (int i = 0; i < 150; ++i)
            claim.executions.push_back(a_run(job, term.epoch, term.watermark - Seconds{i}));
        proxy.lose_answer_to("commit");
        CHECK(world.must(world.store().executions->claim(claim)).mine == std::vector<bool>(150, true));
        CHECK(proxy.lost() == 1);
        Outcome outcome{.id = claim.executions[3].id, .attempt = 1, .after = claim.executions[3]};
        outcome.after.state = ExecutionState::success;
        outcome.after.execute_times = 1;
        outcome.announcements = {an_announcement("m")};
        proxy.lose_answer_to("commit");
        CHECK(world.must(world.store().executions->finish(outcome)));
        CHECK(proxy.lost() == 2);
        CHECK(world.number("select count(*) from t_cron_outbox") == 1);
        CHECK_FALSE(world.must(world.store().executions->finish(outcome)));
    }
    SECTION("a requested execution") {
        const model::Job job = world.given_job("job");
        model::Execution run = a_run(job, Epoch(0), world.clock().now());
        run.trigger = model::Trigger::manual;
        proxy.lose_answer_to("commit");
        CHECK(world.must(world.store().executions->insert_execution(run, NotifyLeader::no)).id == run.id);
        CHECK(world.number("select count(*) from t_cron_job_status") == 1);
    }
    SECTION("a write that cannot be recognized reports an unknown outcome") {
        const model::Job job = world.given_job("job");
        proxy.lose_answer_to("commit");
        const auto answer = world.await(world.store().jobs->replace_job(std::nullopt, job, "", job.revision));
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == Errc::unavailable);
        CHECK(answer.error().what.find("unknown whether") != std::string::npos);
    }
    world.close();
    world.options() = direct;
}

TEST_CASE("during an outage every call is answered, and afterwards no acknowledged write is missing",
          "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    ecron::test::Proxy proxy(world.options().host, world.options().port);
    const Options direct = world.options();
    world.options().host = "127.0.0.1";
    world.options().port = proxy.port();
    world.open();
    const model::Job before = world.given_job("before");
    proxy.cut();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 20; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i)), ""));
    for (const auto& created : world.all(std::move(creates))) {
        REQUIRE_FALSE(created);
        CHECK(created.error().code == Errc::unavailable);
    }
    CHECK(world.await(world.store().jobs->find_job(std::nullopt, before.id)).error().code ==
          Errc::unavailable);
    CHECK_FALSE(world.store().health().available);
    CHECK_FALSE(world.store().health().problem.empty());
    proxy.heal();
    wait_until_available(world);
    world.given_job("after");
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, before.id)));
    world.close();
    world.options() = direct;
    CHECK(world.number("select count(*) from t_cron_job") == 2);
}

TEST_CASE("a password may contain any characters", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    const Options direct = world.options();
    const std::string name = "u" + world.options().database.substr(0, 20);
    world.sql("create user " + name + " identified by 'a b''c\\\\d\"= x'");
    world.sql("grant all on " + world.options().database + ".* to " + name);
    world.options().user = name;
    world.options().password = SecretText("a b'c\\d\"= x");
    const auto opened = world.try_open();
    world.close();
    world.options() = direct;
    world.sql("drop user " + name);
    if (!opened) FAIL(opened.error().what);
}

TEST_CASE("an unreachable server is reported as unavailable at start", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    std::uint16_t closed_port = 0;
    {
        const ecron::test::Proxy gone(world.options().host, world.options().port);
        closed_port = gone.port();
    }
    const std::uint16_t port = std::exchange(world.options().port, closed_port);
    const auto refused = world.try_open();
    world.options().port = port;
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unavailable);
}

TEST_CASE("an unusable database is logged once a minute while the problem is the same", "[store]") {
    struct GivenClock final : Clock {
        [[nodiscard]] Instant now() const override { return Instant{}; }
        [[nodiscard]] SteadyInstant steady() const override { return SteadyInstant{at}; }
        Seconds at{1'000};
    };
    GivenClock clock;
    State state(clock, "host=h");
    const std::string file = "/tmp/ecron-store-log-" + std::to_string(::getpid());
    REQUIRE(log::configure({.file = file}));
    const auto lose = [&](const std::string& problem) { state.lost(problem, Trouble::configuration); };
    for (int second = 0; second < 120; ++second) {
        lose("a bad password");
        if (second == 90) lose("no such schema");
        clock.at += Seconds{1};
    }
    state.connected();
    lose("a bad password");
    REQUIRE(log::configure({}));
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    std::filesystem::remove(file);
    const auto count = [&](const std::string& wanted) {
        std::size_t found = 0;
        for (std::size_t at = text.str().find(wanted); at != std::string::npos;
             at = text.str().find(wanted, at + 1))
            ++found;
        return found;
    };
    CHECK(count("problem=\"a bad password\"") == 3);  // immediately, after a minute, and after recovery
    CHECK(count("problem=\"no such schema\"") == 1);
    CHECK(count("database works again") == 1);
}
