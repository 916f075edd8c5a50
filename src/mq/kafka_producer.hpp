#pragma once
#include "mq/deliveries.hpp"
#include "mq/kafka_client.hpp"
#include "mq/link.hpp"

namespace ecron::mq::kafka {

/// Publishes messages; publishing completes when all in-sync replicas have stored them.
class Producer {
public:
    Producer(asio::io_context& io, const Clock& clock, const KafkaOptions& options);

    /// Error: an invalid configuration.
    Result<void> start();
    asio::awaitable<Result<void>> publish(std::string topic, std::vector<Outgoing> messages);
    asio::awaitable<void> run();
    asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] bool connected() const { return link_.connected; }
    void append_to(State& state) const;

private:
    /// Messages that are published together.
    struct Batch {
        explicit Batch(asio::io_context& io) : answered(io) {}
        std::size_t open{0};
        std::optional<Error> error{};
        Wakeup answered;
    };

    [[nodiscard]] rd_kafka_resp_err_t hand_over(const std::string& topic, const Outgoing& message,
                                                Batch& batch) const;
    void take(const Event& event);
    void take_reports(rd_kafka_event_t* reports);
    void take_trouble(rd_kafka_event_t* event);
    asio::awaitable<void> begin_anew();

    asio::io_context& io_;
    const Clock& clock_;
    const KafkaOptions& options_;
    std::unique_ptr<Client> client_;
    Wakeup room_;
    Link link_;
    Published published_;
    RefusedTopics refused_;
    bool fatal_{false};
    bool stopping_{false};
    bool ended_{false};
};

}  // namespace ecron::mq::kafka
