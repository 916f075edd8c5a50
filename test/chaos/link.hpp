#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace ecron::chaos {

/// The network between a node and the database: a TCP proxy on a thread of its own that fails on command.
class Link {
public:
    Link(std::string host, std::uint16_t port);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Connections are reset, and new ones refused.
    void cut();
    /// Nothing gets through and nobody is told; what was said meanwhile arrives when the link heals.
    void hang();
    /// Whatever is said takes that long.
    void slow_down(std::chrono::milliseconds delay);
    void heal();

private:
    struct State;
    boost::asio::io_context io_;
    std::shared_ptr<State> state_;
    std::uint16_t port_{0};
    std::thread thread_;
};

}  // namespace ecron::chaos
