#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "ecron/base/time.hpp"
#include "ecron/messages/executions.hpp"
#include "ecron/model/json.hpp"
#include "ecron/mq/broker.hpp"
#include "ecron/store/store.hpp"

/// What comes in by message: jobs to be run at once, ends of executions, hints that jobs have changed
/// (docs/messages.md). A message is settled once what it asks for is stored. What it asks for is identified
/// by the message, so that one that is delivered twice is carried out once. While the store is away messages
/// wait in their handlers. Threads: the io_context's.
namespace ecron::messages {

struct Options {
    model::Rules rules{};
    bool commands{false};   // jobs of mode exe may come by message
    TenantId own_tenant{};  // of jobs that name none, and known without having jobs; empty: there is none
    Millis hold{10'000};    // how long one for an execution that is not known yet is held
    std::size_t in_flight{1'000};
    int most_deliveries{10};
    bool takes_offers{false};        // of attempts that any node may carry out
    std::size_t jobs_per_second{0};  // of one tenant; further ones are delivered again later. 0: any number
};

class Consumers {
public:
    Consumers(boost::asio::io_context& io, const Clock& clock, store::Store& store, Executions& executions,
              Options options);
    ~Consumers();
    Consumers(const Consumers&) = delete;
    Consumers& operator=(const Consumers&) = delete;

    /// Before the broker runs.
    void subscribe(mq::Broker& broker);
    /// What waits for the store is given back.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::messages
