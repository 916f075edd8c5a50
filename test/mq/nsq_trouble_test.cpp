#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "ecron/mq/nsq.hpp"
#include "mq/support.hpp"

namespace ecron::mq {
namespace {

namespace asio = boost::asio;

/// Accepts connections, sends the same text on each, then the configured responses to commands.
class Speaker {
public:
    using Answers = std::vector<std::pair<std::string, std::string>>;  // by the prefix of the command

    explicit Speaker(std::string words, Answers answers = {})
        : words_(std::move(words)),
          answers_(std::move(answers)),
          listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listener_, generic, size) == 0);
        REQUIRE(::listen(listener_, 16) == 0);
        REQUIRE(::getsockname(listener_, generic, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { speak(); }};
    }
    ~Speaker() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        for (const int taken : taken_) ::shutdown(taken, SHUT_RDWR);
        talks_.clear();
        for (const int taken : taken_) ::close(taken);
    }
    Speaker(const Speaker&) = delete;
    Speaker& operator=(const Speaker&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Returns true if such a command has arrived on any connection.
    [[nodiscard]] bool heard(std::string_view command) const {
        const std::scoped_lock lock{mutex_};
        return std::ranges::any_of(heard_, [&](const auto& of) { return of.second.contains(command); });
    }

private:
    void speak() {
        for (int taken = 0; (taken = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            taken_.push_back(taken);
            say(taken, words_);
            if (!answers_.empty()) talks_.emplace_back([this, taken] { answer(taken); });
        }
    }
    void answer(int taken) {
        std::string line;
        for (char letter{}; ::recv(taken, &letter, 1, 0) == 1;) {
            line += letter;
            for (const auto& [command, words] : answers_)
                if (line.ends_with(command)) say(taken, words);
            const std::scoped_lock lock{mutex_};
            heard_[taken] += letter;
        }
    }
    static void say(int taken, const std::string& words) {
        ::send(taken, words.data(), words.size(), MSG_NOSIGNAL);
    }

    std::string words_;
    Answers answers_;
    int listener_;
    std::uint16_t port_{0};
    mutable std::mutex mutex_;
    std::map<int, std::string> heard_;  // by connection
    std::vector<int> taken_;
    std::vector<std::jthread> talks_;
    std::thread thread_;
};

std::string frame(char type, const std::string& data) {
    std::string text(8, '\0');
    text[3] = static_cast<char>(data.size() + 4);
    text[7] = type;
    return text + data;
}

std::uint16_t free_port() { return Speaker{""}.port(); }

struct World {
    explicit World(std::uint16_t port, const std::string& host = "127.0.0.1", Millis heartbeat = Seconds{5})
        : broker(make_nsq_broker(io, clock, client,
                                 {.nsqds = {{.option = "mq_lookupd_host", .host = host, .port = port}},
                                  .secret = SecretText{"s"},
                                  .timeout = Millis{300},
                                  .heartbeat = heartbeat})) {
        gate.spawn("broker", broker->run());
    }
    ~World() { await(io, broker->stop(Millis{100})); }

    Link troubled() {
        Link link;
        run_until(io, [&] {
            const State state = broker->state();
            if (state.links.empty()) return false;
            link = state.links.front();
            return !link.problem.empty();
        });
        return link;
    }

    asio::io_context io;
    SystemClock clock;
    http::Client client{io, {}};
    Gate gate{io};
    std::unique_ptr<Broker> broker;
};

}  // namespace

TEST_CASE("reports a server that is not an nsqd with its option and address", "[mq]") {
    const auto [words, problem] = GENERATE(table<std::string, std::string>({
        {"HTTP/1.1 400 Bad Request\r\n\r\n", "answers in HTTP, not as an nsqd does"},
        {"", "takes the connection and says nothing"},
        {frame(0, "surprise"), "answered what no nsqd answers to IDENTIFY"},
        {frame(0, R"({"auth_required":true})") + frame(1, "E_AUTH_FAILED AUTH failed"),
         "refuses the secret of mq_password: E_AUTH_FAILED AUTH failed"},
    }));
    CAPTURE(problem);
    const Speaker speaker{words};
    World world{speaker.port()};
    const Link link = world.troubled();
    CHECK(link.problem == problem);
    CHECK(link.option == "mq_lookupd_host");
    CHECK(link.address == "127.0.0.1:" + std::to_string(speaker.port()));
    CHECK_FALSE(link.connected);
    CHECK_FALSE(world.broker->state().connected);
}

TEST_CASE("recognizes an nsqd's HTTP port and uses its TCP port", "[mq]") {
    const Speaker nsqd{"", {{"IDENTIFY\n", frame(0, R"({"max_rdy_count":2500})")}}};
    const std::string info = R"({"version":"1.3.0","tcp_port":)" + std::to_string(nsqd.port()) + "}";
    const Speaker http{"",
                       {{"  V2", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"},
                        {"\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(info.size()) +
                                         "\r\n\r\n" + info}}};
    asio::io_context io;
    const SystemClock clock;
    http::Client client{io, {}};
    Gate gate{io};
    const auto broker = make_nsq_broker(
        io, clock, client,
        {.unsure = {{.option = "mq_host", .host = "127.0.0.1", .port = http.port()}}, .timeout = Seconds{5}});
    gate.spawn("broker", broker->run());
    run_until(io, [&] { return broker->state().connected; });
    CHECK(http.heard("GET /info"));
    const State state = broker->state();
    REQUIRE(state.links.size() == 1);
    CHECK(state.links[0].address == "127.0.0.1:" + std::to_string(nsqd.port()));
    await(io, broker->stop(Millis{100}));
}

TEST_CASE("reports a refused connection and an unknown host name", "[mq]") {
    World nobody{free_port()};
    CHECK(nobody.troubled().problem == "cannot be connected to: Connection refused");
    World nowhere{4150, "no-such-host.invalid"};
    const std::string problem = nowhere.troubled().problem;
    CAPTURE(problem);
    const bool told = problem.starts_with("its name cannot be resolved") || problem.contains("in time");
    CHECK(told);
}

TEST_CASE("publishing without any nsqd fails immediately", "[mq]") {
    World world{free_port()};
    world.troubled();
    const auto published = await(world.io, world.broker->publish("t", bodies({"a"})));
    REQUIRE_FALSE(published);
    CHECK(published.error().code == Errc::unavailable);
    CHECK(world.broker->state().topics.front().failed == 1);
}

TEST_CASE("reports an nsqd that stops responding", "[mq]") {
    const Speaker nsqd{"", {{"IDENTIFY\n", frame(0, R"({"max_rdy_count":2500})")}}};
    World world{nsqd.port(), "127.0.0.1", Millis{100}};
    CHECK(world.troubled().problem == "sends no heartbeats any more");
}

TEST_CASE("a message that nsqd rejects does not delay the next ones", "[mq]") {
    const Speaker nsqd{"",
                       {{"IDENTIFY\n", frame(0, R"({"max_rdy_count":2500})")},
                        {"MPUB large\n", frame(1, "E_BAD_MESSAGE MPUB message too big")},
                        {"PUB small\n", frame(0, "OK")}}};
    World world{nsqd.port()};
    run_until(world.io, [&] { return world.broker->connected(); });
    const auto refused = await(world.io, world.broker->publish("large", bodies({"a", "b"})));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::too_large);
    CHECK(await(world.io, world.broker->publish("small", bodies({"a"}))));  // immediately, reconnected
}

TEST_CASE("a shutdown requeues received messages before it closes the connection", "[mq]") {
    const std::string id = "0123456789abcdef";
    const std::string message = frame(2, std::string(8, '\0') + std::string("\0\1", 2) + id + "body");
    const Speaker nsqd{"",
                       {{"IDENTIFY\n", frame(0, R"({"max_rdy_count":2500})")},
                        {"SUB topic channel\n", frame(0, "OK")},
                        {"CLS\n", message + frame(0, "CLOSE_WAIT")}}};
    World world{nsqd.port()};
    world.broker->subscribe(
        {.topic = "topic", .channel = "channel", .handler = [](Message) -> asio::awaitable<Ack> {
             co_return Ack{.verdict = Ack::Verdict::requeue, .wait = Millis{7}, .counts = false};
         }});
    run_until(world.io, [&] { return nsqd.heard("RDY 1000"); });
    await(world.io, world.broker->unsubscribe(Seconds{10}));
    run_until(world.io, [&] { return nsqd.heard("REQ " + id + " 7\n"); });
}

}  // namespace ecron::mq
