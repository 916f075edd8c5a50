#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace ecron::bench {

/// A message queue through only its protocol (NSQ, on a blocking socket) or client library (Kafka,
/// librdkafka), from the calling thread. Errors: exceptions.
class BareQueue {
public:
    using Store = std::function<void(std::span<const std::string> bodies)>;

    /// `kind`: nsq or kafka; `address`: host:port.
    static std::unique_ptr<BareQueue> make(const std::string& kind, const std::string& address);
    virtual ~BareQueue() = default;
    /// Publishes the same body `count` times; returns the rate in messages per second when the broker has
    /// stored all.
    virtual double publish(const std::string& topic, const std::string& body, std::size_t count) = 0;
    /// Consumes that many messages of a topic, `together` at a time: stores them, then acknowledges them.
    /// Returns the rate from the first message on, in messages per second.
    virtual double consume(const std::string& topic, std::size_t count, std::size_t together,
                           const Store& store) = 0;
};

}  // namespace ecron::bench
