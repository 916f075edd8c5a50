#pragma once
#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/async.hpp"
#include "ecron/config/config.hpp"
#include "ecron/http/client.hpp"
#include "ecron/management/api.hpp"
#include "ecron/messages/consumers.hpp"
#include "ecron/messages/relay.hpp"
#include "ecron/messages/scheduler_executions.hpp"
#include "ecron/messages/spread.hpp"

namespace ecron::app {

/// The message queue and what is said over it. Made before the scheduler, which offers executions over it,
/// and attached to it afterwards. Without hosts in the configuration there is none of it, and nothing
/// happens.
class Messaging {
public:
    /// Throws where the configuration is not one.
    Messaging(boost::asio::io_context& io, const Clock& clock, store::Store& store,
              const config::Config& config);

    [[nodiscard]] analysis::AttemptDispatcher* dispatcher() { return spread_ ? &*spread_ : nullptr; }
    void attach(analysis::Scheduler& scheduler);
    boost::asio::awaitable<void> run();
    /// No more messages are taken.
    boost::asio::awaitable<void> stop_taking();
    /// What is still to be told is told, where nobody else does; then the connections end.
    boost::asio::awaitable<void> stop();
    /// For metrics and /cluster; empty where there is no message queue.
    [[nodiscard]] std::function<management::Messages()> state() const;

private:
    boost::asio::io_context& io_;
    const Clock& clock_;
    store::Store& store_;
    const config::Config& config_;
    http::Client client_;
    std::unique_ptr<mq::Broker> broker_;
    std::optional<messages::Spread> spread_;
    const analysis::Scheduler* scheduler_{nullptr};
    std::optional<messages::SchedulerExecutions> executions_;
    std::optional<messages::Consumers> consumers_;
    std::optional<messages::Relay> relay_;
    Gate gate_;
    bool stopping_{false};
};

}  // namespace ecron::app
