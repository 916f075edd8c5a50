#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "ecron/base/time.hpp"

/// The few things that coroutines need of the io_context, compiled once. Threads: the io_context's only.
namespace ecron {

/// Owns coroutines that run beside their starter: every one is counted, its exception is logged, and
/// drained() tells when the last has ended. Outlive it by waiting for drained().
class Gate {
public:
    explicit Gate(boost::asio::io_context& io);
    ~Gate();
    void spawn(std::string name, boost::asio::awaitable<void> work);
    [[nodiscard]] std::size_t count() const;
    boost::asio::awaitable<void> drained();

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Wakes waiting coroutines early. A notify() with nobody waiting is remembered for the next wait.
class Wakeup {
public:
    explicit Wakeup(boost::asio::io_context& io);
    ~Wakeup();
    void notify();
    /// Ends after that time or with notify(), whichever comes first.
    boost::asio::awaitable<void> wait(std::chrono::microseconds at_most);

private:
    struct State;
    std::shared_ptr<State> state_;
};

boost::asio::awaitable<void> sleep(boost::asio::io_context& io, std::chrono::microseconds duration);

/// Lets everything else that is ready run first.
boost::asio::awaitable<void> yield(boost::asio::io_context& io);

}  // namespace ecron
