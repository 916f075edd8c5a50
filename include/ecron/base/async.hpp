#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "ecron/base/time.hpp"

/// The few things that coroutines need of the io_context, compiled once. Threads: the io_context's only.
namespace ecron {

/// A wait that can be cut short.
class Timer {
public:
    virtual ~Timer() = default;
    /// Ends after that time, or with cancel(). Waiting anew on the same timer ends an earlier wait.
    virtual boost::asio::awaitable<void> wait(std::chrono::microseconds at_most) = 0;
    virtual void cancel() = 0;
};

/// Where the waits of an io_context come from: asio's steady timers, unless it was given others with
/// asio::make_service<…> before its first use; so a simulator is the clock of everything below.
class Timers : public boost::asio::execution_context::service {
public:
    static boost::asio::execution_context::id id;
    static Timers& of(boost::asio::io_context& io);
    explicit Timers(boost::asio::execution_context& owner) : service(owner) {}
    virtual std::unique_ptr<Timer> make();

private:
    void shutdown() override {}
};

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

/// Wakes all waiting coroutines early. A notify() with nobody waiting is remembered for the next wait.
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
