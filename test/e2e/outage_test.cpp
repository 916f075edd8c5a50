#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "e2e/accounts.hpp"
#include "e2e/mariadb_server.hpp"
#include "e2e/world.hpp"

/// Outages of the database.
namespace ecron::e2e {
namespace {

bool says_try_again(const Reply& reply) {
    return reply.status == 503 && !reply.header("retry-after").empty() &&
           reply.parsed().at("code") == 503009001;
}

/// Creates jobs one after the other until it is destroyed.
class Writer {
public:
    explicit Writer(const World& world) : world_(world), thread_([this] { run(); }) {}
    ~Writer() { end(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void end() {
        ending_ = true;
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::size_t stored() const { return stored_; }
    [[nodiscard]] int refused() const { return refused_; }
    [[nodiscard]] int unexpected() const { return unexpected_; }
    /// Call after end().
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

private:
    void run() {
        Api api{world_.ecron.port()};
        for (int n = 0; !ending_; ++n) {
            const Reply reply =
                api.post("/job", world_.text_of({.name = fmt::format("written-{}", n), .cron = "0 0 1 1 *"}));
            if (reply.status == 201) {
                ids_.push_back(reply.text("/job_id"));
                ++stored_;
            } else if (says_try_again(reply)) {
                ++refused_;
                std::this_thread::sleep_for(20ms);
            } else {
                ++unexpected_;
            }
        }
    }

    const World& world_;
    std::vector<std::string> ids_;
    std::atomic<std::size_t> stored_{0};
    std::atomic<int> refused_{0}, unexpected_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

/// Returns a metric without labels.
double metric(World& world, const std::string& name) {
    const std::string text = '\n' + world.api().get("/metrics").body;
    const std::size_t at = text.find('\n' + name + ' ');
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE("with claims of two seconds, claims are batched and late, and none is skipped", "[outage]") {
    if (!Database::tests_mysql()) return;
    World world{{{"log_level", "info"}}};
    CHECK(world.ecron.terminate() == 0);
    CHECK(world.ecron.run_command({"db", "shards", "1"}) == 0);  // so that a claim changes one shard's row
    world.ecron.start();
    constexpr int kJobs = 20;
    for (int n = 0; n < kJobs; ++n)
        world.given({.name = fmt::format("firing-{}", n), .context = {{"overlap", "allow"}}});
    world.target.wait_for("/run", kJobs);
    const auto do_sql = [&](const std::string& text) { CHECK(world.database.rows(text).empty()); };
    // Each claim begins with the fence, which updates the shard's row.
    do_sql(
        "create trigger slow before update on t_cron_shard for each row set new.f_beats = new.f_beats + "
        "sleep(2)");
    const auto number = [&](const std::string& query) { return std::stoll(world.database.value(query)); };
    const std::int64_t beats = number("select f_beats from t_cron_shard");
    const std::int64_t rows = number("select count(*) from t_cron_job_status");
    const double lateness = metric(world, "ecron_lateness_seconds_sum");
    wait_until("lateness is reported",
               [&] { return metric(world, "ecron_lateness_seconds_sum") > lateness + 4 * kJobs; });
    const std::int64_t claims = number("select f_beats from t_cron_shard") - beats;
    CHECK(number("select count(*) from t_cron_job_status") - rows >= (claims - 1) * kJobs * 3 / 2);
    do_sql("drop trigger slow");
    const Instant fast_since = SystemClock{}.now();
    wait_until("planning has caught up", [&] {
        const std::vector<Call> calls = world.target.calls("/run");
        return calls.back().scheduled() > fast_since + 1s;
    });
    CHECK(metric(world, "ecron_lag_seconds") < 1);
    CHECK(world.ecron.terminate() == 0);
    const Account result = account(world.database, world.target, "firing-", "/run");
    CAPTURE(result.examples, result.planned);
    CHECK(result.clean());
    CHECK(result.missed == 0);
}

TEST_CASE("reports a database outage, stays ready, and loses nothing", "[outage]") {
    if (!Database::tests_mysql()) return;
    MariadbServer server;
    World world{server.address(), {{"log_level", "info"}}};
    const JobText firing{.context = {{"misfire", "all"}, {"overlap", "allow"}}};
    std::string job;
    for (int n = 0; n < 20; ++n) {
        JobText one = firing;
        one.name = fmt::format("firing-{}", n);
        job = world.given(one);
    }
    Writer writer{world};
    world.target.wait_for("/run", 40);
    server.kill();

    wait_until("a write is rejected", [&] { return writer.refused() > 0; });
    CHECK(world.api().get("/health/ready").status == 200);
    CHECK(world.api().get("/health/alive").status == 200);
    CHECK(says_try_again(world.api().get("/jobtotal")));
    CHECK(says_try_again(world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})")));
    wait_until("leadership is lost", [&] { return world.ecron.logged("lost leadership"); });
    CHECK(world.api().get("/health/ready").status == 200);

    server.start();
    const std::size_t stored = writer.stored();
    wait_until("a write is accepted", [&] { return writer.stored() > stored; });
    const Instant back = SystemClock{}.now();
    wait_until("planning has caught up", [&] {
        const std::vector<Call> calls = world.target.calls("/run");
        return calls.back().scheduled() > back + 1s;
    });
    writer.end();
    CHECK(writer.unexpected() == 0);
    CHECK(world.ecron.terminate() == 0);

    std::set<std::string> ids;
    for (const Database::Row& row : world.database.rows("select f_job_id from t_cron_job"))
        ids.insert(row[0]);
    CHECK(std::ranges::all_of(writer.ids(), [&](const std::string& id) { return ids.contains(id); }));
    const Account result = account(world.database, world.target, "firing-", "/run");
    CAPTURE(result.examples, result.lost, result.doubled, result.calls_doubled, result.unknown,
            result.never_called);
    CHECK(result.clean());
    CHECK(result.missed == 0);
    CHECK(result.planned >= 20 * 4);
}

}  // namespace ecron::e2e
