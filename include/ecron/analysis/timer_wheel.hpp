#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

/// Remembers what is due when. Nothing else: no clock, no callbacks, no I/O.
/// Source: Varghese & Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987.
/// Units: ticks of one millisecond, years of range. Threads: none; its owner makes every call.
/// Cost: add, cancel and move O(1); a cascade is spread over calls, so that no call takes milliseconds.
namespace ecron::analysis {

using TimerId = Id<struct TimerIdTag, std::uint32_t>;

struct Due {
    std::uint64_t subject{};
    Instant at{};
};

class TimerWheel {
public:
    explicit TimerWheel(Instant now);
    /// A subject due at an instant; one not after now() is due at once.
    TimerId add(std::uint64_t subject, Instant due);
    bool cancel(TimerId id);             // false: unknown or already out
    bool move(TimerId id, Instant due);  // false: unknown or already out
    /// Moves to `to` and takes out what is due, at most `limit`, in order of due instants (ties keep insertion order);
    /// with `limit` reached now() stays where it got to, and the rest comes with the next call. Time never goes back.
    void advance(Instant to, std::size_t limit, std::vector<Due>& out);
    /// Not later than the next due instant; nothing when empty. May be earlier (a cascade boundary).
    [[nodiscard]] std::optional<Instant> next_hint() const;
    [[nodiscard]] Instant now() const;
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t memory() const;
};

}  // namespace ecron::analysis
