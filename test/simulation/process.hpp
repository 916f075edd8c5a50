#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "simulation/timeline.hpp"

namespace ecron::sim {

/// One process of a node: an io_context and its external events. While frozen it receives nothing; when
/// resumed it receives everything at once in random order. When killed, its coroutine frames are destroyed.
class Process : public std::enable_shared_from_this<Process> {
public:
    using Handler = std::move_only_function<void()>;

    /// `order` determines the order of events after a freeze.
    static std::shared_ptr<Process> start(Timeline& timeline, std::uint64_t order);
    Process(Timeline& timeline, std::uint64_t order);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] boost::asio::io_context& io() { return *io_; }
    [[nodiscard]] Timeline& timeline() { return timeline_; }
    [[nodiscard]] bool alive() const { return io_ != nullptr; }
    [[nodiscard]] bool frozen() const { return frozen_; }

    /// Runs a background coroutine; an exception ends the simulation.
    void spawn(boost::asio::awaitable<void> work);
    /// Runs handlers until none is ready.
    void poll();
    void freeze() { frozen_ = true; }
    void go_on();
    /// Call before the objects that the coroutines use are destroyed.
    void kill();

    /// Registers the handler of a ticket.
    Ticket park(Handler handler);
    /// Runs the ticket's handler now; no effect if it has already run.
    void wake(Ticket ticket);
    /// The ticket's event arrives from outside.
    void arrive(Ticket ticket);

    /// Suspends until the ticket passed to `begin` arrives.
    template <class Begin> boost::asio::awaitable<void> wait(Begin begin) {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
            [this](auto handler, Begin then) { then(park(std::move(handler))); }, boost::asio::use_awaitable,
            std::move(begin));
    }

private:
    struct Parked {
        std::uint32_t generation{1};
        Handler handler;
    };

    Timeline& timeline_;
    std::uint64_t order_;
    std::unique_ptr<boost::asio::io_context> io_;
    std::vector<Parked> parked_;
    std::vector<std::uint32_t> free_;
    std::vector<Ticket> backlog_;  // events that arrived while frozen
    bool frozen_{false};
};

}  // namespace ecron::sim
