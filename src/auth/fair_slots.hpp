#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "ecron/base/async.hpp"
#include "ecron/base/time.hpp"

/// A bounded number of slots for client-induced work, shared fairly between client addresses: waiters are
/// served round-robin by address, and in order within an address. Threads: the io_context's.
namespace ecron::auth {

class FairSlots {
public:
    struct Limits {
        std::size_t slots{};
        std::size_t waiting_per_source{};
        std::size_t waiting{};  // total over all sources; when full, a source with fewer waiters displaces
                                // one of a source with more
        Millis patience{};      // maximum wait
    };

    FairSlots(boost::asio::io_context& io, Limits limits) : io_(io), limits_(limits) {}

    /// Waits for a slot; false: too many waiters, or the wait timed out. After true, the caller must call
    /// release().
    boost::asio::awaitable<bool> acquire(std::string source);
    void release();

    [[nodiscard]] std::size_t used() const { return used_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

private:
    struct Waiter {
        explicit Waiter(boost::asio::io_context& io) : called(io) {}
        enum class State : std::uint8_t { waiting, admitted, refused };
        Wakeup called;
        State state{State::waiting};
    };
    using Queue = std::deque<std::shared_ptr<Waiter>>;

    bool make_room(const std::string& source);
    void call(Waiter& waiter, Waiter::State state);
    void remove(const std::string& source, const std::shared_ptr<Waiter>& waiter);

    boost::asio::io_context& io_;
    const Limits limits_;
    std::map<std::string, Queue> sources_;  // no queue is empty
    std::string last_;                      // source that was served last
    std::size_t used_{0};
    std::size_t waiting_{0};
};

/// The key for fair sharing: an IPv4 address, or the /64 network of an IPv6 address, since one host controls
/// all of it.
std::string source_of(const std::string& address);

}  // namespace ecron::auth
