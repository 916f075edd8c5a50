#include <set>

#include "e2e/world.hpp"
#include "mq/e2e/queue.hpp"

/// Executions dispatched over the message queue to all nodes.
namespace ecron::e2e {
namespace {

Settings merged(Settings settings, const Settings& more) {
    settings.insert(more.begin(), more.end());
    return settings;
}

/// A leader and a second node, each with its own target to distinguish them.
struct Two {
    explicit Two(Settings of_queue = {}) : more(std::move(of_queue)) {}
    Settings more;
    std::unique_ptr<Queue> queue{Queue::start()};
    World world{node("one")};
    Ecron second{world.database.folder(), merged(node("two"), world.database.settings())};

    [[nodiscard]] Settings node(const std::string& name) const {
        return merged({{"node_id", name}, {"multi_node", "true"}, {"mq_fallback", "1s"}},
                      merged(more, queue->settings()));
    }
    [[nodiscard]] std::size_t run_by(const std::string& name, const std::string& job) const {
        return std::stoul(
            world.database.value("select count(*) from t_cron_attempt a join t_cron_job_status s on "
                                 "s.f_execute_id = a.f_execute_id where "
                                 "s.f_job_id = '" +
                                 job + "' and a.f_node like '" + name + "%'"));
    }
    [[nodiscard]] std::size_t runs(const std::string& job) const { return run_by("", job); }
};

}  // namespace

TEST_CASE("executions are dispatched to all nodes, and to the leader only while the broker is unavailable",
          "[spread]") {
    if (!Database::tests_mysql()) return;  // several nodes require a database server
    Two two;
    two.second.start();
    const std::string job = two.world.given({.name = "spread", .context = {{"overlap", "allow"}}});
    wait_until(
        "both nodes have run some", [&] { return two.run_by("one", job) > 1 && two.run_by("two", job) > 1; },
        std::chrono::seconds{60});
    two.queue->stop();
    const std::size_t until = two.runs(job);
    wait_until("the runs continue", [&] { return two.runs(job) > until + 4; }, std::chrono::seconds{60});
    two.queue->restart();
    const auto before = std::pair{two.run_by("one", job), two.run_by("two", job)};
    wait_until(
        "runs are dispatched to both nodes again",
        [&] { return two.run_by("one", job) > before.first && two.run_by("two", job) > before.second; },
        std::chrono::seconds{60});
    // Each scheduled run once, on any node.
    std::set<std::string> executions;
    std::size_t first_attempts = 0;
    for (const Call& call : two.world.target.calls("/run")) {
        executions.insert(call.execution());
        first_attempts += call.attempt() == 1 ? 1 : 0;
    }
    CHECK(executions.size() == first_attempts);
    CHECK(executions.size() == two.world.target.count("/run"));
}

TEST_CASE("each message is processed once while partitions are rebalanced", "[rebalance]") {
    if (!Database::tests_mysql() || !Queue::is_kafka()) return;
    constexpr const char* kJobs = "cron.topic.immediate.job";
    constexpr std::size_t kEach = 1'500;
    Two two;
    const std::vector<std::string> jobs(
        kEach, two.world.text_of({.name = "run", .cron = "0 0 1 1 *", .type = "real-time"}));
    const auto has_run = [&](std::size_t count) {
        wait_until(
            "enough jobs have run", [&] { return two.world.target.count("/run") >= count; },
            std::chrono::seconds{90});
    };
    const auto gained = [&](const Ecron& node) {
        return node.logged("kafka partitions gained topic=cron.topic.immediate.job count=2");
    };
    two.queue->publish(kJobs, jobs);
    has_run(kEach / 10);
    two.second.start();
    two.queue->publish(kJobs, jobs);
    wait_until("the second node has its share", [&] { return gained(two.second); }, std::chrono::seconds{60});
    two.queue->publish(kJobs, jobs);
    CHECK(two.second.terminate() == 0);
    two.queue->publish(kJobs, jobs);
    has_run(4 * kEach);
    const std::string open = "select count(*) from t_cron_job_status where f_job_status in (2, 3)";
    wait_until(
        "all have ended", [&] { return two.world.database.value(open) == "0"; }, std::chrono::seconds{60});
    std::set<std::string> executions;
    for (const Call& call : two.world.target.calls("/run")) executions.insert(call.execution());
    CHECK(executions.size() == 4 * kEach);
    CHECK(two.world.target.count("/run") == 4 * kEach);
}

TEST_CASE("no message is lost if a node with partitions is killed", "[rebalance-death]") {
    if (!Database::tests_mysql() || !Queue::is_kafka()) return;
    constexpr std::size_t kEach = 1'000;
    constexpr std::size_t kAll = 1 + 2 * kEach;
    Two two{{{"mq_kafka", "session.timeout.ms=6000"}}};
    const std::vector<std::string> jobs(
        kEach, two.world.text_of({.name = "run", .cron = "0 0 1 1 *", .type = "real-time"}));
    two.queue->publish("cron.topic.immediate.job", {jobs.front()});
    two.world.target.wait_for("/run", 1);
    two.second.start();
    wait_until(
        "the second node has its share",
        [&] { return two.second.logged("kafka partitions gained topic=cron.topic.immediate.job count=2"); },
        std::chrono::seconds{60});
    two.queue->publish("cron.topic.immediate.job", jobs);
    wait_until("some jobs have run", [&] { return two.world.target.count("/run") > kEach / 10; });
    two.second.kill();
    two.queue->publish("cron.topic.immediate.job", jobs);
    const std::string ended = "select count(*) from t_cron_job_status where f_job_status in (1, 4, 5)";
    wait_until(
        "all have ended", [&] { return two.world.database.value(ended) == std::to_string(kAll); },
        std::chrono::seconds{90});
    std::set<std::string> executions;
    std::size_t first_attempts = 0;
    for (const Call& call : two.world.target.calls("/run")) {
        executions.insert(call.execution());
        first_attempts += call.attempt() == 1 ? 1 : 0;
    }
    CHECK(executions.size() == kAll);
    CHECK(first_attempts <= kAll);  // attempts that the killed node had started may show only their second
}

TEST_CASE("no offered execution is lost if the node that received it dies", "[spread-death]") {
    if (!Database::tests_mysql()) return;
    Two two;
    two.second.start();
    const std::string job = two.world.given({.name = "spread", .context = {{"overlap", "allow"}}});
    wait_until(
        "both nodes have run some", [&] { return two.run_by("one", job) > 0 && two.run_by("two", job) > 0; },
        std::chrono::seconds{60});
    two.second.kill();
    const std::size_t then = two.runs(job);
    wait_until(
        "the other node continues", [&] { return two.runs(job) > then + 12; }, std::chrono::seconds{60});
    const std::string open =
        "select count(*) from t_cron_job_status where f_job_id = '" + job +
        "' and f_job_status in (2, 3) and f_due < (select max(f_due) - 15000 from (select f_due "
        "from t_cron_job_status where f_job_id = '" +
        job + "') t)";
    wait_until(
        "no execution is unfinished", [&] { return two.world.database.value(open) == "0"; },
        std::chrono::seconds{60});
}

}  // namespace ecron::e2e
