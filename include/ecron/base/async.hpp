#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "ecron/base/time.hpp"

/// Coroutine primitives for an io_context, compiled once. Threads: the io_context's only.
namespace ecron {

/// A cancellable wait.
class Timer {
public:
    virtual ~Timer() = default;
    /// Completes after that time or on cancel(). A new wait on the same timer cancels the previous one.
    virtual boost::asio::awaitable<void> wait(std::chrono::microseconds at_most) = 0;
    virtual void cancel() = 0;
};

/// The source of an io_context's timers: steady timers of asio, unless asio::make_service<…> installed
/// another implementation before the first use. The simulator uses this to control time.
class Timers : public boost::asio::execution_context::service {
public:
    static boost::asio::execution_context::id id;
    static Timers& of(boost::asio::io_context& io);
    explicit Timers(boost::asio::execution_context& owner) : service(owner) {}
    virtual std::unique_ptr<Timer> make();

private:
    void shutdown() override {}
};

/// Owns background coroutines: counts them and logs their exceptions. Wait for close() before destruction; a
/// coroutine that may outlive the gate must own what it uses.
class Gate {
public:
    explicit Gate(boost::asio::io_context& io);
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    /// Refused, with a line in the log, once close() has completed.
    void spawn(std::string name, boost::asio::awaitable<void> work);
    [[nodiscard]] std::size_t count() const;
    /// Completes after the last coroutine has ended. Until then they may spawn others.
    boost::asio::awaitable<void> close();

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Wakes all waiting coroutines early. A notify() without a waiter is kept for the next wait.
class Wakeup {
public:
    explicit Wakeup(boost::asio::io_context& io);
    ~Wakeup();
    void notify();
    /// Completes after that time or on notify(), whichever is first.
    boost::asio::awaitable<void> wait(std::chrono::microseconds at_most);

private:
    struct State;
    std::shared_ptr<State> state_;
};

boost::asio::awaitable<void> sleep(boost::asio::io_context& io, std::chrono::microseconds duration);

/// Yields to all other handlers that are ready.
boost::asio::awaitable<void> yield(boost::asio::io_context& io);

}  // namespace ecron
