#pragma once
#include <map>
#include <memory>

#include "ecron/base/async.hpp"
#include "ecron/mq/broker.hpp"

/// Common to all brokers: calls and counts handlers, and dead-letters the messages that they reject.
namespace ecron::mq {

namespace asio = boost::asio;

/// A subscription and its counters.
class Channel {
public:
    explicit Channel(Subscription subscription) : subscription_(std::move(subscription)) {
        state_->topic = subscription_.topic;
        state_->channel = subscription_.channel;
    }
    [[nodiscard]] const Subscription& subscription() const { return subscription_; }
    [[nodiscard]] const TopicState& state() const { return *state_; }
    [[nodiscard]] std::size_t in_flight() const { return state_->in_flight; }
    [[nodiscard]] bool has_room() const { return state_->in_flight < subscription_.in_flight; }
    void set_lag(std::optional<std::uint64_t> lag) { state_->lag = lag; }

    /// Handles one message. A handler that waits may outlive the channel, until the io_context is destroyed.
    /// Returns nullopt if it is acknowledged, else the delay until its redelivery.
    asio::awaitable<std::optional<Millis>> take(Broker& broker, Message message);

private:
    asio::awaitable<std::optional<Millis>> bury(Broker& broker, Message message, std::string reason);

    Subscription subscription_;
    std::shared_ptr<TopicState> state_{std::make_shared<TopicState>()};
};

/// Counters of published messages by topic.
class Published {
public:
    void count(const std::string& topic, std::size_t messages, bool good);
    void append_to(std::vector<TopicState>& states) const;

private:
    std::map<std::string, TopicState> topics_;
};

}  // namespace ecron::mq
