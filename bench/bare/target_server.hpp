#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ecron::bench {

/// A request received by the target; the view is valid during the call.
struct Arrival {
    std::chrono::system_clock::time_point at;
    std::string_view header;  // request line and header fields with the blank line
    [[nodiscard]] std::string_view path() const;
    /// Returns the value of a header field, empty if absent; the name is matched in any case.
    [[nodiscard]] std::string_view field(std::string_view name) const;
};

/// The target of benchmark jobs: responds to every request with 200 and an empty body, using minimal epoll
/// code on its own thread, which also calls `arrived`. Supports bodies with a Content-Length.
class TargetServer {
public:
    using Arrived = std::function<void(const Arrival&)>;
    explicit TargetServer(Arrived arrived = {});
    ~TargetServer();
    TargetServer(const TargetServer&) = delete;
    TargetServer& operator=(const TargetServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }

private:
    void watch(int fd) const;
    void run();
    void accept();
    bool receive(int fd);  // returns false if the connection is closed
    bool answer_all(int fd, std::string_view& text);

    Arrived arrived_;
    int listener_{-1};
    int epoll_{-1};
    int wake_{-1};
    std::uint16_t port_{0};
    std::vector<std::string> partial_;  // by descriptor: the start of an incomplete request
    std::vector<bool> open_;
    std::atomic<std::uint64_t> requests_{0};
    std::thread thread_;
};

}  // namespace ecron::bench
