#pragma once
#include <librdkafka/rdkafka.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/mq/kafka.hpp"

/// librdkafka on the io_context: its threads put events into a queue that wakes the io_context through a file
/// descriptor.
namespace ecron::mq::kafka {

namespace asio = boost::asio;

struct EventDeleter {
    void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EventDeleter>;

struct PartitionsDeleter {
    void operator()(rd_kafka_topic_partition_list_t* list) const {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDeleter>;

using Properties = std::vector<std::pair<std::string, std::string>>;

class Client {
public:
    static Result<std::unique_ptr<Client>> make(asio::io_context& io, rd_kafka_type_t type,
                                                const Properties& properties);
    virtual ~Client() = default;
    [[nodiscard]] virtual rd_kafka_t* handle() const = 0;
    [[nodiscard]] virtual rd_kafka_queue_t* queue() const = 0;
    /// Returns the next event; empty if there is none. Does not block.
    [[nodiscard]] virtual Event next() = 0;
    /// Completes when there may be an event, or on wake().
    virtual asio::awaitable<void> wait() = 0;
    virtual void wake() = 0;
};

/// The used values of librdkafka's statistics.
struct Statistics {
    bool broker_up{false};
    bool in_group{false};                // consumer: its partitions are assigned
    std::optional<std::uint64_t> lag{};  // of its partitions
};
std::optional<Statistics> parse_statistics(std::string_view json);

/// Removes durations from an error text, so that repeated errors have the same text.
std::string without_times(const std::string& text);

/// Converts an error of librdkafka.
Error to_error(rd_kafka_resp_err_t code, const char* text = nullptr);

}  // namespace ecron::mq::kafka
