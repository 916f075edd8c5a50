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

/// Message queues: topics that are published to, and channels (Kafka: consumer groups) that each get every
/// message of their topic and share it out among their subscribers. Delivery is at least once: a message is
/// acknowledged when its handler has answered, so that whatever the handler stores is stored first.
///
/// Brokers come and go: connections are tried again with back-off for as long as the process lives, and
/// state() tells how they stand. Threads: the io_context's; no call blocks it.
namespace ecron::mq {

struct Outgoing {
    std::string key{};  // messages of one key stay in order where the broker divides its topics
    std::string body{};
};

struct Message {
    std::string topic{};
    std::string body{};
    std::string origin{};  // names this very message, the same at each delivery of it
    int deliveries{1};     // this one included, as far as the broker counts them
};

/// What becomes of a message that was delivered.
struct Settlement {
    enum class Verdict : std::uint8_t {
        done,
        again,  // it is delivered once more after `wait`; too often, and it is dead
        dead    // it goes to the topic's dead-letter topic with the reason
    };
    Verdict verdict{Verdict::done};
    Millis wait{};
    std::string reason{};
    bool counts{true};  // again: as one of the deliveries that a message has
};
using Handler = std::function<boost::asio::awaitable<Settlement>(Message)>;

struct Subscription {
    std::string topic{};
    std::string channel{};
    std::size_t in_flight{1'000};  // handlers at once, at most
    int most_deliveries{10};       // of one message, before it is dead
    Handler handler{};
};

/// How a connection to a broker stands.
struct Link {
    std::string option{};   // that names the address; empty: it was discovered
    std::string address{};  // host:port
    bool connected{false};
    std::string problem{};  // why not, or what is wrong all the same
    Instant since{};
};

/// Counters since start, and gauges.
struct TopicState {
    std::string topic{};
    std::string channel{};  // empty: it is published to
    std::uint64_t received{}, done{}, requeued{}, dead{};
    std::uint64_t published{}, failed{};  // failed: was not published
    std::size_t in_flight{};
    std::optional<std::uint64_t> lag{};  // messages that wait for this channel, where the broker tells
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

    /// All of them are with the broker when it is answered. unavailable: some may not be; too_large: one is
    /// larger than the broker takes; denied: the topic is not for us.
    virtual boost::asio::awaitable<Result<void>> publish(std::string topic,
                                                         std::vector<Outgoing> messages) = 0;
    /// Before run().
    virtual void subscribe(Subscription subscription) = 0;
    /// Connects and delivers until stop().
    virtual boost::asio::awaitable<void> run() = 0;
    /// Takes no more messages; handlers get `grace` to end. What was not settled by then is delivered anew,
    /// to whoever subscribes. Publishing goes on.
    virtual boost::asio::awaitable<void> unsubscribe(Millis grace) = 0;
    /// Unsubscribes, if need be; what is being published gets `grace`; then everything is closed.
    virtual boost::asio::awaitable<void> stop(Millis grace) = 0;
    /// Messages can be published now.
    [[nodiscard]] virtual bool connected() const = 0;
    [[nodiscard]] virtual State state() const = 0;
};

/// Where dead letters of a topic go: `{"topic","reason","origin","deliveries","body"}`, the body as text,
/// cut to 128 KiB.
[[nodiscard]] std::string dead_letter_topic(const std::string& topic);
/// The body of a dead letter.
[[nodiscard]] std::string dead_letter(const Message& message, const std::string& reason);

/// No server: what is published is delivered in this process, and is lost with it.
std::unique_ptr<Broker> make_in_process_broker(boost::asio::io_context& io);

}  // namespace ecron::mq
