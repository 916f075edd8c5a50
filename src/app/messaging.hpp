#pragma once
#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/async.hpp"
#include "ecron/config/config.hpp"
#include "ecron/http/client.hpp"
#include "ecron/management/api.hpp"
#include "ecron/messages/attempt_publisher.hpp"
#include "ecron/messages/consumers.hpp"
#include "ecron/messages/relay.hpp"
#include "ecron/messages/scheduler_executions.hpp"

namespace ecron::app {

/// The message queue and its producers and consumers. Created before the scheduler, which dispatches
/// executions through it, and attached to it afterwards. Does nothing if no hosts are configured.
class Messaging {
public:
    /// Throws if the configuration is invalid.
    Messaging(boost::asio::io_context& io, const Clock& clock, store::Store& store,
              const config::Config& config);

    [[nodiscard]] analysis::AttemptDispatcher* dispatcher() { return publisher_ ? &*publisher_ : nullptr; }
    void attach(analysis::Scheduler& scheduler);
    boost::asio::awaitable<void> run();
    /// Stops consuming messages.
    boost::asio::awaitable<void> stop_taking();
    /// Publishes the remaining messages if this node publishes, then closes the connections.
    boost::asio::awaitable<void> stop();
    /// For metrics and /cluster; empty if there is no message queue.
    [[nodiscard]] std::function<management::Messages()> state() const;

private:
    boost::asio::io_context& io_;
    const Clock& clock_;
    store::Store& store_;
    const config::Config& config_;
    http::Client client_;
    std::unique_ptr<mq::Broker> broker_;
    std::optional<messages::AttemptPublisher> publisher_;
    const analysis::Scheduler* scheduler_{nullptr};
    std::optional<messages::SchedulerExecutions> executions_;
    std::optional<messages::Consumers> consumers_;
    std::optional<messages::Relay> relay_;
    Gate gate_;
    bool stopping_{false};
};

}  // namespace ecron::app
