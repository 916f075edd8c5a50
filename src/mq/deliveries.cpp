#include "mq/deliveries.hpp"

#include "ecron/base/json_writer.hpp"
#include "ecron/base/log.hpp"

namespace ecron::mq {
namespace {

constexpr Millis kBuryAgain{1'000};
constexpr std::size_t kBodyKept = 128UL * 1024;  // keeps a dead letter smaller than its topic's limit

/// Counts one more running handler during its lifetime.
class InFlight {
public:
    explicit InFlight(std::shared_ptr<TopicState> state) : state_(std::move(state)) { ++state_->in_flight; }
    ~InFlight() { --state_->in_flight; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    std::shared_ptr<TopicState> state_;
};

}  // namespace

std::string dead_letter_topic(const std::string& topic) { return topic + ".dead"; }

std::string dead_letter(const Message& message, const std::string& reason) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().member("topic", message.topic).member("reason", reason);
    json.member("origin", message.origin).member("deliveries", std::int64_t{message.deliveries});
    json.member("body", std::string_view{message.body}.substr(0, kBodyKept)).end_object();
    return text;
}

asio::awaitable<std::optional<Millis>> Channel::take(Broker& broker, Message message) {
    const InFlight counted{state_};
    ++state_->received;
    Ack ack = co_await subscription_.handler(message);
    const bool too_often = ack.verdict == Ack::Verdict::requeue && ack.counts &&
                           message.deliveries >= subscription_.max_deliveries;
    if (ack.verdict == Ack::Verdict::done) {
        ++state_->done;
        co_return std::nullopt;
    }
    if (ack.verdict == Ack::Verdict::requeue && !too_often) {
        ++state_->requeued;
        co_return ack.wait;
    }
    if (too_often) ack.reason = "delivered too often without success: " + ack.reason;
    co_return co_await bury(broker, std::move(message), std::move(ack.reason));
}

asio::awaitable<std::optional<Millis>> Channel::bury(Broker& broker, Message message, std::string reason) {
    log::warn("message rejected topic={} origin={} reason=\"{}\"", message.topic, message.origin, reason);
    std::vector<Outgoing> letters;
    letters.push_back({.body = dead_letter(message, reason)});
    const Result<void> buried = co_await broker.publish(dead_letter_topic(message.topic), std::move(letters));
    // A message that its topic accepted but its dead-letter topic rejects is dropped: otherwise it would be
    // redelivered indefinitely.
    if (!buried && buried.error().code == Errc::unavailable) {
        ++state_->requeued;
        co_return kBuryAgain;
    }
    if (!buried)
        log::error("failed to publish dead letter, dropping message: topic={} origin={} error={}",
                   message.topic, message.origin, buried.error().what);
    ++state_->dead;
    co_return std::nullopt;
}

void Published::count(const std::string& topic, std::size_t messages, bool good) {
    TopicState& state = topics_[topic];
    state.topic = topic;
    (good ? state.published : state.failed) += messages;
}

void Published::append_to(std::vector<TopicState>& states) const {
    for (const auto& [topic, state] : topics_) states.push_back(state);
}

}  // namespace ecron::mq
