#include "app/messaging.hpp"

#include <stdexcept>

#include "app/settings.hpp"
#include "ecron/base/log.hpp"

namespace ecron::app {

namespace asio = boost::asio;

namespace {

constexpr Millis kHandlerGrace{2'000};
constexpr Millis kLastMessages{2'000};
constexpr Millis kLeadLook{100};

std::unique_ptr<mq::Broker> make_broker(asio::io_context& io, const Clock& clock, http::Client& client,
                                        const config::Config& config) {
    if (config.queue.hosts.empty()) return nullptr;
    if (config.queue.kind == config::Queue::Kind::nsq)
        return mq::make_nsq_broker(io, clock, client, nsq_options(config));
    auto broker = mq::make_kafka_broker(io, clock, kafka_options(config));
    if (!broker) throw std::runtime_error("mq_kafka: " + broker.error().what);
    return std::move(*broker);
}

}  // namespace

Messaging::Messaging(asio::io_context& io, const Clock& clock, store::Store& store,
                     const config::Config& config)
    : io_(io),
      clock_(clock),
      store_(store),
      config_(config),
      client_(io, {}),
      broker_(make_broker(io, clock, client_, config)),
      gate_(io) {
    if (broker_ && config.multi_node) publisher_.emplace(io, *broker_);
}

void Messaging::attach(analysis::Scheduler& scheduler) {
    if (!broker_) return;
    scheduler_ = &scheduler;
    executions_.emplace(scheduler);
    consumers_.emplace(io_, clock_, store_, *executions_, config_.messages);
    consumers_->subscribe(*broker_);
    relay_.emplace(
        io_, *store_.messages, *broker_, [this] { return store_.election->leads(Shard{0}); },
        config_.queue.keep);
}

/// Messages are consumed once the jobs are loaded.
asio::awaitable<void> Messaging::run() {
    if (!broker_) co_return;
    while (!scheduler_->takes_writes() && !stopping_) co_await sleep(io_, kLeadLook);
    if (stopping_) co_return;
    gate_.spawn("relay", relay_->run());
    co_await broker_->run();
}

asio::awaitable<void> Messaging::stop_taking() {
    stopping_ = true;
    if (!broker_) co_return;
    consumers_->stop();
    co_await broker_->unsubscribe(kHandlerGrace);
}

asio::awaitable<void> Messaging::stop() {
    if (!broker_) co_return;
    relay_->stop();
    co_await gate_.close();
    if (!config_.multi_node) co_await relay_->flush(kLastMessages);
    co_await broker_->stop(kLastMessages);
}

std::function<management::Messages()> Messaging::state() const {
    if (!broker_) return {};
    return [this] {
        const mq::State now = broker_->state();
        management::Messages told{.kind = now.kind, .connected = now.connected, .dropped = relay_->dropped()};
        for (const mq::Link& link : now.links)
            told.links.push_back({link.option, link.address, link.problem, link.connected, link.since});
        for (const mq::TopicState& topic : now.topics)
            told.topics.push_back({.topic = topic.topic,
                                   .channel = topic.channel,
                                   .received = topic.received,
                                   .done = topic.done,
                                   .requeued = topic.requeued,
                                   .dead = topic.dead,
                                   .published = topic.published,
                                   .failed = topic.failed,
                                   .in_flight = topic.in_flight,
                                   .lag = topic.lag});
        return told;
    };
}

}  // namespace ecron::app
