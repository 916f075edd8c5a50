#include "mq/in_process.hpp"

#include <boost/json/parse.hpp>

#include "mq/support.hpp"

namespace ecron::mq {
namespace {

namespace asio = boost::asio;
using Verdict = Ack::Verdict;

/// Records its messages and returns the configured results, then `done`.
struct Handled {
    std::vector<Message> messages;
    std::vector<Ack> answers;

    asio::awaitable<Ack> take(Message message) {
        messages.push_back(std::move(message));
        Ack answer;
        if (messages.size() <= answers.size()) answer = answers[messages.size() - 1];
        co_return answer;
    }
    [[nodiscard]] Handler handler() {
        return [this](Message message) { return take(std::move(message)); };
    }
};

struct World {
    asio::io_context io;
    std::unique_ptr<Broker> broker{make_in_process_broker(io)};
    Gate gate{io};

    void run() { gate.spawn("broker", broker->run()); }
    void publish(const std::string& topic, std::initializer_list<std::string> texts) {
        REQUIRE(await(io, broker->publish(topic, bodies(texts))));
    }
    ~World() { await(io, broker->stop(Millis{1'000})); }
    const TopicState& topic(const std::string& channel) {
        state = broker->state();
        for (const TopicState& topic : state.topics)
            if (topic.channel == channel) return topic;
        FAIL("no channel " << channel);
        std::abort();
    }
    State state;
};

}  // namespace

TEST_CASE("a broker may be destroyed before a handler that waits", "[mq]") {
    asio::io_context io;
    auto broker = make_in_process_broker(io);
    bool waits = false;
    broker->subscribe(
        {.topic = "jobs", .channel = "ecron", .handler = [&](const Message&) -> asio::awaitable<Ack> {
             waits = true;
             co_await sleep(io, std::chrono::hours{1});
             co_return Ack{};
         }});
    asio::co_spawn(io, broker->run(), asio::detached);
    asio::co_spawn(io, broker->publish("jobs", bodies({"one"})), asio::detached);
    while (!waits) io.run_one();
    broker.reset();  // as at the end of a process whose store does not answer
    SUCCEED("the io_context is destroyed last, with the handler");
}

TEST_CASE("each channel gets every message of its topic, including earlier ones", "[mq]") {
    World world;
    Handled first;
    Handled second;
    world.publish("t", {"early"});
    world.broker->subscribe({.topic = "t", .channel = "one", .handler = first.handler()});
    world.broker->subscribe({.topic = "t", .channel = "two", .handler = second.handler()});
    world.run();
    world.publish("t", {"a", "b"});
    run_until(world.io, [&] { return first.messages.size() == 3 && second.messages.size() == 2; });
    CHECK(first.messages[0].body == "early");
    CHECK(first.messages[2].body == "b");
    CHECK(world.topic("one").done == 3);
}

TEST_CASE("redelivers a message with the same origin until it is done", "[mq]") {
    World world;
    Handled handled;
    handled.answers = {{.verdict = Verdict::requeue, .wait = Millis{1}}, {.verdict = Verdict::requeue}};
    world.broker->subscribe({.topic = "t", .channel = "c", .handler = handled.handler()});
    world.run();
    world.publish("t", {"a"});
    run_until(world.io, [&] { return world.topic("c").done == 1; });
    REQUIRE(handled.messages.size() == 3);
    CHECK(handled.messages[2].deliveries == 3);
    CHECK(handled.messages[2].origin == handled.messages[0].origin);
    CHECK(world.topic("c").requeued == 2);
}

TEST_CASE("dead-letters rejected messages and those with too many deliveries", "[mq]") {
    World world;
    Handled refuses;
    refuses.answers = {{.verdict = Verdict::dead, .reason = "no \"job\""}};
    Handled tires;
    tires.answers = std::vector<Ack>(3, {.verdict = Verdict::requeue, .reason = "the store"});
    Handled dead;
    world.broker->subscribe({.topic = "a", .channel = "c", .handler = refuses.handler()});
    world.broker->subscribe({.topic = "b", .channel = "c", .max_deliveries = 2, .handler = tires.handler()});
    for (const char* topic : {"a", "b"})
        world.broker->subscribe(
            {.topic = dead_letter_topic(topic), .channel = "d", .handler = dead.handler()});
    world.run();
    world.publish("a", {"{broken"});
    world.publish("b", {"again and again"});
    run_until(world.io, [&] { return dead.messages.size() == 2; });
    CHECK(tires.messages.size() == 2);
    for (const Message& letter : dead.messages) {
        const auto text = boost::json::parse(letter.body).as_object();
        const bool first = letter.topic == "a.dead";
        CHECK(text.at("body") == (first ? "{broken" : "again and again"));
        CHECK(text.at("topic") == (first ? "a" : "b"));
        CHECK(text.at("reason") == (first ? "no \"job\"" : "delivered too often without success: the store"));
    }
}

TEST_CASE("the number of concurrent handlers is limited", "[mq]") {
    World world;
    std::size_t now = 0;
    std::size_t most = 0;
    std::size_t ended = 0;
    struct Slow {
        static asio::awaitable<Ack> take(asio::io_context& io, std::size_t& now, std::size_t& most,
                                         std::size_t& ended) {
            most = std::max(most, ++now);
            co_await sleep(io, Millis{1});
            --now;
            ++ended;
            co_return Ack{};
        }
    };
    world.broker->subscribe({.topic = "t", .channel = "c", .in_flight = 2, .handler = [&](const Message&) {
                                 return Slow::take(world.io, now, most, ended);
                             }});
    world.run();
    world.publish("t", {"1", "2", "3", "4", "5", "6", "7"});
    run_until(world.io, [&] { return ended == 7; });
    CHECK(most == 2);
}

}  // namespace ecron::mq
