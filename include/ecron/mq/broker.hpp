#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Message queues. Each topic has channels (Kafka: consumer groups); each channel receives every message of
/// its topic and distributes the messages among its subscribers. Delivery is at least once: a message is
/// acknowledged after its handler has returned, so that whatever the handler stores is stored first.
///
/// Lost connections are re-established with back-off while the process runs; state() reports them. Threads:
/// the io_context's; no call blocks it.
namespace ecron::mq {

struct Outgoing {
    std::string key{};  // messages with the same key stay ordered if the broker partitions its topics
    std::string body{};
};

struct Message {
    std::string topic{};
    std::string body{};
    std::string origin{};  // unique id of the message, the same at every delivery
    int deliveries{1};     // including this one, as far as the broker counts them
};

/// Result of handling a delivered message.
struct Ack {
    enum class Verdict : std::uint8_t {
        done,
        requeue,  // delivered again after `wait`; dead-lettered after too many deliveries
        dead      // moved to the topic's dead-letter topic with the reason
    };
    Verdict verdict{Verdict::done};
    Millis wait{};
    std::string reason{};
    bool counts{true};  // requeue: counts towards the message's maximum number of deliveries
};
using Handler = std::function<boost::asio::awaitable<Ack>(Message)>;

struct Subscription {
    std::string topic{};
    std::string channel{};
    std::size_t in_flight{1'000};  // maximum number of concurrent handlers
    int max_deliveries{10};        // maximum per message before it is dead-lettered
    Handler handler{};
};

/// State of a connection to a broker.
struct Link {
    std::string option{};   // the option with the address; empty: discovered
    std::string address{};  // host:port
    bool connected{false};
    std::string problem{};  // why it is not connected, or another problem
    Instant since{};
};

/// Counters since start, and gauges.
struct TopicState {
    std::string topic{};
    std::string channel{};  // empty: a topic that is published to
    std::uint64_t received{}, done{}, requeued{}, dead{};
    std::uint64_t published{}, failed{};  // failed: not published
    std::size_t in_flight{};
    std::optional<std::uint64_t> lag{};  // messages waiting for this channel; nullopt if not reported
};

struct State {
    std::string kind{};  // "nsq", "kafka", "none"
    bool connected{true};
    std::vector<Link> links{};
    std::vector<TopicState> topics{};
};

class Broker {
public:
    virtual ~Broker() = default;

    /// Completes when the broker has stored all messages. Errors: unavailable (some may not be stored),
    /// too_large (a message exceeds the broker's limit), denied (no permission for the topic).
    virtual boost::asio::awaitable<Result<void>> publish(std::string topic,
                                                         std::vector<Outgoing> messages) = 0;
    /// Call before run().
    virtual void subscribe(Subscription subscription) = 0;
    /// Connects and delivers until stop().
    virtual boost::asio::awaitable<void> run() = 0;
    /// Stops receiving; running handlers have `grace` to end. Messages that are not acknowledged by then are
    /// redelivered to any subscriber. Publishing continues.
    virtual boost::asio::awaitable<void> unsubscribe(Millis grace) = 0;
    /// Unsubscribes if necessary, gives publishing `grace` to complete, then closes all connections.
    virtual boost::asio::awaitable<void> stop(Millis grace) = 0;
    /// Returns true if messages can currently be published.
    [[nodiscard]] virtual bool connected() const = 0;
    [[nodiscard]] virtual State state() const = 0;
};

/// Returns the dead-letter topic of a topic. Its messages: `{"topic","reason","origin","deliveries","body"}`,
/// the body as text, truncated to 128 KiB.
[[nodiscard]] std::string dead_letter_topic(const std::string& topic);
/// Returns the body of a dead-letter message.
[[nodiscard]] std::string dead_letter(const Message& message, const std::string& reason);

}  // namespace ecron::mq
