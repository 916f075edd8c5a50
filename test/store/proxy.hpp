#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

/// A TCP proxy between store and server that fails on command. Runs on a thread of its own.
namespace ecron::store::test {

class Proxy {
public:
    Proxy(std::string host, std::uint16_t port);
    ~Proxy();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// The next packet with this text reaches the server; its answer comes back as the end of the connection.
    void lose_answer_to(std::string text);
    [[nodiscard]] int lost() const;
    /// Cuts all connections and refuses new ones, until up().
    void down();
    /// Nothing arrives any more on any connection, and nobody is told, until up(): a network that is gone.
    void vanish();
    void up();

private:
    struct State;
    boost::asio::io_context io_;
    std::shared_ptr<State> state_;
    std::uint16_t port_{0};
    std::thread thread_;
};

}  // namespace ecron::store::test
