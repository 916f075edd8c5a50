#pragma once
#include <functional>
#include <memory>

#include "ecron/base/async.hpp"
#include "ecron/mq/nsq.hpp"
#include "mq/nsq_protocol.hpp"

/// One connection to an nsqd: identifies the client, sends commands and delivers messages. Threads: the
/// io_context's.
namespace ecron::mq::nsq {

namespace asio = boost::asio;

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using OnDelivery = std::function<void(const Delivery&)>;
    using Opened = std::shared_ptr<Connection>;

    /// Connects and identifies the client. `on_delivery` is called for each message until the connection
    /// ends.
    static asio::awaitable<Result<Opened>> open(asio::io_context& io, const Clock& clock, Address address,
                                                const NsqOptions& options, OnDelivery on_delivery);
    virtual ~Connection() = default;

    /// Sends a command and waits for nsqd's response. Errors: too_large, denied or invalid as reported by
    /// nsqd; timeout; unavailable.
    virtual asio::awaitable<Result<std::string>> request(std::string command) = 0;
    /// Sends a command without a response.
    virtual void send(std::string_view command) = 0;
    /// Completes when everything has been sent or the connection has ended.
    virtual asio::awaitable<void> flushed() = 0;
    [[nodiscard]] virtual const Hello& hello() const = 0;
    /// Returns why the connection ended, or nullopt if it is open.
    [[nodiscard]] virtual const std::optional<Error>& ended() const = 0;
    /// Returns early when the connection ends.
    virtual asio::awaitable<void> wait_for_end(Millis at_most) = 0;
    virtual void close(Error why) = 0;
};

}  // namespace ecron::mq::nsq
