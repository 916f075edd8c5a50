#pragma once
#include <functional>
#include <memory>

#include "ecron/base/async.hpp"
#include "ecron/mq/nsq.hpp"
#include "mq/nsq_protocol.hpp"

/// One connection to an nsqd: says who we are, sends commands, hands over what comes. Threads: the
/// io_context's.
namespace ecron::mq::nsq {

namespace asio = boost::asio;

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using OnDelivery = std::function<void(const Delivery&)>;
    using Opened = std::shared_ptr<Connection>;

    /// Connects and introduces us. `on_delivery` is called for each message until the connection ends.
    static asio::awaitable<Result<Opened>> open(asio::io_context& io, const Clock& clock, Address address,
                                                const NsqOptions& options, OnDelivery on_delivery);
    virtual ~Connection() = default;

    /// Sends a command that nsqd answers, and waits for its answer. Errors: too_large, denied or invalid as
    /// nsqd says; timeout; unavailable.
    virtual asio::awaitable<Result<std::string>> request(std::string command) = 0;
    /// Sends one that it does not answer.
    virtual void send(std::string_view command) = 0;
    /// Ends when all that was sent is on its way, or the connection has ended.
    virtual asio::awaitable<void> flushed() = 0;
    [[nodiscard]] virtual const Hello& hello() const = 0;
    /// Why it ended; nothing: it lives.
    [[nodiscard]] virtual const std::optional<Error>& ended() const = 0;
    /// Returns early when it ends.
    virtual asio::awaitable<void> wait_for_end(Millis at_most) = 0;
    virtual void close(Error why) = 0;
};

}  // namespace ecron::mq::nsq
