#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ecron/mq/broker.hpp"

/// Kafka through librdkafka: an idempotent producer with acks=all, and one consumer group per subscription
/// with cooperative rebalancing. The offset of a message is committed once it and all previous messages of
/// its partition are acknowledged. A consumer without capacity pauses.
namespace ecron::mq {

struct KafkaOptions {
    std::string option{"mq_host"};  // the option with the servers
    std::string servers{};          // "host:port,host:port"
    std::string client_id{"ecron"};
    /// Properties of librdkafka; they override ecron's defaults.
    std::vector<std::pair<std::string, std::string>> properties{};
    Millis publish_timeout{10'000};
};

/// Error: an unknown librdkafka property or an invalid value.
Result<std::unique_ptr<Broker>> make_kafka_broker(boost::asio::io_context& io, const Clock& clock,
                                                  KafkaOptions options);

}  // namespace ecron::mq
