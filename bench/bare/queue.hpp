#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace ecron::bench {

/// A message queue through nothing but its own protocol (NSQ, on a blocking socket) or client library (Kafka,
/// librdkafka), from the calling thread. Errors: exceptions.
class BareQueue {
public:
    using Store = std::function<void(std::span<const std::string> bodies)>;

    /// `kind`: nsq or kafka; `address`: host:port.
    static std::unique_ptr<BareQueue> make(const std::string& kind, const std::string& address);
    virtual ~BareQueue() = default;
    /// The same body so often; returns when the broker has them all. The rate, messages a second.
    virtual double publish(const std::string& topic, const std::string& body, std::size_t count) = 0;
    /// So many messages of a topic, `together` of them at a time: they are stored, then acknowledged. The
    /// rate from the first message on, messages a second.
    virtual double consume(const std::string& topic, std::size_t count, std::size_t together,
                           const Store& store) = 0;
};

}  // namespace ecron::bench
