#include "mq/in_process.hpp"

#include <deque>

#include "mq/deliveries.hpp"

namespace ecron::mq {
namespace {

constexpr std::size_t kMaxKept = 100'000;  // maximum for a topic whose handlers are busy

class InProcess final : public Broker {
public:
    explicit InProcess(asio::io_context& io) : io_(io), gate_(io), ended_(io) {}

    asio::awaitable<Result<void>> publish(std::string topic, std::vector<Outgoing> messages) override {
        Topic& queue = topics_[topic];
        const bool fits = queue.early.size() + messages.size() <= kMaxKept;
        published_.count(topic, messages.size(), fits);
        if (!fits) co_return fail(Errc::unavailable, "too many messages wait in this process");
        for (Outgoing& message : messages) {
            const Message one{
                .topic = topic, .body = std::move(message.body), .origin = std::to_string(++number_)};
            if (queue.lanes.empty()) queue.early.push_back(one);
            for (const auto& lane : queue.lanes) lane->waiting.push_back(one);
        }
        for (const auto& lane : queue.lanes) deliver(*lane);
        co_return Result<void>{};
    }

    void subscribe(Subscription subscription) override {
        Topic& queue = topics_[subscription.topic];
        const std::size_t room = subscription.in_flight;
        queue.lanes.push_back(std::make_unique<Lane>(Channel{std::move(subscription)}, room));
        queue.lanes.back()->waiting = std::exchange(queue.early, {});
    }

    asio::awaitable<void> run() override {
        running_ = true;
        for (const auto& [name, topic] : topics_)
            for (const auto& lane : topic.lanes) deliver(*lane);
        while (running_) co_await ended_.wait(Seconds{1});
    }

    asio::awaitable<void> stop(Millis grace) override {
        co_await unsubscribe(grace);
        ended_.notify();
    }

    asio::awaitable<void> unsubscribe(Millis grace) override {
        running_ = false;
        for (Millis waited{}; gate_.count() > 0 && waited < grace; waited += Millis{5})
            co_await sleep(io_, Millis{5});
    }

    [[nodiscard]] bool connected() const override { return true; }
    [[nodiscard]] State state() const override {
        State state{.kind = "none"};
        for (const auto& [name, topic] : topics_) {
            for (const auto& lane : topic.lanes) {
                state.topics.push_back(lane->channel.state());
                state.topics.back().lag = lane->waiting.size();
            }
        }
        published_.append_to(state.topics);
        return state;
    }

private:
    struct Lane {
        Lane(Channel made, std::size_t most) : channel(std::move(made)), room(most) {}
        Channel channel;
        std::deque<Message> waiting{};
        std::size_t room;  // free handlers
    };
    struct Topic {
        std::vector<std::unique_ptr<Lane>> lanes{};
        std::deque<Message> early{};  // messages from before the first subscriber
    };

    void deliver(Lane& lane) {
        while (running_ && lane.room > 0 && !lane.waiting.empty()) {
            Message next = std::move(lane.waiting.front());
            lane.waiting.pop_front();
            --lane.room;
            gate_.spawn("message", carry_out(lane, std::move(next)));
        }
    }

    asio::awaitable<void> carry_out(Lane& lane, Message message) {
        const std::optional<Millis> again = co_await lane.channel.take(*this, message);
        ++lane.room;
        deliver(lane);
        if (!again) co_return;
        ++message.deliveries;
        co_await sleep(io_, *again);
        lane.waiting.push_back(std::move(message));
        deliver(lane);
    }

    asio::io_context& io_;
    Gate gate_;
    Wakeup ended_;
    std::map<std::string, Topic> topics_;
    Published published_;
    std::uint64_t number_{0};
    bool running_{false};
};

}  // namespace

std::unique_ptr<Broker> make_in_process_broker(asio::io_context& io) {
    return std::make_unique<InProcess>(io);
}

}  // namespace ecron::mq
