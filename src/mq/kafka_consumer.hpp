#pragma once
#include <map>

#include "mq/deliveries.hpp"
#include "mq/kafka_client.hpp"
#include "mq/kafka_offsets.hpp"
#include "mq/link.hpp"

namespace ecron::mq::kafka {

/// One member of the consumer group of a subscription.
class Consumer {
public:
    Consumer(asio::io_context& io, const Clock& clock, Broker& broker, const KafkaOptions& options,
             Subscription subscription);

    /// Error: an invalid configuration.
    Result<void> start();
    asio::awaitable<void> run();
    asio::awaitable<void> stop(Millis grace);
    void append_to(State& state) const;

private:
    /// One assignment of a partition to this member; a new object for each assignment.
    struct Partition {
        std::int32_t number{};
        Offsets offsets{};
        bool lost{false};
    };
    using PartitionPtr = std::shared_ptr<Partition>;

    asio::awaitable<void> deliver();
    asio::awaitable<void> wait_for_room();
    void take(const Event& event);
    void take_message(const rd_kafka_message_t& message);
    void take_rebalance(rd_kafka_event_t* event);
    void take_trouble(rd_kafka_resp_err_t code, const std::string& text);
    void take_statistics(const char* text);
    asio::awaitable<void> carry_out(PartitionPtr partition, std::int64_t offset, Message message);
    void store(const Partition& partition, std::int64_t offset) const;
    void pause(bool paused);
    [[nodiscard]] bool has_room() const;

    asio::io_context& io_;
    const Clock& clock_;
    Broker& broker_;
    const KafkaOptions& options_;
    Channel channel_;
    std::unique_ptr<Client> client_;
    Gate gate_;
    Wakeup room_;
    Wakeup stopped_;
    Link link_;
    std::map<std::int32_t, PartitionPtr> partitions_;
    std::string cluster_;
    std::size_t held_{0};  // messages that wait for redelivery
    std::optional<SteadyInstant> denied_at_{};
    bool paused_{false};
    bool stopping_{false};
    bool ended_{false};
};

}  // namespace ecron::mq::kafka
