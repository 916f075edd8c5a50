#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "network/proxy.hpp"
#include "store/world.hpp"

/// Connections that a MySQL server refuses, and servers that become read-only.
using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

constexpr Seconds kPatience{60};  // far longer than any wait here; a test that reaches it has failed

void wait_for(const std::string& what, const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) FAIL("timed out waiting until " << what);
        std::this_thread::sleep_for(Millis{10});
    }
}

/// A user with a password and rights on the test database.
class User {
public:
    User(World& world, const std::string& rights)
        : world_(world),
          name_("u" + world.options().database.substr(0, 20)) {
        world_.sql("create user " + name_ + " identified by '" + kPassword + "'");
        world_.sql("grant " + rights + " on " + world.options().database + ".* to " + name_);
    }
    ~User() { world_.sql("drop user " + name_); }
    User(const User&) = delete;
    User& operator=(const User&) = delete;
    [[nodiscard]] const std::string& name() const { return name_; }

    static constexpr const char* kPassword = "the-password-of-this-user";

private:
    World& world_;
    const std::string name_;
};

/// Makes the test server read-only while it exists.
class ReadOnly {
public:
    explicit ReadOnly(World& world) : world_(world) { world_.sql("set global read_only=1"); }
    ~ReadOnly() { end(); }
    ReadOnly(const ReadOnly&) = delete;
    ReadOnly& operator=(const ReadOnly&) = delete;
    void end() {
        if (std::exchange(ended_, true)) return;
        world_.sql("set global read_only=0");
    }

private:
    World& world_;
    bool ended_{false};
};

std::int64_t connections_so_far(World& world) {
    Session session = world.session();
    Statement& ask = session.prepare("show global status like 'Connections'", "", "ss");
    REQUIRE(ask.first());
    return std::stoll(ask.text(1));
}

}  // namespace

TEST_CASE("the error of a refused connection names the address and quotes the server", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world(Schema::none);
    const User user(world, "select");
    Options options = world.options();
    options.user = user.name();
    options.password = SecretText(User::kPassword);
    Errc expected = Errc::denied;
    std::string text;
    SECTION("wrong password") {
        options.password = SecretText("another-password");
        text = "Access denied for user '" + user.name();
    }
    SECTION("unknown user") {
        options.user = "nobody_of_that_name";
        text = "Access denied for user 'nobody_of_that_name'";
    }
    SECTION("unknown schema") {
        options.user = world.options().user;
        options.password = world.options().password;
        options.database = "no_such_schema";
        text = "Unknown database 'no_such_schema'";
    }
    SECTION("schema without rights") {
        options.database = "mysql";
        text = "Access denied for user '" + user.name();
    }
    SECTION("missing right") { text = "command denied to user '" + user.name(); }
    SECTION("server without TLS, or with a certificate that the authority did not sign") {
        options.ca_file = std::string(ECRON_SOURCE_DIR) + "/README.md";
        text = "TLS";
    }
    SECTION("refused connection") {
        const ecron::test::Proxy gone(options.host, options.port);
        options.port = gone.port();
        expected = Errc::unavailable;
        text = "MySQL error 2";
    }
    SECTION("unknown host") {
        options.host = "no-such-host.invalid";
        expected = Errc::unavailable;
        text = "no-such-host.invalid";
    }
    boost::asio::io_context io;
    const auto opened = Store::open(io, options, world.clock());
    REQUIRE_FALSE(opened);
    const std::string said = opened.error().what;
    CAPTURE(said);
    CHECK(opened.error().code == expected);
    CHECK(said.contains(text));
    CHECK(said.contains("host=" + options.host));
    CHECK(said.contains("port=" + std::to_string(options.port)));
    CHECK(said.contains("user=" + options.user));
    CHECK(said.contains("schema=" + options.database));
    CHECK_FALSE(said.contains(User::kPassword));
    CHECK_FALSE(said.contains("another-password"));
}

TEST_CASE("a store opened in the background answers unavailable until the server is reachable", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    ecron::test::Proxy proxy(world.options().host, world.options().port);
    proxy.cut();
    Options options = world.options();
    options.host = "127.0.0.1";
    options.port = proxy.port();
    boost::asio::io_context io;
    bool failed = false;
    auto opened = Store::open_in_background(io, options, world.clock(), [&](const Error&) { failed = true; });
    REQUIRE(opened);
    Store& store = **opened;
    CHECK_FALSE(store.health().available);
    CHECK(world.await(store.jobs->create_job(a_job("early"), ""), io).error().code == Errc::unavailable);
    CHECK(world.await(store.jobs->list_jobs({}), io).error().code == Errc::unavailable);
    CHECK(
        world.await(store.election->campaign({.node = NodeId("node-1"), .max_shards = 1}), io).error().code ==
        Errc::unavailable);
    CHECK(store.queries->id_key().empty());
    CHECK(world.await(store.election->leave(NodeId("node-1")), io));
    proxy.heal();
    wait_for("the database is open", [&] { return store.health().available; });
    CHECK(store.queries->id_key().size() == 32);
    CHECK(world.await(store.jobs->create_job(a_job("late"), ""), io));
    CHECK(
        world.await(store.election->campaign({.node = NodeId("node-1"), .max_shards = 1}), io)->held.size() ==
        1);
    CHECK_FALSE(failed);
    store.close();
}

TEST_CASE("a schema that needs a newer process is reported to the caller that opened the store", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    world.open();
    world.close();
    world.sql("update t_cron_schema set f_min_binary = 999000000 order by f_version desc limit 1");
    boost::asio::io_context io;
    std::vector<Error> failures;
    const auto work = boost::asio::make_work_guard(io);
    auto opened = Store::open_in_background(io, world.options(), world.clock(), [&](const Error& error) {
        failures.push_back(error);
        io.stop();
    });
    REQUIRE(opened);
    io.run_for(kPatience);
    REQUIRE(failures.size() == 1);
    CHECK(failures.front().what.contains("needs a newer ecron"));
    (*opened)->close();
}

TEST_CASE("a server that becomes read-only is abandoned and not polled continuously", "[store][server]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    world.open();
    world.given_job("before");
    world.lead();
    ReadOnly read_only(world);
    const CampaignRound round{.node = NodeId("node-1"), .max_shards = 1};
    CHECK(world.await(world.store().election->campaign(round)).error().code == Errc::unavailable);
    CHECK_FALSE(world.store().election->leads(Shard(0)));
    const std::int64_t before = connections_so_far(world);
    for (int i = 0; i < 500; ++i) {
        const auto refused = world.await(world.store().jobs->create_job(a_job("refused"), ""));
        REQUIRE_FALSE(refused);
        REQUIRE(refused.error().code == Errc::unavailable);
        REQUIRE_FALSE(world.await(world.store().election->campaign(round)));
    }
    CHECK(connections_so_far(world) - before < 100);
    CHECK(world.store().health().available);  // reads still work
    CHECK(world.store().health().writes_refused == WriteRefusal::read_only);
    CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 1);
    read_only.end();
    wait_for("writes are taken", [&] { return world.store().health().writes_refused == WriteRefusal::none; });
    world.given_job("after");
    wait_for("the shard is led", [&] {
        const auto standing = world.await(world.store().election->campaign(round));
        return standing && !standing->held.empty();
    });
}
