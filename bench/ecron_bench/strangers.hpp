#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace ecron::bench {

/// Connections without a valid token that try to consume a server's resources. Each sends one piece of its
/// request per round and reconnects when the server closes it. Runs on a thread of the lowest priority until
/// destruction.
class Strangers {
public:
    Strangers(std::uint16_t port, std::size_t connections);
    ~Strangers();
    Strangers(const Strangers&) = delete;
    Strangers& operator=(const Strangers&) = delete;

    [[nodiscard]] std::uint64_t pieces() const { return pieces_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t opened() const { return opened_.load(std::memory_order_relaxed); }

private:
    struct Connection {
        int fd{-1};
        std::size_t sent{0};  // pieces
    };
    void run();
    void step(std::size_t number);
    void open(Connection& connection);
    [[nodiscard]] std::string piece(std::size_t number, std::size_t sent) const;

    std::uint16_t port_;
    std::vector<Connection> connections_;
    std::atomic<std::uint64_t> pieces_{0};
    std::atomic<std::uint64_t> opened_{0};
    std::atomic<bool> ended_{false};
    std::jthread thread_;
};

}  // namespace ecron::bench
