#pragma once
#include "mq/deliveries.hpp"
#include "mq/link.hpp"
#include "mq/nsq_connection.hpp"

namespace ecron::mq::nsq {

/// Publishes to one of several nsqds: the last one used while it is connected, then the next.
class Producers {
public:
    Producers(asio::io_context& io, const Clock& clock, const NsqOptions& options);

    asio::awaitable<Result<void>> publish(std::string topic, std::vector<Outgoing> messages);
    /// Sets the available nsqds; an unlisted one is dropped when its connection ends.
    void set(const std::vector<Address>& addresses);
    /// Connects to disconnected nsqds whose back-off has elapsed.
    asio::awaitable<void> keep_connected();
    asio::awaitable<void> close();
    [[nodiscard]] bool connected() const;
    void append_to(State& state) const;

private:
    struct Node {
        Node(Address to, ReconnectDelay pause) : address(std::move(to)), back_off(pause) {}
        Address address;
        ReconnectDelay back_off;
        std::shared_ptr<Connection> connection{};
        Link link{};
        SteadyInstant not_before{};
        bool opening{false};
        bool reopening{false};  // after a rejection that closed a healthy connection
        bool wanted{true};
    };
    using NodePtr = std::shared_ptr<Node>;

    asio::awaitable<void> connect(NodePtr node);
    NodePtr next_connected();
    asio::awaitable<void> wait_for_reopened();
    asio::awaitable<Result<void>> publish_batch(const std::string& topic, std::span<const Outgoing> messages);
    void lost(Node& node, const Error& error);

    asio::io_context& io_;
    const Clock& clock_;
    const NsqOptions& options_;
    Gate gate_;
    Wakeup opened_;
    std::vector<NodePtr> nodes_;
    std::size_t current_{0};
    Published published_;
    RefusedTopics refused_;
};

}  // namespace ecron::mq::nsq
