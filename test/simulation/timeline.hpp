#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ecron/base/time.hpp"

namespace ecron::sim {

class Process;

/// True time since the start of the world. Only the world knows it; the clocks of nodes may be wrong.
using Time = std::chrono::microseconds;

/// Identifies what a process waits for; 0: none.
enum class Ticket : std::uint64_t {};

/// The event queue. Time advances from event to event; nothing sleeps. Events at one instant run in the order
/// of their insertion.
class Timeline {
public:
    using Action = std::move_only_function<void()>;

    explicit Timeline(Instant begin) : begin_(begin) {}

    [[nodiscard]] Time now() const { return now_; }
    [[nodiscard]] Instant instant() const { return begin_ + std::chrono::floor<Millis>(now_); }
    [[nodiscard]] Time time_of(Instant instant) const { return instant - begin_; }

    void at(Time when, Action action);
    /// The event with that ticket arrives at the process.
    void at(Time when, std::shared_ptr<Process> process, Ticket ticket);
    template <class What, class... More> void after(Time delay, What what, More... more) {
        at(now_ + delay, std::move(what), std::move(more)...);
    }
    /// Runs all events up to an instant.
    void run_until(Time end);
    [[nodiscard]] std::uint64_t events() const { return entered_; }

private:
    struct Event {
        std::shared_ptr<Process> process;
        Ticket ticket{};
        Action action;
    };
    struct Entry {
        Time when;
        std::uint64_t order;
        std::uint32_t event;
        bool operator>(const Entry& other) const {
            return when != other.when ? when > other.when : order > other.order;
        }
    };

    void enter(Time when, Event event);

    Instant begin_;
    Time now_{};
    std::uint64_t entered_{0};
    std::vector<Entry> heap_;
    std::vector<Event> events_;
    std::vector<std::uint32_t> free_;
};

/// The clocks of one machine. The wall clock may be stepped; the steady clock always advances.
class NodeClock final : public Clock {
public:
    explicit NodeClock(const Timeline& timeline) : timeline_(timeline) {}
    [[nodiscard]] Instant now() const override { return timeline_.instant() + ahead_; }
    [[nodiscard]] SteadyInstant steady() const override { return SteadyInstant{timeline_.now()}; }
    void set_ahead(Millis ahead) { ahead_ = ahead; }
    [[nodiscard]] Millis ahead() const { return ahead_; }

private:
    const Timeline& timeline_;
    Millis ahead_{0};
};

}  // namespace ecron::sim
