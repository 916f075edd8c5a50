#include <algorithm>

#include "ecron/mq/kafka.hpp"
#include "mq/kafka_consumer.hpp"
#include "mq/kafka_producer.hpp"

namespace ecron::mq {
namespace {

class KafkaBroker final : public Broker {
public:
    KafkaBroker(asio::io_context& io, const Clock& clock, KafkaOptions options)
        : io_(io),
          clock_(clock),
          options_(std::move(options)),
          producer_(io, clock, options_),
          gate_(io),
          stopped_(io) {}

    Result<void> start() { return producer_.start(); }

    asio::awaitable<Result<void>> publish(std::string topic, std::vector<Outgoing> messages) override {
        return producer_.publish(std::move(topic), std::move(messages));
    }

    void subscribe(Subscription subscription) override {
        consumers_.push_back(
            std::make_unique<kafka::Consumer>(io_, clock_, *this, options_, std::move(subscription)));
    }

    asio::awaitable<void> run() override {
        gate_.spawn("kafka producer", producer_.run());
        for (const auto& consumer : consumers_) {
            const Result<void> started = consumer->start();
            if (started)
                gate_.spawn("kafka consumer", consumer->run());
            else
                log::error("failed to start kafka consumer: error={}", started.error().what);
        }
        while (!stopping_) co_await stopped_.wait(Seconds{1});
    }

    asio::awaitable<void> unsubscribe(Millis grace) override {
        unsubscribed_ = true;
        Gate stops{io_};
        for (const auto& consumer : consumers_) stops.spawn("kafka consumer's stop", consumer->stop(grace));
        co_await stops.close();
    }

    asio::awaitable<void> stop(Millis grace) override {
        stopping_ = true;
        stopped_.notify();
        if (!unsubscribed_) co_await unsubscribe(grace);
        co_await producer_.stop(grace);
        co_await gate_.close();
    }

    [[nodiscard]] bool connected() const override { return producer_.connected(); }
    /// All connections use the same servers, so they are reported as one connection, or as one per distinct
    /// problem.
    [[nodiscard]] State state() const override {
        State parts{};
        producer_.append_to(parts);
        for (const auto& consumer : consumers_) consumer->append_to(parts);
        State state{.kind = "kafka", .connected = producer_.connected(), .topics = std::move(parts.topics)};
        for (const Link& link : parts.links) {
            const auto same = [&](const Link& told) { return told.problem == link.problem; };
            const bool fine = link.connected && link.problem.empty();
            if (!fine && std::ranges::none_of(state.links, same)) state.links.push_back(link);
        }
        if (state.links.empty()) state.links.push_back(parts.links.front());
        return state;
    }

private:
    asio::io_context& io_;
    const Clock& clock_;
    const KafkaOptions options_;
    kafka::Producer producer_;
    std::vector<std::unique_ptr<kafka::Consumer>> consumers_;
    Gate gate_;
    Wakeup stopped_;
    bool unsubscribed_{false};
    bool stopping_{false};
};

}  // namespace

Result<std::unique_ptr<Broker>> make_kafka_broker(asio::io_context& io, const Clock& clock,
                                                  KafkaOptions options) {
    auto broker = std::make_unique<KafkaBroker>(io, clock, std::move(options));
    if (const Result<void> started = broker->start(); !started) return std::unexpected(started.error());
    return broker;
}

}  // namespace ecron::mq
