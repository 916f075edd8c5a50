#pragma once
#include <unordered_map>

#include "mq/deliveries.hpp"
#include "mq/link.hpp"
#include "mq/nsq_connection.hpp"

namespace ecron::mq::nsq {

/// Subscribes a channel at every nsqd that has its topic and distributes the capacity among them.
class Consumers {
public:
    Consumers(asio::io_context& io, const Clock& clock, Broker& broker, const NsqOptions& options,
              Subscription subscription);

    /// Sets the addresses of the topic. With `certain`, an unlisted and unconnected nsqd is dropped.
    void set(const std::vector<Address>& addresses, bool certain);
    asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] Channel& channel() { return channel_; }
    void append_to(State& state) const;

private:
    struct Source {
        Source(Address at, ReconnectDelay pause) : address(std::move(at)), back_off(pause) {}
        Address address;
        ReconnectDelay back_off;
        std::shared_ptr<Connection> connection{};
        std::unordered_map<std::string, SteadyInstant>
            open{};  // messages in flight, and when each was last touched
        Link link{};
        bool wanted{true};
    };
    using SourcePtr = std::shared_ptr<Source>;

    asio::awaitable<void> consume(SourcePtr source);
    asio::awaitable<Result<void>> connect(SourcePtr source);
    static asio::awaitable<void> stop_delivering(Connection::Opened connection);
    asio::awaitable<void> carry_out(SourcePtr source, std::shared_ptr<Connection> connection, std::string id,
                                    Message message);
    void delivered(const SourcePtr& source, const Delivery& delivery);
    void share_room();
    void touch_long_ones(Source& source) const;

    asio::io_context& io_;
    const Clock& clock_;
    Broker& broker_;
    const NsqOptions& options_;
    Channel channel_;
    Gate sources_gate_;
    Gate messages_gate_;
    Wakeup stopped_;
    std::vector<SourcePtr> sources_;
    bool stopping_{false};
};

}  // namespace ecron::mq::nsq
