#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ecron::sim {

/// All randomness of a world: the same seed yields the same numbers. Source: splitmix64 (Steele, Lea, Flood).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t roll() {
        state_ += 0x9e37'79b9'7f4a'7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ mixed >> 30U) * 0xbf58'476d'1ce4'e5b9U;
        mixed = (mixed ^ mixed >> 27U) * 0x94d0'49bb'1331'11ebU;
        return mixed ^ mixed >> 31U;
    }
    /// Returns an independent generator, so that one part of the world does not affect the numbers of
    /// another.
    [[nodiscard]] Dice split() { return Dice{roll()}; }

    std::int64_t between(std::int64_t first, std::int64_t last) {  // both inclusive
        return first + static_cast<std::int64_t>(roll() % static_cast<std::uint64_t>(last - first + 1));
    }
    template <class Rep, class Period>
    std::chrono::duration<Rep, Period> between(std::chrono::duration<Rep, Period> first,
                                               std::chrono::duration<Rep, Period> last) {
        return std::chrono::duration<Rep, Period>{between(first.count(), last.count())};
    }
    bool one_in(std::int64_t sides) { return between(1, sides) == 1; }
    bool percent(std::int64_t chance) { return between(1, 100) <= chance; }
    std::size_t index(std::size_t size) { return static_cast<std::size_t>(roll() % size); }
    template <class T> const T& pick(std::span<const T> choices) { return choices[index(choices.size())]; }
    template <class T, std::size_t size> const T& pick(const T (&choices)[size]) {
        return choices[index(size)];
    }

private:
    std::uint64_t state_;
};

}  // namespace ecron::sim
