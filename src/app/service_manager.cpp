#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace ecron::app {
namespace {

std::string value_of(const std::map<std::string, std::string>& environment, const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string{} : found->second;
}

/// 0: not a number.
std::int64_t number_in(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc{} && end == text.data() + text.size() ? number : 0;
}

/// WATCHDOG_PID names the process that the manager watches; another one may have inherited the variables.
bool is_for_this_process(const std::map<std::string, std::string>& environment) {
    const std::string pid = value_of(environment, "WATCHDOG_PID");
    return pid.empty() || number_in(pid) == ::getpid();
}

}  // namespace

ServiceManager::ServiceManager(boost::asio::io_context& io,
                               const std::map<std::string, std::string>& environment)
    : socket_(value_of(environment, "NOTIFY_SOCKET")),
      wake_(io) {
    if (!socket_.empty() && is_for_this_process(environment))
        interval_ = std::chrono::microseconds{number_in(value_of(environment, "WATCHDOG_USEC"))};
}

void ServiceManager::send(std::string_view message) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool is_known = socket_.starts_with('/') || socket_.starts_with('@');
    if (!is_known || socket_.size() >= sizeof address.sun_path) return;
    std::ranges::copy(socket_, std::begin(address.sun_path));
    if (socket_.front() == '@') address.sun_path[0] = '\0';  // an abstract socket, see unix(7)
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return;
    // A manager that does not read must not stop the io_context.
    ::sendto(descriptor, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&address), size);
    ::close(descriptor);
}

boost::asio::awaitable<void> ServiceManager::feed_watchdog() {
    while (!stopping_ && interval_.count() > 0) {
        send("WATCHDOG=1");
        co_await wake_.wait(interval_ / 2);
    }
}

void ServiceManager::stop() {
    stopping_ = true;
    wake_.notify();
}

}  // namespace ecron::app
