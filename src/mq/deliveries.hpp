#pragma once
#include <map>

#include "ecron/base/async.hpp"
#include "ecron/mq/broker.hpp"

/// What is the same for every broker: handlers are called and counted, what they cannot take ends as a dead
/// letter.
namespace ecron::mq {

namespace asio = boost::asio;

/// One subscription and how it goes.
class Channel {
public:
    explicit Channel(Subscription subscription) : subscription_(std::move(subscription)) {
        state_.topic = subscription_.topic;
        state_.channel = subscription_.channel;
    }
    [[nodiscard]] const Subscription& subscription() const { return subscription_; }
    [[nodiscard]] const TopicState& state() const { return state_; }
    [[nodiscard]] std::size_t in_flight() const { return state_.in_flight; }
    [[nodiscard]] bool has_room() const { return state_.in_flight < subscription_.in_flight; }
    void set_lag(std::optional<std::uint64_t> lag) { state_.lag = lag; }

    /// Carries one message out. Nothing: it is settled; else it is to be delivered again after that time.
    asio::awaitable<std::optional<Millis>> take(Broker& broker, Message message);

private:
    asio::awaitable<std::optional<Millis>> bury(Broker& broker, Message message, std::string reason);

    Subscription subscription_;
    TopicState state_;
};

/// What was published, by topic.
class Published {
public:
    void count(const std::string& topic, std::size_t messages, bool good);
    void append_to(std::vector<TopicState>& states) const;

private:
    std::map<std::string, TopicState> topics_;
};

}  // namespace ecron::mq
