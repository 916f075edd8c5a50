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

/// librdkafka on the io_context: it works on threads of its own, and what it has to tell waits in a queue
/// that wakes us through a file descriptor.
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
    /// The next thing that it has to tell; empty: nothing now. Does not wait.
    [[nodiscard]] virtual Event next() = 0;
    /// Ends when there may be something, or with wake().
    virtual asio::awaitable<void> wait() = 0;
    virtual void wake() = 0;
};

/// What matters of librdkafka's statistics.
struct Statistics {
    bool broker_up{false};
    bool in_group{false};                // a consumer: it has its share of the partitions
    std::optional<std::uint64_t> lag{};  // of its partitions
};
std::optional<Statistics> parse_statistics(std::string_view json);

/// An error's text without how long it took, so that the same trouble reads the same.
std::string without_times(const std::string& text);

/// How an error of librdkafka reads here.
Error to_error(rd_kafka_resp_err_t code, const char* text = nullptr);

}  // namespace ecron::mq::kafka
