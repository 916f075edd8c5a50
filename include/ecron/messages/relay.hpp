#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "ecron/base/time.hpp"
#include "ecron/mq/broker.hpp"
#include "ecron/store/messages.hpp"

/// Publishes what the store has put into its message queue, at least once, what is about one job or one
/// execution in order. Works while `may_work` says so: on one node. While the broker is away messages stay in
/// the store, for `keep`. Threads: the io_context's.
namespace ecron::messages {

class Relay {
public:
    Relay(boost::asio::io_context& io, store::MessageQueue& queue, mq::Broker& broker,
          std::function<bool()> may_work, Millis keep);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    boost::asio::awaitable<void> run();
    void stop();
    /// After it has stopped: publishes what there is, whoever may work, for at most so long.
    boost::asio::awaitable<void> flush(Millis at_most);
    /// Given up: too old, or refused by the broker for what they are.
    [[nodiscard]] std::uint64_t dropped() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::messages
