#pragma once
#include <array>
#include <functional>
#include <string_view>

#include "ecron/store/port.hpp"

/// Messages for the message queue: written in the transaction that they report, deleted once a broker has
/// accepted them. One process publishes at a time, the oldest message of each topic first, so that messages
/// about one job or execution stay in order.
///
/// Threads and errors: as for Store.
namespace ecron::store {

/// The previous service's topics for changes of jobs and of execution states.
inline constexpr std::string_view kJobTopic = "cron.topic.cron.job";
inline constexpr std::string_view kStatusTopic = "cron.topic.job.status";
inline constexpr std::array kTopics{kJobTopic, kStatusTopic};

struct QueuedMessage {
    std::int64_t key{};
    std::string about{};  // id of the job or execution, the message key
    std::string payload{};
    Millis age{};  // by the store's clock
};

class MessageQueue {
public:
    virtual ~MessageQueue() = default;
    /// Returns the oldest messages of one topic.
    virtual Awaitable<std::vector<QueuedMessage>> oldest(std::string topic, std::size_t limit) = 0;
    virtual Awaitable<void> remove(std::vector<std::int64_t> keys) = 0;
    /// The callback runs after each commit of this process that added messages.
    virtual void on_written(std::function<void()> callback) = 0;
};

}  // namespace ecron::store
