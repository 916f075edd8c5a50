#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "timeline.hpp"

namespace ecron::sim {

/// One life of a node's process: an io_context, and all that comes to it from outside. Frozen, it takes
/// nothing in until it goes on, and then everything at once, in any order. Killed, its coroutines are gone
/// with their frames.
class Process : public std::enable_shared_from_this<Process> {
public:
    using Handler = std::move_only_function<void()>;

    /// `order` is what the order of things after a freeze depends on.
    static std::shared_ptr<Process> start(Timeline& timeline, std::uint64_t order);
    Process(Timeline& timeline, std::uint64_t order);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] boost::asio::io_context& io() { return *io_; }
    [[nodiscard]] Timeline& timeline() { return timeline_; }
    [[nodiscard]] bool alive() const { return io_ != nullptr; }
    [[nodiscard]] bool frozen() const { return frozen_; }

    /// Runs beside everything else; an exception ends the simulation.
    void spawn(boost::asio::awaitable<void> work);
    /// Runs handlers until none is ready.
    void poll();
    void freeze() { frozen_ = true; }
    void go_on();
    /// Before what the coroutines use is destroyed.
    void kill();

    /// What is to be done when the ticket's turn comes.
    Ticket park(Handler handler);
    /// Takes the turn now; nothing happens where it was taken already.
    void wake(Ticket ticket);
    /// The ticket's turn comes from outside.
    void arrive(Ticket ticket);

    /// Suspends until the ticket that `begin` is given arrives.
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
    std::vector<Ticket> backlog_;  // what arrived while frozen
    bool frozen_{false};
};

}  // namespace ecron::sim
