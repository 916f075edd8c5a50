#define CATCH_CONFIG_EXTERNAL_INTERFACES  // otherwise Catch does not declare its listeners
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "e2e/world.hpp"
#include "mq/e2e/queue.hpp"

/// ecron with a real message queue: consumed and published messages.
namespace ecron::e2e {
namespace {

constexpr const char* kJobs = "cron.topic.immediate.job";
constexpr const char* kChanges = "cron.topic.cron.job";
constexpr const char* kStatuses = "cron.topic.job.status";
constexpr std::chrono::seconds kSlow{60};
constexpr std::size_t kMax = 1'048'576;  // default limit of nsqd, and of ecron's body_limit

/// Exits the program if no queue or no database is available for the test.
struct WhatThereIs : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testRunStarting(const Catch::TestRunInfo&) override {
        const char* const needed = Queue::is_kafka() ? "ECRON_KAFKA" : "ECRON_NSQ";
        const bool no_database = Database::tests_mysql() && std::getenv("ECRON_TEST_MYSQL_HOST") == nullptr;
        if (std::getenv(needed) != nullptr && !no_database) return;
        std::fprintf(stderr, "skipped: %s is not set; scripts/test sets it\n",
                     no_database ? "ECRON_TEST_MYSQL_HOST" : needed);
        const char* const ci = std::getenv("CI");
        std::exit(ci != nullptr && std::string(ci) == "true" ? 1 : 77);
    }
};
CATCH_REGISTER_LISTENER(WhatThereIs)

Settings merged(Settings settings, const Settings& more) {
    settings.insert(more.begin(), more.end());
    return settings;
}

struct QueueWorld {
    explicit QueueWorld(const Settings& more = {}, std::unique_ptr<Queue> with = Queue::start())
        : queue(std::move(with)),
          world(merged(more, queue->settings())) {}
    std::unique_ptr<Queue> queue;
    World world;

    std::string job(const std::string& path, json::object context = {}, const std::string& id = "") {
        json::value value = json::parse(world.text_of({.name = path.substr(1),
                                                       .path = path,
                                                       .cron = "0 0 1 1 *",
                                                       .type = "real-time",
                                                       .context = context}));
        if (!id.empty()) value.as_object()["job_id"] = id;
        return json::serialize(value);
    }
    /// Returns a job whose message has that size.
    std::string padded(const std::string& path, std::size_t size) {
        json::value value = json::parse(job(path));
        const auto pad = [&value](std::size_t count) {
            value.at("job_context").at("info").as_object()["body"] =
                json::object{{"pad", std::string(count, 'x')}};
            return json::serialize(value);
        };
        return pad(size - pad(0).size());
    }
    /// Returns the messages of a topic that are valid JSON.
    static std::vector<json::object> objects(const Child& reader) {
        std::vector<json::object> found;
        for (const std::string& line : reader.lines()) {
            json::error_code failed;
            const json::value value = json::parse(line, failed);
            if (!failed && value.is_object()) found.push_back(value.get_object());
        }
        return found;
    }
};

template <class Predicate>
json::object wait_for_object(const Child& reader, const std::string& what, const Predicate& fits) {
    json::object found;
    wait_until(
        what,
        [&] {
            for (const json::object& object : QueueWorld::objects(reader)) {
                if (!fits(object)) continue;
                found = object;
                return true;
            }
            return false;
        },
        kSlow);
    return found;
}

}  // namespace

TEST_CASE("a job in a message runs like a posted one", "[immediate]") {
    QueueWorld at;
    const std::string stored = at.world.given({.name = "stored", .path = "/stored", .cron = "0 0 1 1 *"});
    at.queue->publish(kJobs, {at.job("/sent"), R"({"job_id":")" + stored + R"("})"});
    const Call sent = at.world.target.wait_for("/sent", 1).front();
    const Call call = at.world.target.wait_for("/stored", 1).front();
    const Row row = at.world.wait_for_state(call.execution(), "success");
    CHECK(row.trigger == 3);
    CHECK(at.world.wait_for_state(sent.execution(), "success").trigger == 3);
    CHECK(at.world.statuses(stored)[0].at("execute_id").as_string() == call.execution());
    const std::string metrics = Api{at.world.ecron.port()}.get("/metrics").body;
    CHECK(metrics.contains("\necron_mq_connected 1\n"));
    CHECK(metrics.contains(R"(ecron_mq_messages_total{topic="cron.topic.immediate.job",event="done"} 2)"));
    CHECK(at.world.api().get("/cluster").parsed().at_pointer("/message_queue/connected") == true);
}

TEST_CASE("an invalid job is dead-lettered with the reason and does not block the queue", "[refused]") {
    QueueWorld at;
    const Child dead = at.queue->read(std::string{kJobs} + ".dead");
    const std::string command = R"({"job_type":"real-time","job_context":{"mode":"exe","exec":"/bin/true"}})";
    const std::string stranger =
        R"({"job_type":"real-time","tenant_id":"nobody","job_context":{"mode":"http","exec":"http://127.0.0.1/"}})";
    at.queue->publish(kJobs, {"{broken", R"({"job_id":"no-such-job"})", command, stranger, at.job("/good")});
    at.world.target.wait_for("/good", 1);
    for (const std::string reason : {"syntax error at line 1", "its job does not exist",
                                     "mq_command_enabled is false", "there is no tenant \"nobody\""}) {
        const json::object letter =
            wait_for_object(dead, "a dead letter has the reason: " + reason, [&](const json::object& one) {
                const json::value* const text = one.if_contains("reason");
                return text != nullptr && std::string{text->as_string()}.contains(reason);
            });
        CHECK(letter.at("topic") == kJobs);
    }
    CHECK(Api{at.world.ecron.port()}
              .get("/metrics")
              .body.contains(R"(ecron_mq_messages_total{topic="cron.topic.immediate.job",event="dead"} 4)"));
}

TEST_CASE("publishes changes of jobs and ends of executions", "[told]") {
    QueueWorld at;
    const Child changes = at.queue->read(kChanges);
    const Child statuses = at.queue->read(kStatuses);
    const std::string job = at.world.given({.name = "told", .path = "/told", .cron = "0 0 1 1 *"});
    REQUIRE(at.world.api().put("/job/" + job + "/enable", R"({"enable":false})").status == 200);
    REQUIRE(
        at.world.api().put("/job/" + job + "/notify", R"({"webhook":"http://127.0.0.1:1/hook"})").status ==
        200);
    const std::string execution =
        at.world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})").text("/execute_id");
    at.world.wait_for_state(execution, "success");
    REQUIRE(at.world.api().remove("/job/" + job).status == 200);
    const auto change = [&](const std::string& method) {
        return wait_for_object(changes, method + " is published", [&](const json::object& one) {
            return one.contains("method") && one.at("method") == json::value(method) &&
                   one.at("data").at("job_id") == json::value(job);
        });
    };
    CHECK(change("create").at("data").at("job_name") == "told");
    CHECK(change("enable").at("data").at("enabled") == false);
    CHECK(change("enable").at("data").at("job_name") == "");
    CHECK(change("notify").at("data").at("job_context").at("notify").at("webhook") ==
          "http://127.0.0.1:1/hook");
    CHECK(change("delete").at("data").at("tenant_id") == "mock-client-id");
    const json::object status =
        wait_for_object(statuses, "the status is published", [&](const json::object& one) {
            return one.contains("execute_id") && one.at("execute_id") == json::value(execution);
        });
    CHECK(status.at("job_status") == "success");
    CHECK(status.at("end_at").as_string() != "");
}

TEST_CASE("a status message ends an execution that waits for its callback", "[status]") {
    QueueWorld at;
    at.world.target.answer("/work", Answer{.status = 202});
    const auto accepted = [&](json::object context) {
        const Reply reply = at.world.api().post("/jobexecution", at.job("/work", std::move(context)));
        CAPTURE(reply.body);
        REQUIRE(reply.status == 200);
        const std::string id = reply.text("/execute_id");
        wait_until("the run is accepted", [&] {
            const auto row = at.world.row(id);
            return row && row->accepted;
        });
        return id;
    };
    const auto tell = [&](const std::string& id, const std::string& status) {
        at.queue->publish(kStatuses,
                          {R"({"execute_id":")" + id + R"(","job_status":")" + status +
                           R"(","end_at":"2026-01-01T00:00:00Z","ext_info":{"result":{"rows":3}}})"});
    };
    const std::string good = accepted({});
    const std::string bad = accepted({});
    const std::string again =
        accepted({{"retry", json::object{{"max_attempts", 2}, {"initial", "10ms"}, {"max", "10ms"}}}});
    const std::string stopped = accepted({});
    tell(good, "success");
    tell(bad, "abandon");
    tell(again, "failure");
    tell(stopped, "interrupt");
    CHECK(at.world.wait_for_state(good, "success").result == R"({"rows":3})");
    at.world.wait_for_state(bad, "abandon");
    at.world.wait_for_state(stopped, "interrupt");
    wait_until("the failed run has its second attempt", [&] { return at.world.row(again)->attempt == 2; });
}

TEST_CASE("a message for a known execution starts its next attempt, and a duplicate runs once", "[twice]") {
    QueueWorld at;
    const std::string id = "11111111-2222-4333-8444-555555555555";
    const std::string message = at.job("/once", {{"execute_id", id}}, "job-of-twice");
    at.queue->publish(kJobs, {message, message});
    at.world.target.wait_for("/once", 1);  // held for a while because its execution is unknown
    at.world.wait_for_state(id, "success");
    at.queue->publish(kJobs, {message, at.job("/after")});
    at.world.target.wait_for("/after", 1);
    CHECK(at.world.target.count("/once") == 1);
}

TEST_CASE("a message of a megabyte is processed", "[large]") {
    QueueWorld at;
    const std::string pad(1'000'000, 'x');
    json::value job = json::parse(at.job("/large"));
    job.at("job_context").at("info").as_object()["body"] = json::object{{"pad", pad}};
    at.queue->publish(kJobs, {json::serialize(job)});
    CHECK(at.world.target.wait_for("/large", 1).front().body.size() > pad.size());
}

TEST_CASE("a message beyond a megabyte is processed or dead-lettered if its broker accepts it", "[limit]") {
    QueueWorld at{{},
                  Queue::is_kafka()
                      ? Queue::start()  // with a broker limit of twice the size
                      : std::make_unique<Nsq>(std::vector<std::string>{"-max-msg-size=2097152"})};
    const Child dead = at.queue->read(std::string{kJobs} + ".dead");
    at.queue->publish(kJobs, {at.padded("/more", kMax + 1), std::string(kMax + 1, 'x'), at.job("/after")});
    at.world.target.wait_for("/more", 1);
    at.world.target.wait_for("/after", 1);
    wait_for_object(dead, "the invalid job is dead-lettered", [](const json::object& one) {
        return one.contains("reason") &&
               one.at("reason").as_string().find("syntax error") != json::string::npos;
    });
}

TEST_CASE("processes a message of nsqd's maximum size; larger published messages block nothing", "[limit]") {
    if (Queue::is_kafka()) return;
    QueueWorld at{{{"body_limit", "2MiB"}}};
    const Child changes = at.queue->read(kChanges);
    at.queue->publish(kJobs, {at.padded("/most", kMax)});
    at.world.target.wait_for("/most", 1);
    REQUIRE(at.world.api().post("/job", at.padded("/told", kMax)).status == 201);
    wait_until(
        "the rejection is logged", [&] { return at.world.ecron.logged("failed to publish message"); }, kSlow);
    const std::string job = at.world.given({.name = "small", .cron = "0 0 1 1 *"});
    wait_for_object(changes, "the next change is published", [&](const json::object& one) {
        return one.contains("method") && one.at("data").at("job_id") == json::value(job);
    });
}

TEST_CASE("a change beyond nsqd's limit is dead-lettered while others are published", "[limit]") {
    if (Queue::is_kafka()) return;
    QueueWorld at{{}, std::make_unique<Nsq>(std::vector<std::string>{"-max-msg-size=262144"})};
    at.queue->stop();  // so that they are published together
    std::vector<std::string> small;
    for (const char* name : {"before", "after"}) {
        small.push_back(at.world.given({.name = name, .cron = "0 0 1 1 *"}));
        if (small.size() == 1)
            REQUIRE(at.world.api().post("/job", at.padded("/large", 600'000)).status == 201);
    }
    at.queue->restart();
    const Child changes = at.queue->read(kChanges);
    const Child dead = at.queue->read(std::string{kChanges} + ".dead");
    for (const std::string& job : small)
        wait_for_object(changes, "the others are published", [&](const json::object& one) {
            return one.contains("method") && one.at("data").at("job_id") == json::value(job);
        });
    wait_for_object(dead, "the large change is dead-lettered",
                    [](const json::object& one) { return one.contains("reason"); });
    CHECK(at.world.ecron.logged("failed to publish message"));
}

TEST_CASE("messages that survive the kill of an nsqd are processed once", "[killed]") {
    if (Queue::is_kafka()) return;
    QueueWorld at;
    auto& nsq = dynamic_cast<Nsq&>(*at.queue);
    constexpr int kEach = 300;
    const auto jobs = [&](const std::string& path) {
        return std::vector<std::string>(kEach, at.job(path, {}, path.substr(1)));
    };
    nsq.publish_at(0, kJobs, jobs("/before"));
    at.world.target.wait_for("/before", kEach / 4);
    nsq.kill(0);
    wait_until("the problem is reported", [&] { return at.world.ecron.logged("address=" + nsq.address(0)); });
    nsq.restart();
    nsq.publish_at(0, kJobs, jobs("/after"));
    wait_until("all jobs have run", [&] { return at.world.target.count("/after") >= kEach; }, kSlow);
    for (const std::string path : {"/before", "/after"}) {
        std::set<std::string> executions;
        for (const Call& call : at.world.target.calls(path)) executions.insert(call.execution());
        CHECK(executions.size() == at.world.target.count(path));
    }
    CHECK(at.world.target.count("/after") == kEach);
}

TEST_CASE("a broker restart loses and duplicates nothing", "[restart]") {
    QueueWorld at;
    const Child statuses = at.queue->read(kStatuses);
    constexpr int kEach = 300;
    std::vector<std::string> first;
    std::vector<std::string> second;
    for (int i = 0; i < kEach; ++i) {
        first.push_back(at.job("/run", {}, "first-" + std::to_string(i)));
        second.push_back(at.job("/run", {}, "second-" + std::to_string(i)));
    }
    at.queue->publish(kJobs, first);
    at.world.target.wait_for("/run", kEach / 4);
    at.queue->stop();
    const auto trouble = [&] {
        const json::value cluster = at.world.api().get("/cluster").parsed();
        return cluster.at_pointer("/message_queue/connected") == false;
    };
    wait_until("the problem is reported", trouble, kSlow);
    CHECK(at.world.api().get("/health/ready").status == 200);
    const std::string meanwhile =
        at.world.api().post("/jobexecution", at.job("/meanwhile")).text("/execute_id");
    at.world.wait_for_state(meanwhile, "success");
    at.queue->restart();
    at.queue->publish(kJobs, second);
    wait_until("all jobs have run", [&] { return at.world.target.count("/run") >= 2 * kEach; }, kSlow);
    std::set<std::string> executions;
    for (const Call& call : at.world.target.calls("/run")) executions.insert(call.execution());
    CHECK(executions.size() == 2 * kEach);
    CHECK(at.world.target.count("/run") == 2 * kEach);
    wait_for_object(statuses, "the ends during the outage are published", [&](const json::object& one) {
        return one.contains("execute_id") && one.at("execute_id") == json::value(meanwhile);
    });
}

TEST_CASE("tolerates the loss of one of two nsqds", "[one-dies]") {
    if (Queue::is_kafka()) return;
    QueueWorld at;
    auto& nsq = dynamic_cast<Nsq&>(*at.queue);
    nsq.publish_at(0, kJobs, {at.job("/zero")});
    nsq.publish_at(1, kJobs, {at.job("/one")});
    at.world.target.wait_for("/zero", 1);
    at.world.target.wait_for("/one", 1);
    const Child statuses = nsq.read(kStatuses);
    nsq.kill(0);
    wait_until("the problem is reported", [&] { return at.world.ecron.logged("address=" + nsq.address(0)); });
    const std::string execution = at.world.api().post("/jobexecution", at.job("/told")).text("/execute_id");
    wait_for_object(statuses, "the other end is published", [&](const json::object& one) {
        return one.contains("execute_id") && one.at("execute_id") == json::value(execution);
    });
    nsq.publish_at(1, kJobs, {at.job("/still")});
    at.world.target.wait_for("/still", 1);
    CHECK(Api{at.world.ecron.port()}.get("/metrics").body.contains("\necron_mq_connected 1\n"));
}

TEST_CASE("a shutdown loses and duplicates no message in progress", "[stop]") {
    QueueWorld at;
    constexpr int kJobsSent = 400;
    std::vector<std::string> messages;
    for (int i = 0; i < kJobsSent; ++i) messages.push_back(at.job("/run", {}, "job-" + std::to_string(i)));
    at.queue->publish(kJobs, messages);
    at.world.target.wait_for("/run", 10);
    CHECK(at.world.ecron.terminate() == 0);
    at.world.ecron.start();
    const auto executions = [&] {
        std::set<std::string> ids;
        for (const Call& call : at.world.target.calls("/run")) ids.insert(call.execution());
        return ids.size();
    };
    wait_until("all jobs have run", [&] { return executions() >= kJobsSent; }, kSlow);
    CHECK(executions() == kJobsSent);
    CHECK(at.world.target.count("/run") == kJobsSent);
    CHECK(at.world.database.value("select count(*) from t_cron_job_status where f_losses > 0") == "0");
}

TEST_CASE("many messages run once each despite a broker restart", "[many]") {
    const char* const full = std::getenv("ECRON_E2E_FULL");
    const std::size_t count = full != nullptr && std::string{full} == "1" ? 100'000 : 3'000;
    QueueWorld at{{{"log_level", "info"}}};
    std::vector<std::string> messages(count, at.job("/run", {}, "one-of-many"));
    at.queue->publish(kJobs, messages);
    const auto wait_for_runs = [&](std::size_t wanted) {
        for (std::size_t ran = 0; ran < wanted; ran = at.world.target.count("/run"))
            wait_until("more jobs have run", [&] { return at.world.target.count("/run") > ran; }, kSlow);
    };
    wait_for_runs(count / 3);
    at.queue->stop();
    at.queue->restart();
    wait_for_runs(count);
    const std::string ended =
        "select count(*) from t_cron_job_status where f_job_status = 1 and f_job_id = 'one-of-many'";
    wait_until(
        "all executions have ended", [&] { return at.world.database.value(ended) == std::to_string(count); },
        kSlow);
    std::set<std::string> executions;
    for (const Call& call : at.world.target.calls("/run")) executions.insert(call.execution());
    CHECK(executions.size() == count);
    CHECK(at.world.target.count("/run") == count);
}

}  // namespace ecron::e2e
