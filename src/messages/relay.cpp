#include "ecron/messages/relay.hpp"

#include <map>

#include "ecron/base/async.hpp"
#include "ecron/base/log.hpp"

namespace ecron::messages {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAtOnce = 500;
constexpr Millis kPoll{1'000};  // for what other nodes wrote
constexpr Millis kGather{10};   // so that what is written one by one goes out together
constexpr Millis kBrokerAway{500};

bool is_at_fault(const Error& error) {
    return error.code == Errc::too_large || error.code == Errc::invalid || error.code == Errc::denied;
}

}  // namespace

class Relay::Impl {
public:
    Impl(asio::io_context& io, store::MessageQueue& queue, mq::Broker& broker, std::function<bool()> may_work,
         Millis keep)
        : io_(io),
          queue_(queue),
          broker_(broker),
          may_work_(std::move(may_work)),
          keep_(keep),
          wake_(io) {
        queue_.on_written([this] { wake_.notify(); });
    }
    ~Impl() { queue_.on_written({}); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::awaitable<void> run() {
        while (!stopping_) {
            co_await wake_.wait(kPoll);
            if (!stopping_) co_await sleep(io_, kGather);
            bool more = !stopping_ && may_work_();
            while (more) {
                more = co_await publish_some();
                more = more && !stopping_ && may_work_();
            }
        }
    }

    void stop() {
        stopping_ = true;
        wake_.notify();
    }
    asio::awaitable<void> flush(Millis at_most) {
        const auto deadline = std::chrono::steady_clock::now() + at_most;
        bool more = broker_.connected();
        while (more && std::chrono::steady_clock::now() < deadline) more = co_await publish_some();
    }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    using Queued = std::vector<store::QueuedMessage>;

    /// True: there may be more.
    asio::awaitable<bool> publish_some() {
        const Result<Queued> oldest = co_await queue_.oldest(kAtOnce);
        if (!oldest || oldest->empty()) co_return false;
        std::map<std::string, Queued> by_topic;
        for (const store::QueuedMessage& message : *oldest) by_topic[message.topic].push_back(message);
        std::vector<std::int64_t> gone;
        for (const auto& [topic, messages] : by_topic) co_await publish(topic, messages, gone);
        const bool all = gone.size() == oldest->size();
        if (!gone.empty()) {
            const Result<void> removed = co_await queue_.remove(std::move(gone));
            if (!removed) co_return false;  // they are published once more
        }
        if (!all) co_await sleep(io_, kBrokerAway);
        co_return all && oldest->size() == kAtOnce;
    }

    /// Appends the keys of those that are done with.
    asio::awaitable<void> publish(const std::string& topic, const Queued& messages,
                                  std::vector<std::int64_t>& gone) {
        std::vector<mq::Outgoing> together;
        for (const store::QueuedMessage& message : messages)
            together.push_back({.key = message.about, .body = message.payload});
        const Result<void> published = co_await broker_.publish(topic, std::move(together));
        if (published) {
            for (const store::QueuedMessage& message : messages) gone.push_back(message.key);
            co_return;
        }
        const bool one_by_one = is_at_fault(published.error()) && messages.size() > 1;
        if (one_by_one) {
            for (const store::QueuedMessage& message : messages) {
                const Queued one{message};
                co_await publish(topic, one, gone);
            }
            co_return;
        }
        for (const store::QueuedMessage& message : messages) {
            const bool refused = is_at_fault(published.error()) && published.error().code != Errc::denied;
            if (!refused && message.age < keep_) continue;
            log::error("message not published topic={} about={} age={} error=\"{}\"", topic, message.about,
                       format_duration(message.age), published.error().what);
            ++dropped_;
            gone.push_back(message.key);
        }
    }

    asio::io_context& io_;
    store::MessageQueue& queue_;
    mq::Broker& broker_;
    std::function<bool()> may_work_;
    const Millis keep_;
    Wakeup wake_;
    std::uint64_t dropped_{0};
    bool stopping_{false};
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
