#pragma once
#include <boost/asio/io_context.hpp>
#include <map>
#include <string>
#include <string_view>

#include "ecron/base/async.hpp"

namespace ecron::app {

/// Reports the state of this process to the service manager that started it, such as systemd: one datagram
/// per message to the socket that NOTIFY_SOCKET names. Does nothing without that variable; messages that
/// cannot be sent are dropped. Source: sd_notify(3), sd_watchdog_enabled(3).
class ServiceManager {
public:
    ServiceManager(boost::asio::io_context& io, const std::map<std::string, std::string>& environment);

    void send(std::string_view message) const;
    /// Sends WATCHDOG=1 twice per interval that the manager demands, from the io_context, until stop(). The
    /// manager restarts a process whose io_context is stuck.
    boost::asio::awaitable<void> feed_watchdog();
    void stop();

private:
    std::string socket_;                    // empty: no manager
    std::chrono::microseconds interval_{};  // 0: no watchdog
    bool stopping_{false};
    Wakeup wake_;
};

}  // namespace ecron::app
