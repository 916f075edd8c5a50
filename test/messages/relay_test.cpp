#include "ecron/messages/relay.hpp"

#include <map>

#include "mq/support.hpp"

namespace ecron::messages {
namespace {

namespace asio = boost::asio;
using mq::await;
using mq::run_until;

constexpr const char* kJobs = "cron.topic.cron.job";
constexpr const char* kStatuses = "cron.topic.job.status";

/// A store queue in memory.
class FakeQueue final : public store::MessageQueue {
public:
    store::Awaitable<std::vector<store::QueuedMessage>> oldest(std::string topic,
                                                               std::size_t limit) override {
        const std::vector<store::QueuedMessage>& all = kept[topic];
        co_return std::vector<store::QueuedMessage>(
            all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(limit, all.size())));
    }
    store::Awaitable<void> remove(std::vector<std::int64_t> keys) override {
        for (auto& [topic, messages] : kept)
            std::erase_if(messages, [&](const store::QueuedMessage& message) {
                return std::ranges::find(keys, message.key) != keys.end();
            });
        co_return Result<void>{};
    }
    void on_written(std::function<void()> told) override { told_ = std::move(told); }
    void put(const std::string& topic, const std::string& payload, Millis age = {}) {
        kept[topic].push_back({.key = ++number_, .about = "j", .payload = payload, .age = age});
        if (told_) told_();
    }
    [[nodiscard]] std::size_t size() { return kept[kJobs].size() + kept[kStatuses].size(); }

    std::map<std::string, std::vector<store::QueuedMessage>> kept;

private:
    std::function<void()> told_;
    std::int64_t number_{0};
};

/// Accepts messages, or rejects them as configured.
class FakeBroker final : public mq::Broker {
public:
    asio::awaitable<Result<void>> publish(std::string topic, std::vector<mq::Outgoing> messages) override {
        if (away || topic == refused) co_return fail(Errc::unavailable, "away");
        for (const mq::Outgoing& message : messages)
            if (message.body.size() > (topic.ends_with(".dead") ? most_of_dead : 10))
                co_return fail(Errc::too_large, "too large");
        for (const mq::Outgoing& message : messages) taken[topic].push_back(message.body);
        co_return Result<void>{};
    }
    void subscribe(mq::Subscription) override {}
    asio::awaitable<void> run() override { co_return; }
    asio::awaitable<void> unsubscribe(Millis) override { co_return; }
    asio::awaitable<void> stop(Millis) override { co_return; }
    [[nodiscard]] bool connected() const override { return !away; }
    [[nodiscard]] mq::State state() const override { return {}; }

    std::map<std::string, std::vector<std::string>> taken;
    std::string refused;  // a topic that temporarily cannot be written
    bool away{false};
    std::size_t most_of_dead{10};  // maximum size of a dead-letter message in bytes
};

struct World {
    asio::io_context io;
    FakeQueue queue;
    FakeBroker broker;
    bool may_work{true};
    Relay relay{io, queue, broker, [this] { return may_work; }, Seconds{60}};
    Gate gate{io};

    World() { gate.spawn("relay", relay.run()); }
    ~World() {
        relay.stop();
        run_until(io, [&] { return gate.count() == 0; });
    }
};

}  // namespace

TEST_CASE("publishes the store's messages in order and removes them", "[messages]") {
    World world;
    world.queue.put(kJobs, "1");
    world.queue.put(kStatuses, "2");
    world.queue.put(kJobs, "3");
    run_until(world.io, [&] { return world.queue.size() == 0; });
    CHECK(world.broker.taken[kJobs] == std::vector<std::string>{"1", "3"});
    CHECK(world.broker.taken[kStatuses] == std::vector<std::string>{"2"});
}

TEST_CASE("a topic that cannot be written does not delay other topics", "[messages]") {
    World world;
    world.broker.refused = kStatuses;
    for (int i = 0; i < 600; ++i) world.queue.put(kStatuses, "s");  // more than one read returns
    world.queue.put(kJobs, "1");
    run_until(world.io, [&] { return !world.broker.taken[kJobs].empty(); });
    CHECK(world.queue.kept[kStatuses].size() == 600);
    world.broker.refused.clear();
    run_until(world.io, [&] { return world.queue.size() == 0; });
    CHECK(world.broker.taken[kStatuses].size() == 600);
}

TEST_CASE("messages stay while the broker is unavailable, up to a limit", "[messages]") {
    World world;
    world.broker.away = true;
    world.queue.put(kJobs, "old", Seconds{61});
    world.queue.put(kJobs, "new");
    run_until(world.io, [&] { return world.queue.size() == 1; });
    CHECK(world.relay.dropped() == 1);
    world.broker.away = false;
    run_until(world.io, [&] { return world.queue.size() == 0; });
    CHECK(world.broker.taken[kJobs] == std::vector<std::string>{"new"});
}

TEST_CASE("a message that the broker rejects does not delay others", "[messages]") {
    World world;
    world.queue.put(kJobs, "1");
    world.queue.put(kJobs, std::string(11, 'x'));
    world.queue.put(kJobs, "3");
    run_until(world.io, [&] { return world.queue.size() == 0; });
    CHECK(world.broker.taken[kJobs] == std::vector<std::string>{"1", "3"});
    CHECK(world.relay.dropped() == 1);
}

TEST_CASE("a rejected message is dead-lettered once its topic can be written", "[messages]") {
    World world;
    world.broker.most_of_dead = 1'000;
    world.broker.refused = mq::dead_letter_topic(kJobs);
    world.queue.put(kJobs, "1");
    world.queue.put(kJobs, std::string(11, 'x'));
    world.queue.put(kJobs, "3");
    run_until(world.io, [&] { return world.queue.size() == 2; });
    CHECK(world.relay.dropped() == 0);
    CHECK(world.broker.taken[kJobs] == std::vector<std::string>{"1"});  // the order is kept
    world.broker.refused.clear();
    run_until(world.io, [&] { return world.queue.size() == 0; });
    CHECK(world.broker.taken[kJobs] == std::vector<std::string>{"1", "3"});
    CHECK(
        world.broker.taken[mq::dead_letter_topic(kJobs)] ==
        std::vector<std::string>{
            R"({"topic":"cron.topic.cron.job","reason":"too large","origin":"j","deliveries":0,"body":"xxxxxxxxxxx"})"});
}

TEST_CASE("a node that may not work publishes only on flush", "[messages]") {
    World world;
    world.may_work = false;
    world.queue.put(kJobs, "1");
    bool looked = false;
    world.gate.spawn("wait", [](asio::io_context& io, bool& ended) -> asio::awaitable<void> {
        co_await sleep(io, Millis{50});
        ended = true;
    }(world.io, looked));
    run_until(world.io, [&] { return looked; });
    CHECK(world.broker.taken.empty());
    await(world.io, world.relay.flush(Seconds{1}));
    CHECK(world.broker.taken[kJobs].size() == 1);
}

}  // namespace ecron::messages
