#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "ecron/analysis/attempt_dispatcher.hpp"
#include "ecron/base/async.hpp"
#include "ecron/mq/broker.hpp"

namespace ecron::messages {

/// Offers attempts over the topic of executions, batching concurrent offers. Threads: the io_context's.
class AttemptPublisher final : public analysis::AttemptDispatcher {
public:
    AttemptPublisher(boost::asio::io_context& io, mq::Broker& broker);
    [[nodiscard]] bool is_open() const override { return broker_.connected(); }
    void publish(const ExecuteId& id, int attempt) override;

private:
    boost::asio::awaitable<void> publish_waiting();

    boost::asio::io_context& io_;
    mq::Broker& broker_;
    Gate gate_;
    std::vector<mq::Outgoing> waiting_;
};

}  // namespace ecron::messages
