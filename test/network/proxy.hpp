#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace ecron::test {

/// The network in front of a server: a TCP proxy on its own thread that fails on command.
class Proxy {
public:
    Proxy(std::string host, std::uint16_t port);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Resets connections and refuses new ones.
    void cut();
    /// Drops no connection but forwards nothing; delayed data arrives when the network recovers.
    void hang();
    /// New connections go to that port; open connections are kept.
    void send_new_connections_to(std::uint16_t port);
    /// Delays all data.
    void slow_down(std::chrono::milliseconds delay);
    void heal();
    /// New connections go to another port of the host; open connections are kept.
    void move_to(std::uint16_t port);
    /// The next packet with this text reaches the server; instead of the response, the client sees the end of
    /// the connection.
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
