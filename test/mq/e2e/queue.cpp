#include "mq/e2e/queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "e2e/ports.hpp"
#include "e2e/wait.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::e2e {
namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

/// Fails the test with the server's output if the server does not listen in time.
void wait_until_listens(const Child& server, const std::vector<std::uint16_t>& ports,
                        std::chrono::seconds patience = kPatience) {
    const bool listens = comes_true([&] { return std::ranges::all_of(ports, answers); }, patience);
    if (!listens) FAIL("the server does not listen: " << server.said());
}

std::string joined(const std::vector<std::string>& messages) {
    std::string text;
    for (const std::string& message : messages) text += message + '\n';
    return text;
}

}  // namespace

Queue::Folder::Folder() : path(std::filesystem::temp_directory_path() / ("ecron-queue-" + random_uuid())) {
    std::filesystem::create_directories(path);
}
Queue::Folder::~Folder() { std::filesystem::remove_all(path); }

Queue::Queue() : folder_(made_.path) {}

std::string Queue::new_file(const std::string& name) {
    return fmt::format("{}/{}.{}", folder_, name, ++files_);
}

bool Queue::is_kafka() { return variable("ECRON_TEST_QUEUE") == "kafka"; }

std::unique_ptr<Queue> Queue::start() {
    if (is_kafka()) return std::make_unique<Kafka>();
    return std::make_unique<Nsq>();
}

Nsq::Nsq(std::vector<std::string> options)
    : programs_(variable("ECRON_NSQ")),
      options_(std::move(options)),
      lookup_tcp_(free_port()),
      lookup_http_(free_port()) {
    lookupd_ = Child({programs_ + "/nsqlookupd", "-tcp-address=" + local(lookup_tcp_),
                      "-http-address=" + local(lookup_http_), "-broadcast-address=127.0.0.1"},
                     new_file("nsqlookupd"));
    wait_until_listens(lookupd_, {lookup_tcp_, lookup_http_});
    for (int i = 0; i < 2; ++i) {
        nsqds_.push_back(
            {.data = fmt::format("{}/nsqd-{}", folder(), i), .tcp = free_port(), .http = free_port()});
        std::filesystem::create_directories(nsqds_.back().data);
        start_nsqd(nsqds_.back());
    }
}

/// Syncs every message to disk.
void Nsq::start_nsqd(Nsqd& nsqd) {
    std::vector<std::string> words{programs_ + "/nsqd",
                                   "-data-path=" + nsqd.data,
                                   "-tcp-address=" + local(nsqd.tcp),
                                   "-http-address=" + local(nsqd.http),
                                   "-lookupd-tcp-address=" + local(lookup_tcp_),
                                   "-broadcast-address=127.0.0.1",
                                   "-mem-queue-size=0",
                                   "-sync-every=1"};
    words.insert(words.end(), options_.begin(), options_.end());
    nsqd.process = Child(std::move(words), new_file("nsqd"));
    wait_until_listens(nsqd.process, {nsqd.tcp, nsqd.http});
}

std::string Nsq::address(std::size_t nsqd) const { return local(nsqds_[nsqd].tcp); }

Settings Nsq::settings() const {
    return {{"mq_connector_type", "nsq"},
            {"mq_host", local(lookup_http_)},
            {"mq_lookupd_host", local(nsqds_[0].tcp) + "," + local(nsqds_[1].tcp)}};
}

void Nsq::publish_at(std::size_t nsqd, const std::string& topic, const std::vector<std::string>& messages) {
    const std::string input = new_file("messages");
    write_file(input, joined(messages));
    Child client({programs_ + "/to_nsq", "-topic=" + topic, "-nsqd-tcp-address=" + local(nsqds_[nsqd].tcp)},
                 new_file("to_nsq"), input);
    const int code = client.wait();
    CAPTURE(client.said());
    REQUIRE(code == 0);
}

/// Creates the reader's channel first: messages from before a topic's first channel go only to that channel.
Child Nsq::read(const std::string& topic) {
    for (const Nsqd& nsqd : nsqds_) {
        const std::string at = fmt::format("http://{}", local(nsqd.http));
        for (const std::string& what :
             {"/topic/create?topic=" + topic, "/channel/create?topic=" + topic + "&channel=test"}) {
            Child maker({"curl", "--silent", "--fail", "--data", "", at + what}, new_file("curl"));
            REQUIRE(maker.wait() == 0);
        }
    }
    return Child(
        {programs_ + "/nsq_tail", "-topic=" + topic, "-channel=test",
         "-lookupd-http-address=" + local(lookup_http_), "-consumer-opt=lookupd_poll_interval,200ms"},
        new_file("nsq_tail"));
}

/// nsqd writes its messages to disk only on an orderly shutdown.
void Nsq::stop() {
    for (Nsqd& nsqd : nsqds_) nsqd.process.end(SIGTERM);
}

void Nsq::restart() {
    for (Nsqd& nsqd : nsqds_)
        if (!nsqd.process.runs()) start_nsqd(nsqd);
}

Kafka::Kafka()
    : jars_(variable("ECRON_KAFKA")),
      port_(free_port()),
      secured_(free_port()),
      controller_(free_port()) {
    const std::string data = folder() + "/data";
    std::filesystem::create_directories(data);
    write_file(data + "/meta.properties", "version=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\nnode.id=1\n");
    write_file(
        folder() + "/server.properties",
        fmt::format("process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:{1}\n"
                    "listeners=PLAINTEXT://127.0.0.1:{0},SASL_PLAINTEXT://127.0.0.1:{3},CONTROLLER://"
                    "127.0.0.1:{1}\n"
                    "advertised.listeners=PLAINTEXT://127.0.0.1:{0},SASL_PLAINTEXT://127.0.0.1:{3}\n"
                    "controller.listener.names=CONTROLLER\ninter.broker.listener.name=PLAINTEXT\n"
                    "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,"
                    "CONTROLLER:PLAINTEXT\nsasl.enabled.mechanisms=PLAIN\n"
                    "listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security."
                    "plain.PlainLoginModule required user_ecron=\"{4}\";\n"
                    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
                    "super.users=User:ANONYMOUS\nallow.everyone.if.no.acl.found=true\n"
                    "log.dirs={2}\nnum.partitions=4\noffsets.topic.replication.factor=1\n"
                    "offsets.topic.num.partitions=4\ntransaction.state.log.replication.factor=1\n"
                    "transaction.state.log.min.isr=1\ngroup.initial.rebalance.delay.ms=0\n"
                    "message.max.bytes=2097152\nauto.create.topics.enable=true\n",
                    port_, controller_, data, secured_, kKafkaPassword));
    restart();
}

Settings Kafka::settings() const { return {{"mq_connector_type", "kafka"}, {"mq_host", local(port_)}}; }

Settings Kafka::settings_with_password(const std::string& password) const {
    return {{"mq_connector_type", "kafka"},
            {"mq_host", local(secured_)},
            {"mq_mechanism", "PLAIN"},
            {"mq_username", "ecron"},
            {"mq_password", password}};
}

void Kafka::change_rights(const std::string& what, const std::string& operation, const std::string& topic) {
    std::vector<std::string> words{"java",
                                   "-cp",
                                   jars_ + "/*",
                                   "kafka.admin.AclCommand",
                                   "--bootstrap-server",
                                   local(port_),
                                   what,
                                   "--deny-principal",
                                   "User:ecron",
                                   "--operation",
                                   operation,
                                   "--topic",
                                   topic};
    if (what == "--remove") words.emplace_back("--force");
    Child client(std::move(words), new_file("acls"));
    const int code = client.wait();
    CAPTURE(client.said());
    REQUIRE(code == 0);
}

Child Kafka::join(const std::string& group, const std::string& topic, const std::string& strategy) {
    return Child(
        {"kcat", "-b", local(port_), "-X", "partition.assignment.strategy=" + strategy, "-G", group, topic},
        new_file("kcat"));
}

void Kafka::publish(const std::string& topic, const std::vector<std::string>& messages) {
    const std::string input = new_file("messages");
    write_file(input, joined(messages));
    Child client({"kcat", "-P", "-b", local(port_), "-t", topic, "-X", "message.max.bytes=2000000"},
                 new_file("kcat"), input);
    const int code = client.wait();
    CAPTURE(client.said());
    REQUIRE(code == 0);
}

/// kcat exits if the topic does not exist; a metadata request makes the broker create it.
Child Kafka::read(const std::string& topic) {
    wait_until(
        "the topic exists",
        [&] {
            Child list({"kcat", "-L", "-b", local(port_), "-t", topic}, new_file("kcat"));
            list.wait();
            return list.said().find("leader 1") != std::string::npos;
        },
        std::chrono::seconds{60});
    return Child({"kcat", "-C", "-q", "-u", "-E", "-b", local(port_), "-t", topic, "-o", "beginning"},
                 new_file("kcat"));
}

void Kafka::stop() { broker_.end(SIGKILL); }

void Kafka::restart() {
    broker_ = Child({"java", "-Xmx384m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", jars_ + "/*",
                     "kafka.Kafka", folder() + "/server.properties"},
                    new_file("kafka"));
    wait_until_listens(broker_, {port_}, std::chrono::seconds{90});
}

}  // namespace ecron::e2e
