#pragma once
#include <curl/curl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "http/transfer.hpp"

namespace ecron::http {

/// libcurl's multi handle on an io_context: Asio watches the sockets and reports readiness and time to
/// libcurl. The timer is lazy: libcurl asks for "now" with every request, and arming a kernel timer each time
/// costs more than the request. "Now" therefore becomes one posted call for all, and the timer is re-armed
/// only to fire earlier. Sockets that are ready together are handled in turns of a millisecond, between which
/// other handlers of the io_context run. Held by a shared_ptr, because pending handlers keep it alive; after
/// close() it uses no other object.
class MultiDriver final : public SocketSource, public std::enable_shared_from_this<MultiDriver> {
public:
    /// Called for each transfer that libcurl has finished, outside of any call to libcurl.
    using Ended = std::function<void(CURL* easy, CURLcode code)>;

    MultiDriver(boost::asio::io_context& io, const ClientOptions& options, Ended ended);
    ~MultiDriver() override;

    void start();  // sets libcurl's callbacks; required before any other call
    void add(CURL* easy);
    void remove(CURL* easy);
    void close();

    curl_socket_t open_socket(const curl_sockaddr& address) override;
    void close_socket(curl_socket_t fd) override;

private:
    enum class Owner : std::uint8_t { us, libcurl };
    using Clock = std::chrono::steady_clock;

    struct Watch {
        Watch(boost::asio::io_context& io, curl_socket_t fd_watched, Owner owner_of_fd)
            : descriptor(io),
              fd(fd_watched),
              owner(owner_of_fd) {}
        boost::asio::posix::stream_descriptor descriptor;
        curl_socket_t fd;
        Owner owner;
        int wanted{0};  // CURL_POLL_IN, CURL_POLL_OUT
        bool reading{false};
        bool writing{false};
        bool live{true};
    };

    struct Ready {
        std::shared_ptr<Watch> watch;
        int event;
        boost::system::error_code error;
    };

    static int on_socket(CURL* easy, curl_socket_t fd, int what, void* driver, void* watch);
    static int on_timer(CURLM* multi, long milliseconds, void* driver);

    std::shared_ptr<Watch> watch(curl_socket_t fd, Owner owner);
    void forget(curl_socket_t fd);
    void want(curl_socket_t fd, int what);
    void arm(const std::shared_ptr<Watch>& watch);
    void ready(const std::shared_ptr<Watch>& watch, int event, boost::system::error_code ec);
    void handle(const Ready& ready);
    void handle_waiting();
    void kick();
    void arm_timer();
    void on_timer_fired();
    void drive(curl_socket_t fd, int events);

    boost::asio::io_context& io_;
    Ended ended_;
    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
    std::vector<std::shared_ptr<Watch>> watches_;  // indexed by descriptor
    boost::asio::steady_timer timer_;
    std::optional<Clock::time_point> timer_wanted_;
    std::optional<Clock::time_point> timer_armed_;
    bool kicked_{false};
    std::deque<Ready> waiting_;  // for the next turn
    std::optional<Clock::time_point> turn_ends_;
};

}  // namespace ecron::http
