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

/// A request as the target saw it; the view is good during the call.
struct Arrival {
    std::chrono::system_clock::time_point at;
    std::string_view header;  // request line and header fields, with the blank line
    [[nodiscard]] std::string_view path() const;
    /// The value of a header field, empty when absent; names are compared in any case.
    [[nodiscard]] std::string_view field(std::string_view name) const;
};

/// What jobs call in benchmarks: answers every request 200 and an empty body, as cheaply as epoll can, on a
/// thread of its own, where `arrived` is called. Understands bodies with a Content-Length.
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
    bool receive(int fd);  // false: it has gone
    bool answer_all(int fd, std::string_view& text);

    Arrived arrived_;
    int listener_{-1};
    int epoll_{-1};
    int wake_{-1};
    std::uint16_t port_{0};
    std::vector<std::string> partial_;  // by descriptor: the begin of a request that is not whole
    std::vector<bool> open_;
    std::atomic<std::uint64_t> requests_{0};
    std::thread thread_;
};

}  // namespace ecron::bench
