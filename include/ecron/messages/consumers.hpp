#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "ecron/base/time.hpp"
#include "ecron/messages/executions.hpp"
#include "ecron/model/json.hpp"
#include "ecron/mq/broker.hpp"
#include "ecron/store/store.hpp"

/// Consumes messages: immediate jobs, ends of executions, hints that jobs have changed (docs/messages.md). A
/// message is acknowledged once its effect is stored. Its effect is identified by the message, so that a
/// redelivered message is applied once. While the store is unavailable, messages wait in their handlers.
/// Threads: the io_context's.
namespace ecron::messages {

struct Options {
    model::Rules rules{};
    bool commands{false};   // accept jobs of mode exe
    TenantId own_tenant{};  // tenant of jobs without one, valid even without jobs; empty: none
    Millis hold{10'000};    // how long a message for an unknown execution is held
    std::size_t in_flight{1'000};
    int max_deliveries{10};
    bool accepts_attempts{false};    // accept offered attempts from other nodes
    std::size_t jobs_per_second{0};  // per tenant; further messages are redelivered later. 0: no limit
};

class Consumers {
public:
    Consumers(boost::asio::io_context& io, const Clock& clock, store::Store& store, Executions& executions,
              Options options);
    ~Consumers();
    Consumers(const Consumers&) = delete;
    Consumers& operator=(const Consumers&) = delete;

    /// Call before the broker runs.
    void subscribe(mq::Broker& broker);
    /// Requeues messages that wait for the store.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::messages
