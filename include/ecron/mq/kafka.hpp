#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ecron/mq/broker.hpp"

/// Kafka, by librdkafka: an idempotent producer with acks=all, and a consumer group for each subscription,
/// whose partitions are shared out by cooperative rebalancing. The offset of a message is committed once it
/// and all before it in its partition are settled. A consumer that has no room pauses.
namespace ecron::mq {

struct KafkaOptions {
    std::string option{"mq_host"};  // that named the servers
    std::string servers{};          // "host:port,host:port"
    std::string client_id{"ecron"};
    /// Properties of librdkafka; they win over ecron's own choices.
    std::vector<std::pair<std::string, std::string>> properties{};
    Millis publish_timeout{10'000};
};

/// An error: a property that librdkafka does not know, or not with that value.
Result<std::unique_ptr<Broker>> make_kafka_broker(boost::asio::io_context& io, const Clock& clock,
                                                  KafkaOptions options);

}  // namespace ecron::mq
