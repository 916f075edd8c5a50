#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace ecron::test {

/// The network in front of a server: a TCP proxy on a thread of its own that fails on command.
class Proxy {
public:
    Proxy(std::string host, std::uint16_t port);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Connections are reset, and new ones refused.
    void cut();
    /// Nothing gets through and nobody is told; what was said meanwhile arrives when the network heals.
    void hang();
    /// New connections go there; those that are open stay where they are.
    void send_new_connections_to(std::uint16_t port);
    /// Whatever is said takes that long.
    void slow_down(std::chrono::milliseconds delay);
    void heal();
    /// New connections go to another port of the host; those that stand stay where they are.
    void move_to(std::uint16_t port);
    /// The next packet with this text reaches the server; its answer comes back as the end of the connection.
    void lose_answer_to(std::string text);
    [[nodiscard]] int lost() const;

private:
    struct State;
    boost::asio::io_context io_;
    std::shared_ptr<State> state_;
    std::uint16_t port_{0};
    std::thread thread_;
};

}  // namespace ecron::test
