#pragma once
#include <array>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// What is to be published to the message queue: written in the transaction that it tells of, removed when a
/// broker has it. One process publishes at a time, of each topic the oldest first, so that what is about one
/// job or one execution stays in order.
///
/// Threads and errors: as those of Store.
namespace ecron::store {

/// The topics of the old service that tell of jobs and of executions.
inline constexpr std::string_view kJobTopic = "cron.topic.cron.job";
inline constexpr std::string_view kStatusTopic = "cron.topic.job.status";
inline constexpr std::array kTopics{kJobTopic, kStatusTopic};

struct QueuedMessage {
    std::int64_t key{};
    std::string about{};  // id of the job or the execution
    std::string payload{};
    Millis age{};  // by the store's clock
};

class MessageQueue {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~MessageQueue() = default;
    /// The oldest of one topic.
    virtual Awaitable<std::vector<QueuedMessage>> oldest(std::string topic, std::size_t limit) = 0;
    virtual Awaitable<void> remove(std::vector<std::int64_t> keys) = 0;
    /// Called after a commit of this process that put some in.
    virtual void on_written(std::function<void()> told) = 0;
};

}  // namespace ecron::store
