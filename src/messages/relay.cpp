#include "ecron/messages/relay.hpp"

#include <deque>

#include "ecron/base/async.hpp"
#include "ecron/base/log.hpp"

namespace ecron::messages {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAtOnce = 500;
constexpr Millis kPoll{1'000};  // to find messages written by other nodes
constexpr Millis kGather{10};   // to batch messages that are written one by one
constexpr Millis kBrokerAway{500};

/// Returns true if the message causes the error, not the topic or the broker.
bool is_at_fault(const Error& error) { return error.code == Errc::too_large || error.code == Errc::invalid; }

/// One topic; errors of other topics do not delay it.
class Lane {
public:
    Lane(asio::io_context& io, store::MessageQueue& queue, mq::Broker& broker, std::string_view topic,
         Millis keep)
        : io_(io),
          queue_(queue),
          broker_(broker),
          topic_(topic),
          keep_(keep),
          wake_(io) {}

    asio::awaitable<void> run(const std::function<bool()>& may_work) {
        while (!stopping_) {
            co_await wake_.wait(kPoll);
            if (!stopping_) co_await sleep(io_, kGather);
            bool more = !stopping_ && may_work();
            while (more) {
                more = co_await publish_some();
                more = more && !stopping_ && may_work();
            }
        }
    }
    asio::awaitable<void> flush(std::chrono::steady_clock::time_point deadline) {
        bool more = broker_.connected();
        while (more && std::chrono::steady_clock::now() < deadline) more = co_await publish_some();
    }
    void wake() { wake_.notify(); }
    void stop() {
        stopping_ = true;
        wake_.notify();
    }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    using Queued = std::vector<store::QueuedMessage>;

    /// Returns true if there may be more messages.
    asio::awaitable<bool> publish_some() {
        std::string topic = topic_;
        const Result<Queued> oldest = co_await queue_.oldest(std::move(topic), kAtOnce);
        if (!oldest || oldest->empty()) co_return false;
        std::vector<std::int64_t> gone;
        co_await publish(*oldest, gone);
        const bool all = gone.size() == oldest->size();
        if (!gone.empty()) {
            const Result<void> removed = co_await queue_.remove(std::move(gone));
            if (!removed) co_return false;  // they are published again
        }
        if (!all) co_await sleep(io_, kBrokerAway);
        co_return all && oldest->size() == kAtOnce;
    }

    /// Appends the keys of completed messages. To keep the order, messages after one that must wait are not
    /// published.
    asio::awaitable<void> publish(const Queued& messages, std::vector<std::int64_t>& gone) {
        std::vector<mq::Outgoing> together;
        for (const store::QueuedMessage& message : messages)
            together.push_back({.key = message.about, .body = message.payload});
        const Result<void> published = co_await broker_.publish(topic_, std::move(together));
        if (published) {
            for (const store::QueuedMessage& message : messages) gone.push_back(message.key);
            co_return;
        }
        const bool one_by_one = is_at_fault(published.error()) && messages.size() > 1;
        if (one_by_one) {
            for (const store::QueuedMessage& message : messages) {
                const Queued one{message};
                const std::size_t before = gone.size();
                co_await publish(one, gone);
                if (gone.size() == before) break;
            }
            co_return;
        }
        for (const store::QueuedMessage& message : messages) {
            const bool at_fault = is_at_fault(published.error());
            if (!at_fault && message.age < keep_) continue;
            if (at_fault) {
                const Result<void> buried = co_await bury(message, published.error().what);
                const bool waits = !buried && !is_at_fault(buried.error()) && message.age < keep_;
                if (waits) co_return;
            }
            log::error("failed to publish message: topic={} about={} age={} bytes={} error=\"{}\"", topic_,
                       message.about, format_duration(message.age), message.payload.size(),
                       published.error().what);
            ++dropped_;
            gone.push_back(message.key);
        }
    }

    /// Publishes a dead-letter message, which is smaller than the message and identifies it.
    asio::awaitable<Result<void>> bury(const store::QueuedMessage& message, const std::string& reason) {
        const mq::Message refused{
            .topic = topic_, .body = message.payload, .origin = message.about, .deliveries = 0};
        std::vector<mq::Outgoing> letters;
        letters.push_back({.key = message.about, .body = mq::dead_letter(refused, reason)});
        return broker_.publish(mq::dead_letter_topic(topic_), std::move(letters));
    }

    asio::io_context& io_;
    store::MessageQueue& queue_;
    mq::Broker& broker_;
    const std::string topic_;
    const Millis keep_;
    Wakeup wake_;
    std::uint64_t dropped_{0};
    bool stopping_{false};
};

}  // namespace

class Relay::Impl {
public:
    Impl(asio::io_context& io, store::MessageQueue& queue, mq::Broker& broker, std::function<bool()> may_work,
         Millis keep)
        : io_(io),
          queue_(queue),
          may_work_(std::move(may_work)) {
        for (const std::string_view topic : store::kTopics)
            lanes_.emplace_back(io, queue, broker, topic, keep);
        queue_.on_written([this] {
            for (Lane& lane : lanes_) lane.wake();
        });
    }
    ~Impl() { queue_.on_written({}); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::awaitable<void> run() {
        Gate gate{io_};
        for (Lane& lane : lanes_) gate.spawn("relay", lane.run(may_work_));
        co_await gate.close();
    }
    void stop() {
        for (Lane& lane : lanes_) lane.stop();
    }
    asio::awaitable<void> flush(Millis at_most) {
        const auto deadline = std::chrono::steady_clock::now() + at_most;
        Gate gate{io_};
        for (Lane& lane : lanes_) gate.spawn("relay flush", lane.flush(deadline));
        co_await gate.close();
    }
    [[nodiscard]] std::uint64_t dropped() const {
        std::uint64_t all = 0;
        for (const Lane& lane : lanes_) all += lane.dropped();
        return all;
    }

private:
    asio::io_context& io_;
    store::MessageQueue& queue_;
    const std::function<bool()> may_work_;
    std::deque<Lane> lanes_;
};

Relay::Relay(asio::io_context& io, store::MessageQueue& queue, mq::Broker& broker,
             std::function<bool()> may_work, Millis keep)
    : impl_(std::make_shared<Impl>(io, queue, broker, std::move(may_work), keep)) {}
Relay::~Relay() = default;
asio::awaitable<void> Relay::run() { return impl_->run(); }
void Relay::stop() { impl_->stop(); }
asio::awaitable<void> Relay::flush(Millis at_most) { return impl_->flush(at_most); }
std::uint64_t Relay::dropped() const { return impl_->dropped(); }

}  // namespace ecron::messages
