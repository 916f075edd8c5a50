#include <boost/json/parse.hpp>
#include <csignal>

#include "e2e/world.hpp"
#include "mq/e2e/queue.hpp"

/// Errors of a real broker: reported with their cause, retried, and without effect on readiness.
namespace ecron::e2e {
namespace {

constexpr const char* kJobs = "cron.topic.immediate.job";
constexpr const char* kStatuses = "cron.topic.job.status";
constexpr std::chrono::seconds kSlow{60};

Settings merged(Settings settings, const Settings& more) {
    settings.insert(more.begin(), more.end());
    return settings;
}

std::string job_text(const World& world, const std::string& path) {
    return world.text_of({.name = path.substr(1), .path = path, .cron = "0 0 1 1 *", .type = "real-time"});
}

/// Returns the queue problems that GET /cluster reports for all connections.
std::string troubles(World& world) {
    std::string all;
    const json::value cluster = world.api().get("/cluster").parsed();
    for (const json::value& link : cluster.at_pointer("/message_queue/links").as_array())
        if (link.as_object().contains("trouble"))
            all += std::string{link.at("option").as_string()} + ": " +
                   std::string{link.at("trouble").as_string()} + "\n";
    return all;
}

void wait_for_trouble(World& world, const std::string& text) {
    if (!comes_true([&] { return troubles(world).contains(text); }, kSlow))
        FAIL("not reported: " << text << "; reported: " << troubles(world));
}

/// Checks that the node is ready and runs a requested job.
void check_works(World& world) {
    const bool ready = world.api().get("/health/ready").status == 200;
    CHECK(ready);
    const std::string run = world.api().post("/jobexecution", job_text(world, "/on")).text("/execute_id");
    world.wait_for_state(run, "success");
}

bool connected(const World& world) {
    return Api{world.ecron.port()}.get("/metrics").body.contains("\necron_mq_connected 1\n");
}

/// The authorization server of nsqd.
struct AuthServer {
    Target server;

    [[nodiscard]] std::string option() const {
        const std::string url = server.url("");
        return "-auth-http-address=" + url.substr(url.find("//") + 2);
    }
    void allow(const std::string& secret, const std::string& published) {
        const std::string rights = R"({"ttl":3600,"identity":"ecron","identity_url":"","authorizations":[)"
                                   R"({"permissions":["subscribe"],"topic":".*","channels":[".*"]},)"
                                   R"({"permissions":["publish"],"topic":")" +
                                   published + R"(","channels":[".*"]}]})";
        server.answer("/auth?common_name=&remote_ip=127.0.0.1&secret=" + secret + "&tls=false",
                      Answer{.body = rights});
    }
};

}  // namespace

TEST_CASE("reports an nsqd that rejects the secret or requires a missing one", "[nsq-auth]") {
    const AuthServer auth;
    const Nsq nsq{{auth.option()}};
    const auto [secret, trouble] = GENERATE(table<std::string, std::string>({
        {"wrong", "refuses the secret of mq_password: E_AUTH_FAILED"},
        {"", "asks for authentication, and mq_password gives no secret"},
    }));
    CAPTURE(secret);
    World world{merged({{"mq_password", secret}}, nsq.settings())};
    wait_for_trouble(world, "mq_lookupd_host: " + trouble);
    CHECK_FALSE(connected(world));
    check_works(world);
}

TEST_CASE(
    "connects to nsqd with the right secret, and a topic without write permission does not delay others",
    "[nsq-auth]") {
    AuthServer auth;
    auth.allow("sesame", "cron.topic.cron.job");
    const Nsq nsq{{auth.option()}};
    World world{merged({{"mq_password", "sesame"}}, nsq.settings())};
    wait_until("ecron is connected", [&] { return connected(world); });
    check_works(world);
    wait_for_trouble(world, "the topic cron.topic.job.status may not be written: E_UNAUTHORIZED");
    world.given({.name = "told", .cron = "0 0 1 1 *"});
    const auto published = [&] {
        return Api{world.ecron.port()}
            .get("/metrics")
            .body.contains(R"(ecron_mq_messages_total{topic="cron.topic.cron.job",event="published"} 1)");
    };
    wait_until("the other topic has messages", published, kSlow);
    CHECK(connected(world));
}

TEST_CASE("reports a Kafka broker that rejects the password", "[kafka-auth]") {
    const Kafka kafka;
    World world{kafka.settings_with_password("wrong")};
    wait_for_trouble(world, "mq_host: ");
    wait_for_trouble(world, "uthentication");
    CHECK_FALSE(connected(world));
    check_works(world);
}

TEST_CASE("reports topics without Kafka permissions until they are granted", "[kafka-auth]") {
    Kafka kafka;
    kafka.publish(kJobs, {});
    kafka.deny("Read", kJobs);
    kafka.deny("Write", kStatuses);
    World world{kafka.settings_with_password(kKafkaPassword)};
    kafka.publish(kJobs, {job_text(world, "/asked")});
    check_works(world);
    wait_for_trouble(world, "topic cron.topic.immediate.job: ");
    wait_for_trouble(world, "Topic authorization failed");
    kafka.allow_again("Read", kJobs);
    world.target.wait_for("/asked", 1);
    wait_for_trouble(world, "the topic cron.topic.job.status may not be written");
    const Child statuses = kafka.read(kStatuses);
    kafka.allow_again("Write", kStatuses);
    wait_until("the delayed messages are published", [&] { return statuses.lines().size() >= 2; }, kSlow);
    const auto denied = [&] {
        const std::string told = troubles(world);
        return told.contains("may not be written") || told.contains("authorization failed");
    };
    wait_until("no permission is denied", [&] { return !denied(); }, kSlow);
}

TEST_CASE("reports a consumer group with an incompatible client and joins it after the client has left",
          "[kafka-group]") {
    Kafka kafka;
    kafka.publish(kJobs, {R"({"job_id":"nobody's"})"});
    Child other = kafka.join("cron.channel.immediate.job", kJobs, "range");
    wait_until("the other client has the group", [&] { return other.said().contains("assigned"); }, kSlow);
    World world{kafka.settings()};
    wait_for_trouble(world, "group cron.channel.immediate.job of topic cron.topic.immediate.job: ");
    check_works(world);
    other.end(SIGTERM);
    kafka.publish(kJobs, {job_text(world, "/after")});
    wait_until("ecron has the group", [&] { return world.target.count("/after") == 1; }, kSlow);
}

}  // namespace ecron::e2e
