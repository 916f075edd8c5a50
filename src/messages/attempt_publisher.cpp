#include "ecron/messages/attempt_publisher.hpp"

#include "ecron/base/log.hpp"
#include "messages/payload.hpp"
#include "messages/topics.hpp"

namespace ecron::messages {

AttemptPublisher::AttemptPublisher(boost::asio::io_context& io, mq::Broker& broker)
    : io_(io),
      broker_(broker),
      gate_(io) {}

void AttemptPublisher::publish(const ExecuteId& id, int attempt) {
    waiting_.push_back({.key = id.value(), .body = write_attempt({.id = id, .attempt = attempt})});
    if (waiting_.size() == 1) gate_.spawn("offers", publish_waiting());
}

/// Lost offers only cost time: the offering node then carries out the attempts itself.
boost::asio::awaitable<void> AttemptPublisher::publish_waiting() {
    co_await yield(io_);
    std::vector<mq::Outgoing> offers = std::exchange(waiting_, {});
    const Result<void> published = co_await broker_.publish(std::string{kExecutionTopic}, std::move(offers));
    if (!published) log::debug("failed to offer executions: error=\"{}\"", published.error().what);
}

}  // namespace ecron::messages
